/** Votes and counts, as the work of a plan. */
import { toHex } from '../../../crdt/bytes/index.ts'
import { FeedVoices } from '../../../crdt/feeds/feed-voices.ts'
import type { Cortex } from '../../../src/runtime/cortex.ts'
import type { Step } from '../plan/step.ts'
import type { Life } from '../subject.ts'
import type { Acknowledged, Stance } from './acknowledged.ts'

/** The counter that the work raises. */
export const COUNTER = 'seen'

/** Records that are voted on again and again. */
const CONTESTED = 4

const DAY = 86_400_000

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

  async count({ subject }: Step, { parts }: Life): Promise<string | undefined> {
    const known = (await parts.replica.newestRecords(0, 100)).toSorted((a, b) =>
      Buffer.compare(a, b)
    )
    const digest = known[subject % Math.max(1, known.length)]
    if (digest === undefined) return undefined
    const id = toHex(digest)
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
      if (signed !== epoch && parts.members?.membership.epoch() === epoch) {
        this.#check(`an author of epoch ${signed} has signed in epoch ${epoch}`)
      }
    }
    return entries.length
  }

  /** The opposite of what the node says of one of a few records. */
  async revote(step: Step, cortex: Cortex, running: Life): Promise<string | undefined> {
    const known = (await running.parts.replica.newestRecords(0, 100)).map(toHex).toSorted()
    const contested = known.filter((id) => !this.#acknowledged.goals.has(id)).slice(0, CONTESTED)
    const id = contested[step.subject % Math.max(1, contested.length)]
    if (id === undefined) return undefined
    const isVouched = this.#acknowledged.stance(this.#name, id).has('vouch')
    const subject = known.indexOf(id)
    const kind = isVouched ? 'dispute' : 'vouch'
    return `${kind} ${await this.vote(kind, { ...step, subject }, cortex, running)}`
  }

  async vote(
    kind: 'vouch' | 'dispute' | 'stale' | 'retract',
    { subject }: Step,
    { hive }: Cortex,
    { parts }: Life
  ): Promise<string | undefined> {
    const known = (await parts.replica.newestRecords(0, 100)).map(toHex)
    const id = known.toSorted()[subject % Math.max(1, known.length)]
    if (id === undefined || this.#acknowledged.goals.has(id)) return undefined
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
