import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore } from '../../../crdt/index.ts'
import { concat, equalBytes, sha256, toHex } from '../../../crdt/bytes/index.ts'
import { commitmentOf } from '../../../crdt/records/retraction.ts'
import { StandingReader } from '../../../crdt/records/standing-reader.ts'
import { readVote } from '../../../crdt/records/standing-row.ts'
import { StandingWriter } from '../../../crdt/records/standing-writer.ts'
import { sumVotes } from '../../../crdt/records/standing.ts'
import { voiceOrder } from '../../../crdt/records/voice-order.ts'
import { Drafts } from '../../../crdt/store/drafts.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { Register, Standing, Store } from '../../../crdt/index.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'
import type { EntryPosition } from '../../../crdt/records/standing-writer.ts'
import type { Value } from '../../../crdt/records/value.ts'

/** Few of each, so that values meet. */
const DIGESTS = [1, 2].map((byte) => new Uint8Array(32).fill(byte))
const AUTHORS = Array.from({ length: 5 }, (_, i) => new Uint8Array(32).fill(0x10 + i))
const SECRETS = Array.from({ length: 3 }, (_, i) => new Uint8Array(16).fill(0x20 + i))

const digest = fc.constantFrom(...DIGESTS)
const secret = fc.constantFrom(...SECRETS)

const register: fc.Arbitrary<Value> = fc
  .record({
    digest,
    secret,
    vote: fc.constantFrom('none' as const, 'vouch' as const, 'dispute' as const, 'stale' as const),
    confidence: fc.nat(4).map((fifth) => fifth / 5),
    day: fc.nat(3),
    validFrom: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    validTo: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    tags: fc.subarray(['a', 'b', 'status:active', 'status:open', 'template:x']),
    trials: fc.nat(70),
    successes: fc.nat(70),
    counts: fc.boolean()
  })
  .map(({ digest: subject, secret: hidden, trials, successes, counts, ...rest }) => ({
    type: 'register',
    digest: subject,
    register: {
      ...rest,
      commitment: commitmentOf({ digest: subject, secret: hidden }),
      counters: counts ? [['successes', successes] as const, ['trials', trials] as const] : []
    }
  }))

const retraction: fc.Arbitrary<Value> = fc.record({
  type: fc.constant('retraction' as const),
  digest,
  secret
})

/** The entries of each author; the position in the list is the sequence number, from 1. */
const feeds = fc.array(
  fc.array(
    fc.array(fc.oneof({ weight: 3, arbitrary: register }, retraction), {
      minLength: 1,
      maxLength: 3
    }),
    {
      maxLength: 6
    }
  ),
  { minLength: AUTHORS.length, maxLength: AUTHORS.length }
)

/** Whose voice an author is, in a closed swarm: members have several authors, also in one generation. */
interface Speaker {
  readonly member: number
  readonly generation: number
}

const speakers = fc.array(fc.record({ member: fc.nat(1), generation: fc.nat(2) }), {
  minLength: AUTHORS.length,
  maxLength: AUTHORS.length
})

type Step =
  | { readonly does: 'admit'; readonly author: number; readonly fails: boolean }
  | { readonly does: 'base' | 'fork'; readonly author: number; readonly seq: number }
  | { readonly does: 'replay'; readonly author: number; readonly seq: number }
  | { readonly does: 'reopen' }
  | { readonly does: 'sweep'; readonly values: number }

const author = fc.nat(AUTHORS.length - 1)
const seq = fc.integer({ min: 1, max: 6 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      does: fc.constant('admit' as const),
      author,
      fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('base' as const, 'fork' as const), author, seq })
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('replay' as const), author, seq }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sweep' as const), values: fc.nat(3) }) }
)

interface Window {
  base: number
  fork: number
  admitted: number
  /** Entries outside of the window that are stored, and values of the first that are removed. */
  removed: number
  readonly stored: Set<number>
}

/** A writer and a reader over a store, with the windows of the authors' feeds. */
class Board {
  readonly #feeds: readonly (readonly Value[][])[]
  readonly #speakers: readonly Speaker[] | undefined
  readonly #maxListed: number
  readonly #failing: FailingDatabase
  readonly windows: Window[]
  readonly unswept = new Map<string, Uint8Array>()
  #store: Store
  #drafts: Drafts
  #writer: StandingWriter

  private constructor(
    values: Value[][][],
    speaking: readonly Speaker[] | undefined,
    maxListed: number,
    failing: FailingDatabase,
    store: Store
  ) {
    this.#feeds = values
    this.#speakers = speaking
    this.#maxListed = maxListed
    this.#failing = failing
    this.#store = store
    this.windows = values.map(() => ({
      base: 1,
      fork: 0,
      admitted: 0,
      removed: 0,
      stored: new Set()
    }))
    this.#drafts = new Drafts(store)
    this.#writer = this.#newWriter()
  }

  /** `speaking`: in a closed swarm. */
  static async open(
    values: Value[][][],
    maxListed: number,
    speaking?: readonly Speaker[]
  ): Promise<Board> {
    const failing = failingDatabase()
    const store = await openStore(failing.database)
    return new Board(values, speaking, maxListed, failing, store)
  }

  readonly isLive = (key: Uint8Array, at: number): boolean => {
    const window = this.windows[AUTHORS.findIndex((each) => equalBytes(each, key))]
    return window !== undefined && at >= window.base && (window.fork === 0 || at < window.fork)
  }

  async run(each: Step): Promise<void> {
    if (each.does === 'reopen') return this.#reopen()
    if (each.does === 'sweep') return this.#sweep(each.values)
    const window = this.windows[each.author]
    const key = AUTHORS[each.author]
    assert.ok(window !== undefined && key !== undefined)
    if (each.does === 'admit') {
      const next = Math.max(window.admitted + 1, window.base)
      const isVoid = window.fork > 0 && next >= window.fork
      if (isVoid || this.#valuesAt(each.author, next).length === 0) return
      if (each.fails) this.#failing.failNext()
      const isStored = await this.#write(() =>
        this.#writer.add(this.#position(each.author, next), this.#valuesAt(each.author, next))
      )
      if (isStored) {
        window.admitted = next
        window.stored.add(next)
      }
    } else if (each.does === 'replay') {
      // A feed that was emptied is fetched again: the same entries, in order.
      if (!window.stored.has(each.seq) || !this.isLive(key, each.seq)) return
      await this.#write(() =>
        this.#writer.add(
          this.#position(each.author, each.seq),
          this.#valuesAt(each.author, each.seq)
        )
      )
    } else {
      if (each.does === 'base') window.base = Math.max(window.base, each.seq)
      else window.fork = Math.min(window.fork || Infinity, each.seq)
      window.removed = 0
      this.unswept.set(toHex(key), key)
    }
  }

  /** Removes up to so many values of the entries outside of windows. */
  async #sweep(values: number): Promise<void> {
    for (const [name, key] of this.unswept) {
      const at = AUTHORS.findIndex((each) => equalBytes(each, key))
      const window = this.windows[at]
      assert.ok(window !== undefined)
      const [outside] = [...window.stored]
        .filter((each) => !this.isLive(key, each))
        .toSorted((a, b) => a - b)
      if (outside === undefined) {
        this.unswept.delete(name)
        continue
      }
      const all = this.#valuesAt(at, outside)
      const slice = all.slice(window.removed, window.removed + Math.max(1, values))
      await this.#write(() => this.#writer.remove(this.#position(at, outside), slice))
      window.removed += slice.length
      if (window.removed >= all.length) {
        window.stored.delete(outside)
        window.removed = 0
      }
      return
    }
  }

  async sweepAll(): Promise<void> {
    while (this.unswept.size > 0) await this.#sweep(2)
  }

  /** Older registers that are stored although nothing that is live says them. */
  async remains(): Promise<string[]> {
    const found: string[] = []
    for await (const [key, bytes] of this.#store.section('older-votes').entries()) {
      const vote = readVote(key.slice(32, 64), bytes)
      if (!this.isLive(vote.author, vote.seq)) found.push(`${toHex(vote.author)} ${vote.seq}`)
    }
    return found
  }

  standings(): Promise<(Standing | undefined)[]> {
    const { isLive, unswept } = this
    const hasVoices = this.#speakers !== undefined
    return new StandingReader({ store: this.#store, isLive, unswept, hasVoices }).standings(DIGESTS)
  }

  /** What the live entries say, read all at once. */
  expected(): (Standing | undefined)[] {
    return DIGESTS.map((subject) => {
      const votes = this.#voices().flatMap((authors) => this.#latest(authors, subject) ?? [])
      return sumVotes(
        votes.map((vote) => ({ register: vote, isRetracted: this.#isRetracted(subject, vote) }))
      )
    })
  }

  /** The authors of each voice, from the one that counts least. */
  #voices(): number[][] {
    const all = AUTHORS.map((_, at) => at)
    const by = Map.groupBy(all, (at) => this.#speakers?.[at]?.member ?? `author ${at}`)
    return [...by.values()].map((authors) =>
      authors.toSorted((a, b) => this.#generation(a) - this.#generation(b))
    )
  }

  #generation(at: number): number {
    return this.#speakers?.[at]?.generation ?? 0
  }

  /** The latest generation that says something; within one, the highest sequence number, then key. */
  #latest(authors: readonly number[], subject: Uint8Array): Register | undefined {
    const said = authors.flatMap((at) =>
      this.#livePlaces(at).flatMap((place) =>
        this.#valuesAt(at, place).flatMap((value) =>
          value.type === 'register' && equalBytes(value.digest, subject)
            ? [{ register: value.register, generation: this.#generation(at), place, at }]
            : []
        )
      )
    )
    return said
      .toSorted((a, b) => a.generation - b.generation || a.place - b.place || a.at - b.at)
      .at(-1)?.register
  }

  #isRetracted(subject: Uint8Array, { commitment }: Register): boolean {
    return AUTHORS.some((key) =>
      this.#live(key).some(
        (value) =>
          value.type === 'retraction' &&
          equalBytes(value.digest, subject) &&
          equalBytes(commitmentOf(value), commitment)
      )
    )
  }

  #live(key: Uint8Array): Value[] {
    const at = AUTHORS.findIndex((each) => equalBytes(each, key))
    return this.#livePlaces(at).flatMap((each) => this.#valuesAt(at, each))
  }

  #livePlaces(at: number): number[] {
    const key = AUTHORS[at]
    const seqs = [...(this.windows[at]?.stored ?? [])].toSorted((a, b) => a - b)
    return seqs.filter((each) => key !== undefined && this.isLive(key, each))
  }

  #position(at: number, place: number): EntryPosition {
    const key = AUTHORS[at]
    assert.ok(key !== undefined)
    const order = this.#speakers && voiceOrder(3_000, this.#generation(at), place)
    return { author: key, seq: place, order }
  }

  /** With the tag of its member on each register. */
  #valuesAt(at: number, place: number): Value[] {
    const member = this.#speakers?.[at]?.member
    const values = this.#feeds[at]?.[place - 1] ?? []
    if (member === undefined) return values
    return values.map((value) =>
      value.type === 'register'
        ? { ...value, voice: sha256(concat(Uint8Array.of(member), value.digest)) }
        : value
    )
  }

  /** One commit; false if it failed. */
  async #write(change: () => Promise<unknown>): Promise<boolean> {
    await change()
    const draft = this.#drafts.take()
    try {
      await this.#store.commit(draft.operations)
    } catch {
      this.#drafts.clear()
      return false
    }
    draft.landed()
    return true
  }

  async #reopen(): Promise<void> {
    await this.#store.close()
    this.#store = await openStore(this.#failing.database)
    this.#drafts = new Drafts(this.#store)
    this.#writer = this.#newWriter()
    // A crash forgets how much of an entry was removed.
    for (const window of this.windows) window.removed = 0
  }

  #newWriter(): StandingWriter {
    const { isLive } = this
    return new StandingWriter({ drafts: this.#drafts, isLive, maxListed: this.#maxListed })
  }
}

const steps = fc.array(step, { minLength: 10, maxLength: 60 })
const listed = fc.constantFrom(1, 2, 8)

describe('stored standings', () => {
  it('equal what the live entries say, under any order, replay, fork, base, retraction and crash', async () => {
    await fc.assert(
      fc.asyncProperty(feeds, steps, listed, async (values, each, maxListed) => {
        await check(await Board.open(values, maxListed), each)
      }),
      { numRuns: 200 }
    )
  })

  it('count each member once, whichever of its authors are made void or restate', async () => {
    await fc.assert(
      fc.asyncProperty(
        feeds,
        steps,
        listed,
        speakers,
        async (values, each, maxListed, speaking) => {
          await check(await Board.open(values, maxListed, speaking), each)
        }
      ),
      { numRuns: budget(200, 5_000) }
    )
  }).timeout(budget(60_000, 600_000))

  it('leave nothing of a voice whose latest author goes before an earlier one', async () => {
    const digestOfAll = DIGESTS[0] ?? assert.fail()
    const commitment = commitmentOf({ digest: digestOfAll, secret: SECRETS[0] ?? assert.fail() })
    const said: Value = {
      type: 'register',
      digest: digestOfAll,
      register: { vote: 'vouch', confidence: 1, day: 0, tags: [], commitment, counters: [] }
    }
    const values = AUTHORS.map((_, at) => (at < 2 ? [[said]] : []))
    const speaking = AUTHORS.map((_, at) => ({ member: 0, generation: at }))
    for (const maxListed of [1, 8]) {
      await check(await Board.open(values, maxListed, speaking), [
        { does: 'admit', author: 0, fails: false },
        { does: 'admit', author: 1, fails: false },
        { does: 'fork', author: 1, seq: 1 },
        { does: 'fork', author: 0, seq: 1 }
      ])
    }
  })
})

async function check(board: Board, all: readonly Step[]): Promise<void> {
  for (const each of all) {
    await board.run(each)
    const expected = board.expected()
    for (const [i, standing] of (await board.standings()).entries()) {
      // While values are being removed there may be too few vouches, never too many.
      assert.ok((standing?.vouches ?? 0) <= (expected[i]?.vouches ?? 0))
    }
  }
  await board.sweepAll()
  assert.deepEqual(await board.standings(), board.expected())
  assert.deepEqual(await board.remains(), [])
}
