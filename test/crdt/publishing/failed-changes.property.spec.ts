import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { digestOf, openReplica, openStore, StoreError } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, HandClock, registersOf, replicaOn } from '../../fixtures/replicas.ts'
import type { Publication, Replica, Store } from '../../../crdt/index.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'

const SAID = ['one', 'two', 'three'].map((content) => publication(content))
const DIGESTS = SAID.map(({ record }) => digestOf(record))

const NOTHING = new Uint8Array(32)

const DAY = 20_001

type Vote = 'dispute' | 'none' | 'vouch'

const STEPS = [
  'publish',
  'dispute',
  'retract',
  'rotate',
  'show',
  'send',
  'hear',
  'release',
  'compact',
  'count',
  'evidence',
  'other',
  'reopen'
] as const

interface Step {
  readonly name: (typeof STEPS)[number]
  /** Whether the step concerns each of the records. */
  readonly chosen: readonly boolean[]
  /** The write that fails; none if it is higher than the writes of the step. */
  readonly failing: number
  /** The node ends at the failure, and starts again. */
  readonly isCrash: boolean
}

const STEP: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...STEPS),
  chosen: fc.array(fc.boolean(), { minLength: SAID.length, maxLength: SAID.length }),
  failing: fc.nat(4),
  isCrash: fc.boolean()
})

/** A vote of an earlier author is changed; the write fails, and the change is made again at once. */
const FAILED_HOLD: Step[] = (['publish', 'show', 'rotate', 'dispute'] as const).map((name) => ({
  name,
  chosen: [true, false, false],
  failing: name === 'dispute' ? 0 : 4,
  isCrash: false
}))

/** A vote is taken back, the feed begins behind it, and the vote comes again, all before the peer knows. */
const COMPACTED: Step[] = [
  ['publish', [true, false, true]] as const,
  ['show', []] as const,
  ['retract', [false, false, true]] as const,
  ['compact', []] as const,
  ['dispute', [true, false, false]] as const,
  ['publish', [false, false, true]] as const
].map(([name, chosen]) => ({ name, chosen, failing: Infinity, isCrash: false }))

/** A node whose writes fail, a peer that gets all that leaves it, and an author whose votes both get. */
class Pair {
  readonly #files: FailingDatabase = failingDatabase()
  readonly #clock = new HandClock()
  readonly #peer: Replica
  readonly #other: Replica
  readonly #votes: Vote[] = SAID.map(() => 'none')
  /** What the node has counted of each record. */
  readonly #uses: number[] = SAID.map(() => 0)
  /** Records that this step has counted. */
  #counted = new Set<number>()
  #node: { readonly store: Store; readonly replica: Replica } | undefined

  constructor(peer: Replica, other: Replica) {
    this.#peer = peer
    this.#other = other
  }

  async open(): Promise<void> {
    const store = await openStore(this.#files.database)
    const replica = await openReplica({ store, hidesOwn: true, timing: this.#clock })
    this.#node = { store, replica }
  }

  async close(): Promise<void> {
    await this.#node?.store.close()
  }

  /** Does a step, again after a failure. */
  async run(step: Step): Promise<void> {
    this.#counted = new Set()
    this.#files.failAfter(step.failing)
    try {
      await this.#do(step)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      if (step.isCrash) await this.#reopen()
      this.#files.failNever()
      await this.#do(step)
    }
    this.#files.failNever()
    // Behind the read of the state that a failed write leaves behind.
    await this.#replica.retractions.opens({ digest: NOTHING, secret: NOTHING.subarray(0, 16) })
    await this.#replica.whenCompacted()
    await this.#peer.whenCompacted()
    for (const [i, { name }] of this.#chosen(step)) {
      if (name === 'publish' && this.#votes[i] === 'none') this.#votes[i] = 'vouch'
      else if (name === 'dispute') this.#votes[i] = 'dispute'
      else if (name === 'retract') this.#votes[i] = 'none'
    }
    assert.deepEqual(await this.#votesOn(this.#replica), this.#votes, 'on the node')
    // Throws for two votes on one record.
    await this.#votesOn(this.#peer)
  }

  /** Lets all leave that waits. */
  async settle(): Promise<void> {
    const all = { chosen: SAID.map(() => true), failing: Infinity, isCrash: false }
    for (let i = 0; i < 6; i++) {
      for (const name of ['other', 'evidence', 'show', 'send', 'release', 'show'] as const) {
        await this.run({ ...all, name })
      }
    }
    assert.deepEqual(this.#replica.retractions.waiting, { retractions: 0, votes: 0 })
    assert.deepEqual(await this.#votesOn(this.#peer), this.#votes, 'on the peer')
    for (const replica of [this.#replica, this.#peer]) {
      assert.deepEqual(await usesOf(replica), this.#uses)
    }
  }

  get #replica(): Replica {
    if (this.#node === undefined) throw new Error('not open')
    return this.#node.replica
  }

  async #reopen(): Promise<void> {
    this.#files.failNever()
    await this.close()
    await this.open()
  }

  #chosen({ name, chosen }: Step): [number, { name: Step['name']; said: Publication }][] {
    return SAID.flatMap((said, i) => (chosen[i] === true ? [[i, { name, said }]] : []))
  }

  async #do(step: Step): Promise<void> {
    const replica = this.#replica
    const said = this.#chosen(step).map(([, each]) => each.said)
    switch (step.name) {
      case 'publish':
        return void (await replica.publish(said))
      case 'dispute':
        for (const each of said) await replica.revise({ ...each, vote: 'dispute' })
        return
      case 'retract':
        return void (await replica.retractMany(said.map(({ record }) => digestOf(record))))
      case 'rotate':
        return replica.rotateAuthor()
      case 'show':
        return this.#show(replica)
      case 'send':
        await this.#peer.retractions.admit(await replica.retractions.toSend())
        return replica.retractions.show(await replica.retractions.toSend())
      case 'hear': {
        const ready = await replica.retractions.toSend()
        await this.#peer.retractions.admit(ready)
        return void (await replica.retractions.admit(ready, 'peer'))
      }
      case 'release':
        await replica.publishHeld()
        this.#clock.pass()
        return void (await replica.publishHeld())
      case 'compact':
        return void (await replica.compact())
      case 'count':
        for (const [i] of this.#chosen(step)) await this.#count(replica, i)
        return
      case 'evidence':
        return void (await replica.publishEvidence(DAY))
      case 'other':
        await this.#other.publish(said)
        return deliver(this.#other, replica).then(() => deliver(this.#other, this.#peer))
      case 'reopen':
        return this.#reopen()
    }
  }

  /** Counts a use of the record, again where it was not written; a step that is done again has counted it. */
  async #count(replica: Replica, i: number): Promise<void> {
    if (this.#counted.has(i)) return
    await replica.addEvidence(DIGESTS[i] ?? NOTHING, { uses: 1 })
    this.#counted.add(i)
    this.#uses[i] = (this.#uses[i] ?? 0) + 1
  }

  /** What this node says on a replica: all that is said there, without what the other author says. */
  async #votesOn(replica: Replica): Promise<Vote[]> {
    const others = this.#other.heads().map(({ author }) => toHex(author))
    return Promise.all(
      DIGESTS.map(async (digest) => {
        const standing = (await replica.get(digest))?.standing
        const registers = standing === undefined ? [] : await registersOf(replica, digest)
        const theirs = registers.filter(({ author }) => others.includes(author)).length
        const vouches = (standing?.vouches ?? 0) - theirs
        const disputes = standing?.disputes ?? 0
        assert.ok(vouches + disputes <= 1, `${vouches} vouches and ${disputes} disputes`)
        return vouches === 1 ? 'vouch' : disputes === 1 ? 'dispute' : 'none'
      })
    )
  }

  /** Brings the entries to the peer, which shows them. */
  async #show(replica: Replica): Promise<void> {
    for (const { author, seq } of replica.heads()) {
      const checkpoint = await replica.checkpointOf(author)
      if (checkpoint !== undefined) await this.#peer.admitHeader(checkpoint)
      for await (const bytes of replica.entriesAfter(author, this.#peer.headOf(author).seq)) {
        const admission = await this.#peer.admit(bytes)
        if (admission.outcome === 'admitted') await admission.durable
      }
      await replica.unhide(author, seq)
    }
  }
}

async function usesOf(replica: Replica): Promise<number[]> {
  return Promise.all(
    DIGESTS.map(async (digest) => {
      const counters = (await replica.get(digest))?.standing.counters ?? []
      return counters.find(([name]) => name === 'uses')?.[1] ?? 0
    })
  )
}

describe('changes of own votes', () => {
  it('count once here and on peers, whichever write fails and whenever the node ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 8, maxLength: 24 }), async (steps) => {
        await using peer = await replicaOn()
        await using other = await replicaOn()
        const pair = new Pair(peer.replica, other.replica)
        await pair.open()
        try {
          for (const step of steps) await pair.run(step)
          await pair.settle()
        } finally {
          await pair.close()
        }
      }),
      { numRuns: budget(60, 5_000), examples: [[FAILED_HOLD], [COMPACTED]] }
    )
  }).timeout(budget(60_000, 600_000))

  it('leave when they are on disk', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const replica = await openReplica({ store, hidesOwn: true, timing: new HandClock() })
    const { entries, records } = await replica.publish(SAID.slice(0, 1))
    for (const { author, seq } of entries) await replica.unhide(author, seq)
    failNext()
    const failed = assert.rejects(replica.retract(records[0] ?? NOTHING), StoreError)
    while (replica.retractions.waiting.retractions === 0) await nextTurn()
    assert.deepEqual(await replica.retractions.toSend(), [])
    await failed
    await replica.retract(records[0] ?? NOTHING)
    assert.equal((await replica.retractions.toSend()).length, 1)
    await store.close()
  })
})
