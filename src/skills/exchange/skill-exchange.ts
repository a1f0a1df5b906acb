/**
 * The work behind `cortex.hive.skills`: skills that are verified here are published, with their
 * counts, and skills that others published are considered. One task runs at a time, since an adoption
 * runs tests. What a full disk ends is done again once there is room.
 */
import { Retry, StoreError } from '../../../crdt/index.ts'
import { HiveError } from '../../errors.ts'
import { concernsSwarm } from '../store/skill-journal.ts'
import { SkillAdoption } from './adoption.ts'
import { SkillChanges } from './skill-changes.ts'
import { SkillPublishing } from './publishing.ts'
import { SharedSkills } from './shared-skills.ts'
import type { Replica, Store } from '../../../crdt/index.ts'
import type { Transition } from '../store/skill-values.ts'
import type { SkillService } from '../skill-service.ts'
import type { AdoptionComponents } from './adoption.ts'
import type { PublishingComponents } from './publishing.ts'

export interface SkillExchangeComponents extends AdoptionComponents, PublishingComponents {
  readonly replica: AdoptionComponents['replica'] &
    PublishingComponents['replica'] &
    Pick<Replica, 'off' | 'ofKind' | 'on' | 'recordLog' | 'recordLogEnd'>
  readonly skills: Pick<SkillService, 'registration' | 'falseReceipts' | 'runner' | 'store'>
  /** Whether verified skills are published automatically. */
  readonly autoPublish: boolean
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly onError: (error: unknown) => void
}

/** What others change of a record. */
const CHANGES = ['entry:admit', 'retraction:admit', 'body:store'] as const

/** Milliseconds between two checks for unreported counts. */
const REPORT_INTERVAL = 600_000

/** In place of a skill: what others change of any. */
const ALL = 'all'

const EXPECTED_ERRORS: ReadonlySet<HiveError['code']> = new Set(['SKILL_UNKNOWN', 'WITHHELD'])

export class SkillExchange {
  readonly #components: SkillExchangeComponents
  readonly publishing: SkillPublishing
  readonly #adoption: SkillAdoption
  readonly #stopped = new AbortController()
  readonly #changes: SkillChanges
  #reporting: NodeJS.Timeout | undefined
  #work: Promise<void> = Promise.resolve()
  #isFollowing = false
  /** What is not done, by skill; of each what its last change asks for. */
  readonly #left = new Map<string, () => Promise<void>>()
  readonly #again: Retry

  constructor(components: SkillExchangeComponents) {
    this.#components = components
    this.publishing = new SkillPublishing(components)
    this.#adoption = new SkillAdoption(components)
    this.#changes = new SkillChanges(components)
    this.#again = new Retry({ closing: this.#stopped.signal, task: () => this.#performLeft() })
  }

  start(): void {
    for (const event of CHANGES) this.#components.replica.on(event, this.#onChange)
    const { store } = this.#components.skills
    store.on('skill:transition', this.#onTransition)
    // What the last run of the node did not come to.
    for (const notice of store.notices()) this.#onTransition(notice)
    this.#onChange()
    this.#reporting = setInterval(
      () => this.#enqueue(() => this.#report()),
      REPORT_INTERVAL
    ).unref()
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new HiveError('STOPPED', 'The node was stopped.'))
    clearInterval(this.#reporting)
    for (const event of CHANGES) this.#components.replica.off(event, this.#onChange)
    this.#components.skills.store.off('skill:transition', this.#onTransition)
    await this.#work
    await this.#again.idle()
  }

  /** The interface of an agent, which may be frozen. */
  for(agent: string, assertActive: () => void): SharedSkills {
    return new SharedSkills({
      publishing: this.publishing,
      adoption: this.#adoption,
      falseReceipts: this.#components.skills.falseReceipts,
      stopped: this.#stopped.signal,
      agent,
      assertActive
    })
  }

  readonly #onTransition = (transition: Transition): void => {
    if (!concernsSwarm(transition)) return
    const { id, from, to } = transition
    this.#enqueueLeft(id, async () => {
      if (to === 'blacklisted') await this.publishing.publishDispute(id)
      if (from === 'blacklisted') await this.publishing.retractDispute(id)
      if (to === 'verified' && this.#components.autoPublish) await this.#publish(id)
      await this.#components.skills.store.removeNotice(transition)
    })
  }

  async #publish(id: string): Promise<void> {
    try {
      await this.publishing.publish(id)
    } catch (error) {
      // A skill that discloses too much stays, and `publish` reports why to its caller; a
      // removed skill needs no report.
      if (!(error instanceof HiveError && EXPECTED_ERRORS.has(error.code))) throw error
    }
  }

  async #report(): Promise<void> {
    await this.publishing.report(this.#stopped.signal)
  }

  /** However many changes come meanwhile, one task waits that finds the skills among them. */
  readonly #onChange = (): void => {
    if (this.#isFollowing) return
    this.#isFollowing = true
    this.#enqueueLeft(ALL, () => this.#follow())
  }

  async #follow(): Promise<void> {
    this.#isFollowing = false
    const { signal } = this.#stopped
    for await (const digest of this.#changes.read(signal)) {
      try {
        await this.#adoption.consider(digest, signal)
      } catch (error) {
        // The skill is among the changes again.
        if (isForWantOfSpace(error)) throw error
        if (!signal.aborted) this.#components.onError(error)
      }
    }
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    if (this.#stopped.signal.aborted) return
    try {
      await task()
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#components.onError(error)
    }
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#attempt(task))
  }

  #enqueueLeft(name: string, task: () => Promise<void>): void {
    this.#left.set(name, task)
    this.#enqueue(() => this.#perform(name, task))
  }

  async #perform(name: string, task: () => Promise<void>): Promise<void> {
    if (this.#left.get(name) !== task) return
    try {
      await task()
    } catch (error) {
      if (isForWantOfSpace(error)) this.#again.later()
      else if (this.#left.get(name) === task) this.#left.delete(name)
      throw error
    }
    if (this.#left.get(name) === task) this.#left.delete(name)
  }

  #performLeft(): Promise<void> {
    const performed = this.#work.then(() => this.#performAll())
    this.#work = performed.catch(() => undefined)
    return performed
  }

  async #performAll(): Promise<void> {
    for (const [name, task] of this.#left) {
      if (!this.#stopped.signal.aborted) await this.#perform(name, task)
    }
  }
}

function isForWantOfSpace(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'STORE_WRITE_FAILED'
}
