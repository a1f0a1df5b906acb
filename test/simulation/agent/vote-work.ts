/** Votes and counts, as the work of a plan. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { FeedVoices } from '../../../crdt/feeds/feed-voices.ts'
import type { Cortex } from '../../../src/runtime/cortex.ts'
import type { Step } from '../plan/step.ts'
import type { Life } from '../subject.ts'
import { entityOf, textOf } from './texts.ts'
import type { Acknowledged, Stance } from './acknowledged.ts'

/** The counter that the work raises. */
export const COUNTER = 'seen'

/** Records that are voted on again and again. */
const CONTESTED = 4

/** Milliseconds for which work on one subject is about one record. */
const SAME_RECORD = 20_000

const DAY = 86_400_000

type VoteKind = 'dispute' | 'retract' | 'stale' | 'vouch'

export class VoteWork {
  readonly #acknowledged: Acknowledged
  readonly #name: string
  readonly #check: (text: string) => void
  /** Records that were not only vouched for by a broadcast. */
  readonly vouchedByHand = new Set<string>()

  constructor(acknowledged: Acknowledged, name: string, check: (text: string) => void) {
    this.#acknowledged = acknowledged
    this.#name = name
    this.#check = check
  }

  async count(step: Step, cortex: Cortex, { parts }: Life): Promise<string | undefined> {
    const id = await this.#recordOf(step, cortex, parts)
    if (id === undefined) return undefined
    const digest = Buffer.from(id, 'hex')
    const { subject } = step
    const count = this.#acknowledged.countOf(this.#name, id)
    const seen = 1 + (subject % 5)
    count.most += seen
    await parts.replica.addEvidence(digest, { [COUNTER]: seen })
    count.least += seen
    return `${id.slice(0, 6)}, ${seen} more`
  }

  /** Publishes what was counted; resolves to the number of entries. */
  async publishCounts({ parts }: Life): Promise<number> {
    const epoch = parts.members?.membership.epoch()
    const entries = await parts.replica.publishEvidence(Math.floor(Date.now() / DAY))
    await parts.swarm?.announce(entries)
    const voices = new FeedVoices(parts.store)
    for (const { author } of entries) {
      const signed = (await voices.of(author))?.epoch
      if (signed === undefined || epoch === undefined) continue
      // In the next one where its clock was set back.
      const isWrong = signed < epoch || signed > epoch + 1
      if (isWrong && parts.members?.membership.epoch() === epoch) {
        this.#check(`an author of epoch ${signed} has signed in epoch ${epoch}`)
      }
    }
    return entries.length
  }

  /** The opposite of what the node says of one of a few records, or of what a chain is about. */
  async revote(step: Step, cortex: Cortex, running: Life): Promise<string | undefined> {
    const contested = await this.#contested(running)
    const some = contested[step.subject % Math.max(1, contested.length)]
    const own = step.chained && (await this.#recordOf(step, cortex, running.parts))
    const id = own === undefined || this.#acknowledged.goals.has(own) ? some : own
    return id === undefined ? undefined : this.#oppose(id, cortex)
  }

  /** The same of all of them at once. */
  async revoteAll(cortex: Cortex, running: Life): Promise<string> {
    const contested = new Set(await this.#contested(running))
    const votes = [...contested].map((id) => this.#oppose(id, cortex))
    await Promise.allSettled(votes)
    return (await Promise.all(votes)).join(', ')
  }

  async #contested({ parts }: Life): Promise<string[]> {
    const known = (await parts.replica.newestRecords(0, 100)).map(toHex).toSorted()
    return known.filter((id) => !this.#acknowledged.goals.has(id)).slice(0, CONTESTED)
  }

  async #oppose(id: string, cortex: Cortex): Promise<string> {
    const isVouched = this.#acknowledged.stance(this.#name, id).has('vouch')
    const kind = isVouched ? 'dispute' : 'vouch'
    return `${kind} ${await this.#state(kind, id, cortex)}`
  }

  async vote(
    kind: VoteKind,
    step: Step,
    cortex: Cortex,
    { parts }: Life
  ): Promise<string | undefined> {
    const id = await this.#recordOf(step, cortex, parts)
    return id === undefined || this.#acknowledged.goals.has(id)
      ? undefined
      : this.#state(kind, id, cortex)
  }

  /** What is said of the step's fact, some record, or one of the newest ones. */
  async #recordOf(
    { at, subject, chained }: Step,
    { knowledge }: Cortex,
    { replica }: Life['parts']
  ): Promise<string | undefined> {
    const newest = (await replica.newestRecords(0, 100)).map(toHex)
    // For a while the same of them, so that what is said of a record goes on.
    const choice = chained === undefined ? (subject + Math.floor(at / SAME_RECORD)) % 3 : 1
    if (choice === 0) return newest[subject % Math.min(3, Math.max(1, newest.length))]
    const { text } = textOf(subject, this.#name)
    const id = knowledge.identify({ entity: entityOf(subject), content: text, confidence: 0.95 })
    if (choice === 1 && newest.includes(id)) return id
    return newest.toSorted()[subject % Math.max(1, newest.length)]
  }

  async #state(kind: VoteKind, id: string, { hive }: Cortex): Promise<string> {
    const name = this.#name
    const stance: Stance = kind === 'retract' ? 'none' : kind
    this.#acknowledged.mayState(name, id, stance, 'none')
    const fact = this.#acknowledged.factsOf(name).get(id)
    if (kind === 'stale' && fact !== undefined) {
      this.#acknowledged.factsOf(name).set(id, { ...fact, mayBeStale: true })
    }
    if (kind === 'vouch') this.vouchedByHand.add(id)
    if (kind === 'retract') await hive.retract(id)
    // False of a fact that is no record any more, and of a repeated statement.
    else if (kind === 'stale') {
      if (!(await hive.stale(id)).hive) return `${id.slice(0, 6)}, which changed nothing`
    } else await hive[kind](id)
    this.#acknowledged.states(name, id, stance)
    return id.slice(0, 6)
  }
}
