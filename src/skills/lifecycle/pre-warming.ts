/**
 * Pre-warming: skills that are likely to be promoted are made ready before. In the background, one
 * skill at a time: it is compiled and instantiated in the pool of the sandbox, its declared tests
 * run again, and its documentation is written and indexed. Less likely skills are cooled; promoted
 * ones stay warm. Warm skills live in memory only, and are warmed again after a start.
 *
 * A skill is warm once it is compiled and has passed its tests; promotion waits for neither.
 */
import { HiveError } from '../../errors.ts'
import { MAX_WARM_SKILLS, WARM_DELAY, WARM_TIMEOUT, MAX_CONCURRENT_WARM_UPS } from '../constants.ts'
import { lowerBound } from '../evidence/competition.ts'
import { predictedPromotion } from '../evidence/prediction.ts'
import type { SkillIndex } from '../skill-index.ts'
import type { TestReport } from '../running/skill-runner.ts'
import type { SkillSandbox } from '../skill-dependencies.ts'
import type { Documentation, Transition } from '../store/skill-values.ts'
import type { KnownSkill, SkillStore } from '../store/skill-store.ts'
import type { Skill } from '../skill-identity.ts'

export interface PreWarmingComponents {
  readonly store: Pick<
    SkillStore,
    'all' | 'document' | 'documentation' | 'emit' | 'get' | 'off' | 'on'
  >
  readonly sandbox: Pick<SkillSandbox, 'warm' | 'cool'>
  readonly index: Pick<SkillIndex, 'document'>
  readonly test: (skill: Skill, signal: AbortSignal) => Promise<TestReport>
  readonly write: (skill: Skill, signal: AbortSignal) => Promise<Documentation>
  readonly now: () => number
}

export class PreWarming {
  readonly #components: PreWarmingComponents
  readonly #abort = new AbortController()
  readonly #waiting = new Set<string>()
  readonly #working = new Map<string, { readonly abort: AbortController; done: Promise<void> }>()
  /** Warm skills, each with the time in milliseconds of the Unix epoch. */
  readonly #warm = new Map<string, { readonly skill: Skill; readonly at: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(components: PreWarmingComponents) {
    this.#components = components
  }

  /**
   * Follows the skills from now on; skills that were warm before the last stop are warmed again a
   * little later.
   */
  start(): void {
    this.#components.store.on('skill:transition', this.#onTransition)
    this.#components.store.on('skill:remove', this.#onRemove)
    this.#timer = setTimeout(() => this.#resume(), WARM_DELAY).unref()
  }

  async stop(): Promise<void> {
    this.#components.store.off('skill:transition', this.#onTransition)
    this.#components.store.off('skill:remove', this.#onRemove)
    clearTimeout(this.#timer)
    this.#abort.abort()
    await Promise.all([...this.#working.values()].map(({ done }) => done))
  }

  /** Undefined if the skill is not warm. */
  warmedAt(id: string): Date | undefined {
    const warm = this.#warm.get(id)
    return warm === undefined ? undefined : new Date(warm.at)
  }

  /** Resolves when no skill waits for a warm-up. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) {
      await Promise.all([...this.#working.values()].map(({ done }) => done))
    }
  }

  readonly #onTransition = ({ id, to }: Transition): void => {
    if (isWarmStatus(to)) this.#request(id)
    else this.#cool(id)
  }

  readonly #onRemove = ({ id }: { readonly id: string }): void => this.#cool(id)

  /** Skills on trial by prediction, then promoted skills, the best first. */
  #resume(): void {
    const skills = [...this.#components.store.all()].filter(({ lifecycle }) =>
      isWarmStatus(lifecycle.status)
    )
    for (const { id } of skills.toSorted(byPromise).slice(0, MAX_WARM_SKILLS)) this.#request(id)
  }

  #request(id: string): void {
    if (this.#abort.signal.aborted || this.#warm.has(id)) return
    if (this.#working.get(id)?.abort.signal.aborted === false) return
    this.#waiting.add(id)
    this.#startNext()
  }

  #startNext(): void {
    for (const id of this.#waiting) {
      if (this.#working.size >= MAX_CONCURRENT_WARM_UPS) return
      if (this.#working.has(id)) continue
      this.#waiting.delete(id)
      const known = this.#components.store.get(id)
      if (known === undefined || !isWarmStatus(known.lifecycle.status) || !this.#makeRoom(known))
        continue
      const abort = new AbortController()
      const working = { abort, done: Promise.resolve() }
      this.#working.set(id, working)
      working.done = this.#warmUp(known, abort).finally(() => {
        this.#working.delete(id)
        if (!this.#abort.signal.aborted) this.#startNext()
      })
    }
  }

  /** Returns false if all warm skills are more promising. */
  #makeRoom(known: KnownSkill): boolean {
    if (this.#warm.size < MAX_WARM_SKILLS) return true
    const warmSkills = [...this.#warm.keys()].map((id) => this.#components.store.get(id))
    const last = warmSkills
      .filter((each) => each !== undefined)
      .toSorted(byPromise)
      .at(-1)
    if (last === undefined || byPromise(known, last) >= 0) return false
    this.#cool(last.id)
    return true
  }

  async #warmUp({ id, skill }: KnownSkill, { signal: cooled }: AbortController): Promise<void> {
    const { store, now } = this.#components
    const timeout = AbortSignal.timeout(WARM_TIMEOUT)
    const signal = AbortSignal.any([cooled, timeout, this.#abort.signal])
    const started = performance.now()
    try {
      await this.#prepare(skill, signal)
      this.#warm.set(id, { skill, at: now() })
      const seconds = (performance.now() - started) / 1000
      queueMicrotask(() => store.emit('skill:warm', { id, name: skill.name, seconds }))
      await this.#document(id, skill, signal)
    } catch (error) {
      if (!this.#warm.has(id) && skill.kind === 'code') this.#components.sandbox.cool(skill.source)
      if (cooled.aborted || this.#abort.signal.aborted) return
      queueMicrotask(() => store.emit('skill:warm-fail', { id, name: skill.name, error }))
    }
  }

  /** Tests first: a test run uses up the ready instance, and the next one is created after it. */
  async #prepare(skill: Skill, signal: AbortSignal): Promise<void> {
    const { sandbox, test } = this.#components
    const { passed, total, failed } = await test(skill, signal)
    signal.throwIfAborted()
    if (passed < total) {
      throw new HiveError(
        'SKILL_FAILED',
        `${passed} of ${total} declared tests passed when run again: ${failed[0]?.problem}`
      )
    }
    if (skill.kind === 'code') await sandbox.warm(skill.source)
    signal.throwIfAborted()
  }

  async #document(id: string, skill: Skill, signal: AbortSignal): Promise<void> {
    const { store, index, write } = this.#components
    const known = await store.documentation(id)
    // Documentation written without a model is replaced when a model answers.
    if (known !== undefined && !known.offline) return
    const documentation = await write(skill, signal)
    if (known !== undefined && documentation.offline) return
    if (known === undefined) await index.document(id, documentation.text)
    await store.document(id, documentation)
  }

  #cool(id: string): void {
    this.#waiting.delete(id)
    this.#working.get(id)?.abort.abort()
    const warm = this.#warm.get(id)
    if (warm === undefined) return
    this.#warm.delete(id)
    const { store, sandbox } = this.#components
    const { name, kind, source } = warm.skill
    const isShared = [...this.#warm.values()].some((other) => other.skill.source === source)
    if (kind === 'code' && !isShared) sandbox.cool(source)
    queueMicrotask(() => store.emit('skill:cool', { id, name }))
  }
}

function isWarmStatus(status: KnownSkill['lifecycle']['status']): boolean {
  return status === 'pre-warming' || status === 'verified'
}

/** The most promising first. */
function byPromise({ lifecycle: one }: KnownSkill, { lifecycle: other }: KnownSkill): number {
  if (one.status !== other.status) return one.status === 'pre-warming' ? -1 : 1
  return one.status === 'verified'
    ? lowerBound(other.counts) - lowerBound(one.counts)
    : predictedPromotion(other.counts, other.uses) - predictedPromotion(one.counts, one.uses)
}
