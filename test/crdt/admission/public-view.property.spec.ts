import assert from 'node:assert/strict'
import fc from 'fast-check'
import { digestOf, openReplica, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { encodeRecord } from '../../../crdt/records/record.ts'
import { publication } from '../../fixtures/publications.ts'
import { HandClock } from '../../fixtures/replicas.ts'
import type { Publication, Replica, SignedHeader, Store } from '../../../crdt/index.ts'

const SAID = ['one', 'two', 'three'].map((content) => publication(content))
const DIGESTS = SAID.map(({ record }) => digestOf(record))

const STEPS = [
  'publish',
  'dispute',
  'retract',
  'rotate',
  'compact',
  'release',
  'show',
  'show',
  'echo',
  'take-back',
  'body',
  'send',
  'probe',
  'gossip',
  'reopen'
] as const

interface Step {
  readonly name: (typeof STEPS)[number]
  /** Whether the step concerns each of the records. */
  readonly chosen: readonly boolean[]
}

const STEP: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...STEPS),
  chosen: fc.array(fc.boolean(), { minLength: SAID.length, maxLength: SAID.length })
})

/** A node on a store of its own. */
class Node {
  readonly #clock: HandClock
  readonly #store: Store
  #replica: Replica | undefined
  /** What the replica has told its transport since the last look: gossip, pulls and stems follow from it. */
  #events: string[] = []

  constructor(store: Store, clock: HandClock) {
    this.#store = store
    this.#clock = clock
  }

  get replica(): Replica {
    if (this.#replica === undefined) throw new Error('not open')
    return this.#replica
  }

  async open(): Promise<void> {
    await this.#replica?.whenCompacted()
    this.#replica = await openReplica({
      store: this.#store,
      hidesOwn: true,
      timing: this.#clock
    })
    const has = (author: Uint8Array, seq: number): void => {
      this.#events.push(`has ${toHex(author)} ${seq}`)
    }
    this.#replica.on('entry:admit', ({ author, seq }) => has(author, seq))
    this.#replica.on('entry:unhide', has)
    this.#replica.on('entry:reject', (reason) => this.#events.push(`rejects ${reason}`))
    this.#replica.on('author:void', (proof) => this.#events.push(`voids ${toHex(proof)}`))
  }

  takeEvents(): string[] {
    const events = this.#events
    this.#events = []
    return events
  }

  async close(): Promise<void> {
    await this.#store.close()
  }
}

/** An author, a node that has published nothing, and a spy that has all; both hear the same of peers. */
class Swarm {
  readonly #clock = new HandClock()
  #author: Node | undefined
  #other: Node | undefined
  #spy: Node | undefined

  async open(): Promise<void> {
    this.#author = new Node(await openStore(), this.#clock)
    this.#other = new Node(await openStore(), this.#clock)
    this.#spy = new Node(await openStore(), this.#clock)
    for (const node of this.#nodes) await node.open()
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await node.close()
  }

  get #nodes(): readonly Node[] {
    return [this.#author, this.#other, this.#spy].flatMap((node) => node ?? [])
  }

  get #listeners(): readonly Replica[] {
    return this.#nodes.slice(0, 2).map(({ replica }) => replica)
  }

  get #own(): Replica {
    const [author] = this.#listeners
    if (author === undefined) throw new Error('not open')
    return author
  }

  async run({ name, chosen }: Step): Promise<void> {
    const said = SAID.filter((_, i) => chosen[i] === true)
    await this.#do(name, said)
    for (const { replica } of this.#nodes) await replica.whenCompacted()
    await this.#spread()
    const [author, other] = await Promise.all(this.#listeners.map((each) => shownBy(each)))
    assert.deepEqual(author, other, `after ${name}`)
    const [told, expected] = this.#nodes.map((node) => node.takeEvents())
    assert.deepEqual(told, expected, `after ${name}`)
  }

  async #do(name: Step['name'], said: readonly Publication[]): Promise<void> {
    const own = this.#own
    switch (name) {
      case 'publish':
        return void (await own.publish(said))
      case 'dispute':
        for (const each of said) await own.revise({ ...each, vote: 'dispute' })
        return
      case 'retract':
        return void (await own.retractMany(said.map(({ record }) => digestOf(record))))
      case 'rotate':
        return own.rotateAuthor()
      case 'compact':
        return void (await own.compact())
      case 'release':
        await own.publishHeld()
        this.#clock.pass()
        return void (await own.publishHeld())
      case 'show':
        return this.#show()
      case 'echo':
        return this.#echo(said)
      case 'take-back':
        return this.#takeBack(said)
      case 'body':
        return this.#bringBodies()
      case 'send': {
        const ready = await own.retractions.toSend()
        await this.#both(({ retractions }) => retractions.admit(ready, 'peer'))
        return
      }
      case 'probe':
        return this.#probe()
      case 'gossip':
        return this.#gossip()
      case 'reopen':
        for (const node of this.#nodes) await node.open()
    }
  }

  /** A peer brings the next hidden entry of each own author. */
  async #show(): Promise<void> {
    const own = this.#own
    for (const author of own.hiddenAuthors()) {
      const publicSeq = own.publicSeq(author) ?? 0
      const checkpoint = await own.checkpointOf(author)
      if (own.headOf(author).base > publicSeq + 1 && checkpoint !== undefined)
        await this.#bringHeader(checkpoint)
      for await (const bytes of own.entriesAfter(author, own.publicSeq(author) ?? 0)) {
        await this.#bring(bytes)
        break
      }
    }
  }

  /** A peer brings hidden entries without those before them. */
  async #gossip(): Promise<void> {
    const own = this.#own
    for (const author of own.hiddenAuthors()) {
      const entries = await Array.fromAsync(own.entriesAfter(author, own.publicSeq(author) ?? 0))
      for (const bytes of entries.toReversed()) await this.#bring(bytes)
    }
  }

  /** The spy, which has all entries, says the same of the records, so that its entry may have no bodies. */
  async #echo(said: readonly Publication[]): Promise<void> {
    const spy = this.#nodes.at(-1)?.replica
    if (spy === undefined) return
    const own = this.#own
    for (const { author, base } of own.heads()) {
      const checkpoint = await own.checkpointOf(author)
      if (checkpoint !== undefined && base > 1) await spy.admitHeader(checkpoint)
      for await (const bytes of own.entriesAfter(author, spy.headOf(author).seq)) {
        await durably(spy.admit(bytes, 'author'))
      }
    }
    await spy.publish(said)
    await this.#hearSpy(spy)
  }

  /** The spy takes back what it said, and compacts its feed. */
  async #takeBack(said: readonly Publication[]): Promise<void> {
    const spy = this.#nodes.at(-1)?.replica
    if (spy === undefined) return
    await spy.retractMany(said.map(({ record }) => digestOf(record)))
    const retractions = await spy.retractions.toSend()
    await this.#both((replica) => replica.retractions.admit(retractions, 'peer'))
    await spy.retractions.show(retractions)
    await spy.compact()
    await this.#hearSpy(spy)
  }

  /** Both hear all that the spy has published. */
  async #hearSpy(spy: Replica): Promise<void> {
    for (const author of spy.hiddenAuthors()) {
      const entries = await Array.fromAsync(spy.entriesAfter(author, spy.publicSeq(author) ?? 0))
      for (const bytes of entries) await this.#bring(bytes)
      await spy.unhide(author, spy.headOf(author).seq)
    }
  }

  /** What the author has and the other lacks, peers bring at once: the body of a bare vote, see LIMITS. */
  async #spread(): Promise<void> {
    const [own, lacked] = await this.#both(async (replica) =>
      (await replica.missingBodies(9)).map(toHex)
    )
    await this.#bringBodiesOf(new Set(lacked?.filter((name) => own?.includes(name) !== true)))
  }

  async #bringBodies(): Promise<void> {
    await this.#bringBodiesOf(new Set((await this.#own.missingBodies(9)).map(toHex)))
  }

  async #bringBodiesOf(names: ReadonlySet<string>): Promise<void> {
    const bodies = SAID.flatMap(({ record }) =>
      names.has(toHex(digestOf(record))) ? [encodeRecord(record)] : []
    )
    await this.#both((replica) => replica.putBodies(bodies, true))
  }

  /** A peer that knows the headers of hidden entries sends them. */
  async #probe(): Promise<void> {
    const own = this.#own
    for (const author of own.hiddenAuthors()) {
      const { seq: last, base } = own.headOf(author)
      for (let seq = base; seq <= last; seq++) {
        const header = await own.headerAt(author, seq)
        if (header !== undefined) await this.#bringHeader(header)
      }
    }
  }

  async #bringHeader(header: SignedHeader): Promise<void> {
    const [first, second] = await this.#both(({ publicView }) => publicView.admitHeader(header))
    assert.deepEqual(first, second, `the header ${header.seq}`)
  }

  async #bring(bytes: Uint8Array): Promise<void> {
    const [first, second] = await this.#both(({ publicView }) =>
      durably(publicView.admit(bytes, 'peer'))
    )
    assert.deepEqual(first, second)
  }

  async #both<T>(task: (replica: Replica) => Promise<T>): Promise<T[]> {
    const results: T[] = []
    for (const replica of this.#listeners) results.push(await task(replica))
    return results
  }
}

async function durably(admission: ReturnType<Replica['admit']>): Promise<unknown> {
  const result = await admission
  if (result.outcome === 'admitted') await result.durable
  return result.outcome === 'rejected' ? result : result.outcome
}

/** All that a peer can ask of a replica. */
async function shownBy(replica: Replica): Promise<unknown> {
  const { publicView, published, elementOf, retractions } = replica
  const feeds: unknown[] = []
  for (const { author, base, seq, fork, head } of publicView.heads()) {
    const entries = await Array.fromAsync(publicView.entriesAfter(author, 0), toHex)
    const headers: unknown[] = []
    for (let at = 1; at <= seq + 2; at++) {
      headers.push((await publicView.headerAt(author, at))?.seq)
    }
    const checkpoint = (await publicView.checkpointOf(author))?.seq
    feeds.push([toHex(author), base, seq, fork, toHex(head), entries, headers, checkpoint])
  }
  const bodies = await publicView.bodies([...DIGESTS])
  return {
    feeds: feeds.map((feed) => JSON.stringify(feed)).toSorted(),
    digest: toHex(publicView.digest()),
    totals: publicView.totals(),
    bodies: bodies.map((body) => body !== undefined),
    filter: DIGESTS.map((digest) => published.has(elementOf(digest))),
    retractions: toHex(retractions.digest()),
    missing: (await replica.missingBodies(9)).map(toHex).toSorted(),
    likely: (await replica.likelyMissing(9, { most: 99, seemsHeld: () => true })).missing.map(toHex)
  }
}

function step(name: Step['name'], ...chosen: number[]): Step {
  return { name, chosen: SAID.map((_, i) => chosen.includes(i)) }
}

/** The entry with the dispute of the second record is never public: a peer raises the base past it. */
const HIDDEN_BEFORE_BASE = [
  step('dispute', 0, 1),
  step('gossip'),
  step('retract', 1),
  step('compact'),
  step('publish', 1),
  step('probe'),
  step('gossip')
]

describe('an author of hidden entries', () => {
  it('shows peers what a node shows that has not published them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 6, maxLength: 20 }), async (steps) => {
        const swarm = new Swarm()
        await swarm.open()
        try {
          for (const step of steps) await swarm.run(step)
        } finally {
          await swarm.close()
        }
      }),
      { numRuns: 100, examples: [[HIDDEN_BEFORE_BASE]] }
    )
  }).timeout(120_000)
})
