/**
 * The work behind `cortex.hive.skills`: skills that are verified here are published, with their
 * counts, and skills that others published are considered. One task runs at a time, since an adoption
 * runs tests.
 */
import { HiveError } from '../../errors.ts'
import { SkillAdoption } from './adoption.ts'
import { SkillChanges } from './skill-changes.ts'
import { SkillPublishing } from './publishing.ts'
import { SharedSkills } from './shared-skills.ts'
import type { Replica } from '../../../crdt/index.ts'
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
  readonly onError: (error: unknown) => void
}

/** What others change of a record. */
const CHANGES = ['entry:admit', 'retraction:admit', 'body:store'] as const

/** Milliseconds between two checks for unreported counts. */
const REPORT_INTERVAL = 600_000

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

  constructor(components: SkillExchangeComponents) {
    this.#components = components
    this.publishing = new SkillPublishing(components)
    this.#adoption = new SkillAdoption(components)
    this.#changes = new SkillChanges(components.replica)
  }

  start(): void {
    for (const event of CHANGES) this.#components.replica.on(event, this.#onChange)
    this.#components.skills.store.on('skill:transition', this.#onTransition)
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

  readonly #onTransition = ({ id, from, to }: Transition): void => {
    if (to === 'verified' && this.#components.autoPublish) {
      this.#enqueue(async () => {
        try {
          await this.publishing.publish(id)
        } catch (error) {
          // A skill that discloses too much stays, and `publish` reports why to its caller; a
          // removed skill needs no report.
          if (!(error instanceof HiveError && EXPECTED_ERRORS.has(error.code))) throw error
        }
      })
    }
    if (to === 'blacklisted') this.#enqueue(() => this.publishing.publishDispute(id))
    if (from === 'blacklisted') this.#enqueue(() => this.publishing.retractDispute(id))
  }

  async #report(): Promise<void> {
    await this.publishing.report(this.#stopped.signal)
  }

  /** However many changes come meanwhile, one task waits that finds the skills among them. */
  readonly #onChange = (): void => {
    if (this.#isFollowing) return
    this.#isFollowing = true
    this.#enqueue(async () => {
      this.#isFollowing = false
      for await (const digest of this.#changes.read(this.#stopped.signal)) {
        await this.#attempt(() => this.#adoption.consider(digest, this.#stopped.signal))
      }
    })
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
}
