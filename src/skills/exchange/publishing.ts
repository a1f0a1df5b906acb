/**
 * Publishes skills of this node: verified ones, unless they disclose too much; disputes of
 * blacklisted ones; and counts, at most once a day for each skill, with receipts of some of the
 * runs since. The receipts of a run are published under one author key only. Of each key's receipts
 * for a skill only the latest stay, so that they link no two keys and do not accumulate.
 */
import { toHex } from '../../../crdt/bytes/index.ts'
import { afterContainment } from '../lifecycle/lifecycle.ts'
import { identifySkill } from '../skill-identity.ts'
import { HiveError } from '../../errors.ts'
import { digestOfId, resolveId } from '../../arguments/index.ts'
import { dayOf, recordIds } from '../../judgement/index.ts'
import { findSkill } from '../named-skills.ts'
import { SUCCESSES, TRIALS } from '../../../crdt/index.ts'
import { RECEIPTS, receiptsRecord, SKILLS } from './published-receipts.ts'
import { disclosureIn } from './disclosure.ts'
import type { Entry, HiveRecord, Operation, Published, Replica } from '../../../crdt/index.ts'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { TakenReceipts } from '../store/skill-receipts.ts'
import type { KnownSkill } from '../store/skill-store.ts'
import type { SkillService } from '../skill-service.ts'
import type { Clock } from '../../../transport/index.ts'
import type { Votes } from '../../judgement/index.ts'

export interface PublishingComponents {
  readonly replica: Pick<
    Replica,
    | 'addEvidence'
    | 'bodies'
    | 'claims'
    | 'get'
    | 'idsFrom'
    | 'publish'
    | 'publishEvidence'
    | 'retract'
    | 'retractMany'
    | 'voteOn'
  >
  readonly skills: Pick<SkillService, 'runner' | 'store'>
  readonly anonymizer: Anonymizer
  readonly votes: Pick<Votes, 'cast' | 'retract'>
  /** Whether receipts include uses, not only declared tests. */
  readonly publishesRuns: boolean
  readonly clock: Clock
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Called when this node has voted for a skill of the hive. */
  readonly onVote: (digest: Uint8Array) => void
  /** Runs a task that publishes a skill, and notes its agents and the time. */
  readonly attributed: <T>(
    skill: Uint8Array,
    agents: readonly string[],
    task: (note: { readonly operations: readonly Operation[] }) => Promise<T>
  ) => Promise<T>
  readonly isFrozen: (agent: string) => boolean
}

/** The result of publishing a skill. */
export interface PublishedSkill {
  readonly id: string
  /** `corroborated`: the swarm had it, and this node's vote was added. */
  readonly status: 'published' | 'corroborated' | 'already'
}

/** A record of receipts, and those that it has. */
interface NewReceipts {
  readonly record: HiveRecord
  readonly taken: TakenReceipts
}

interface ReportedBy {
  readonly author: string
  readonly digest: Uint8Array
}

export class SkillPublishing {
  readonly #components: PublishingComponents
  /** The published receipts of this start's author keys, by skill. */
  readonly #reported = new Map<string, ReportedBy>()

  constructor(components: PublishingComponents) {
    this.#components = components
  }

  /** Throws `HiveError` (SKILL_UNKNOWN, SKILL_STATUS, or WITHHELD with the reason). */
  async publish(idOrName: string): Promise<PublishedSkill> {
    const known = findSkill(this.#components.skills.store, idOrName)
    const { id, skill, lifecycle, agents } = known
    if (lifecycle.status !== 'verified') {
      throw new HiveError(
        'SKILL_STATUS',
        `${skill.name} is not verified on this node. Only verified skills can be published.`
      )
    }
    const { anonymizer, announce, attributed, isFrozen, replica } = this.#components
    if (agents.length > 0 && agents.every(isFrozen)) {
      throw new HiveError(
        'WITHHELD',
        `${skill.name} was not published: the agents that added it are frozen. A person ends that with governor.unfreeze.`
      )
    }
    const reason = disclosureIn(skill, anonymizer)
    if (reason !== undefined) {
      throw new HiveError(
        'WITHHELD',
        `${skill.name} was not published: ${reason}. Remove the private text and add the changed skill.`
      )
    }
    const { record } = identifySkill(skill)
    const { trials, successes } = lifecycle.counts
    const day = this.#today()
    const confidence = successes / Math.max(1, trials)
    await this.#addUnreported(known, day)
    const receipts = await this.#receipts(known)
    const toPublish = { records: [record], receipts }
    const { entries, records, votes } = await attributed(digestOfId(id), agents, (note) =>
      this.#publish(id, toPublish, { confidence, day, operations: note.operations })
    ).catch((error: unknown) => {
      receipts?.taken.putBack()
      throw error
    })
    await announce([...entries, ...(await replica.publishEvidence(day))])
    const isNamed = (digests: readonly Uint8Array[]): boolean =>
      digests.some((digest) => toHex(digest) === id)
    const status = isNamed(records) ? 'published' : isNamed(votes) ? 'corroborated' : 'already'
    return { id, status }
  }

  /**
   * Publishes the counts since the last report of the skills that this node has voted on, at most
   * once a day each. Returns the number of skills.
   */
  async report(signal?: AbortSignal): Promise<number> {
    const { announce, replica, skills } = this.#components
    const day = this.#today()
    const entries: Entry[] = []
    let reported = 0
    for (const known of skills.store.all()) {
      signal?.throwIfAborted()
      if (known.lifecycle.lifetime.trials === 0) continue
      if ((await replica.voteOn(digestOfId(known.id))) === undefined) continue
      if (!(await this.#addUnreported(known, day))) continue
      reported += 1
      const receipts = await this.#receipts(known)
      if (receipts === undefined) continue
      const toPublish = { records: [], receipts }
      entries.push(...(await this.#publish(known.id, toPublish, { confidence: 1, day })).entries)
    }
    if (reported > 0) await announce([...entries, ...(await replica.publishEvidence(day))])
    return reported
  }

  /** Retracts this node's votes on the skill and its receipts; false if there are none. */
  async withdraw(given: string): Promise<boolean> {
    const { replica } = this.#components
    const digest = await resolveId(given, recordIds(replica, SKILLS))
    if (digest === undefined) return false
    return (await replica.retractMany(await this.#vouched(digest))).length > 0
  }

  /**
   * Puts a skill back to the sandbox, for a reason that is stored. Returns what is to be retracted:
   * this node's votes on its receipts, and then the one on the skill.
   */
  async recall(digest: Uint8Array, reason: string): Promise<Uint8Array[]> {
    const { store } = this.#components.skills
    const id = toHex(digest)
    if (store.get(id) !== undefined) {
      await store.apply(id, (lifecycle) => afterContainment(lifecycle, reason))
    }
    return this.#vouched(digest)
  }

  async #vouched(digest: Uint8Array): Promise<Uint8Array[]> {
    const { replica } = this.#components
    const id = toHex(digest)
    const vouched: Uint8Array[] = []
    this.#reported.delete(id)
    for (const each of [...(await replica.claims(id, RECEIPTS)), digest]) {
      if ((await replica.voteOn(each)) === 'vouch') vouched.push(each)
    }
    return vouched
  }

  /** Votes against the skill, in place of a vote for it. */
  async publishDispute(id: string): Promise<void> {
    const { replica, skills, votes } = this.#components
    if ((await replica.get(digestOfId(id))) === undefined) return
    const known = skills.store.get(id)
    if (known === undefined) return
    const { trials, successes } = known.lifecycle.counts
    await votes.cast(id, 'dispute', 1 - successes / Math.max(1, trials))
  }

  /** Retracts the dispute, if there is one. */
  async retractDispute(id: string): Promise<void> {
    const { replica, votes } = this.#components
    if ((await replica.voteOn(digestOfId(id))) === 'dispute') await votes.retract(id)
  }

  /** Adds unreported counts to the next report; false if there are none. */
  async #addUnreported({ id, isReported }: KnownSkill, day: number): Promise<boolean> {
    const { replica, skills } = this.#components
    const digest = digestOfId(id)
    // An earlier version reported the counts up to the promotion without a note of it.
    const wasReported = !isReported && (await replica.voteOn(digest)) !== undefined
    const isNews = await skills.store.report(id, day, async ({ trials, successes }) => {
      if (!wasReported)
        await replica.addEvidence(digest, { [TRIALS]: trials, [SUCCESSES]: successes })
    })
    return isNews && !wasReported
  }

  /** Returns undefined if there is nothing new: the published receipts stay. */
  async #receipts({ id, skill }: KnownSkill): Promise<NewReceipts | undefined> {
    const taken = await this.#components.skills.store.takeReceipts(id)
    if (taken.receipts.length === 0 && this.#reported.has(id)) return undefined
    const published = this.#components.publishesRuns ? taken.receipts : []
    try {
      const record = await receiptsRecord(id, skill, published, this.#components)
      return record === undefined ? undefined : { record, taken }
    } catch (error) {
      taken.putBack()
      throw error
    }
  }

  /**
   * Publishes the skill and its receipts, or these alone; the author's earlier receipts are
   * retracted. Receipts that could not be published are put back; those that were are not, whatever fails
   * later: another author key could publish them again.
   */
  async #publish(
    id: string,
    { records, receipts }: { readonly records: HiveRecord[]; readonly receipts?: NewReceipts },
    how: {
      readonly confidence: number
      readonly day: number
      readonly operations?: readonly Operation[]
    }
  ): Promise<Published> {
    const { replica, onVote } = this.#components
    const { operations, ...vote } = how
    const toPublish = [
      ...records.map((record) => ({ record, ...vote, operations })),
      ...(receipts === undefined ? [] : [{ record: receipts.record, ...vote }])
    ]
    const published = await replica.publish(toPublish).catch((error: unknown) => {
      receipts?.taken.putBack()
      throw error
    })
    receipts?.taken.used()
    for (const digest of published.votes) onVote(digest)
    const digest = [...published.records, ...published.votes].find((each) => toHex(each) !== id)
    const author = published.entries[0]?.author
    if (digest === undefined || author === undefined) return published
    const before = this.#reported.get(id)
    this.#reported.set(id, { author: toHex(author), digest })
    if (before?.author !== toHex(author)) return published
    await replica.retract(before.digest)
    return published
  }

  #today(): number {
    return dayOf(this.#components.clock.now())
  }
}
