import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createAuthor, openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { BUDGET_LIMITS } from '../../../crdt/admission/entry-budgets.ts'
import { bytesOf, mostBytesOf } from '../../../crdt/admission/entry-cost.ts'
import { unpack } from '../../../crdt/feeds/payload.ts'
import { benchFacts } from '../../../bench/fact-data.ts'
import { forge, honestValues } from '../../fixtures/forgery.ts'
import { bytesIn, lettersEntry, shuffledEntry } from '../../fixtures/inflated.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Author, BudgetLimits, DayBudget, Entry, Replica } from '../../../crdt/index.ts'

const MIB = 1024 ** 2

/** Entries of a new author, of one fact each. */
function feedOf(count: number, author: Author = createAuthor()): Entry[] {
  const entries: Entry[] = []
  for (let seq = 1; seq <= count; seq++) {
    const prev = entries.at(-1)?.hash
    const position = prev === undefined ? {} : { seq, prev, clock: (seq - 1) * 2 }
    entries.push(forge({ author, values: honestValues(`Fact ${seq}.`), ...position }))
  }
  return entries
}

async function outcomeOf(replica: Replica, entry: Entry, from?: string): Promise<string> {
  const admission = await replica.admit(writeEntry(entry), from)
  if (admission.outcome === 'admitted') await admission.durable
  return admission.outcome === 'rejected' ? admission.reason : admission.outcome
}

async function outcomesOf(
  replica: Replica,
  entries: readonly Entry[],
  from?: string
): Promise<string[]> {
  const outcomes: string[] = []
  for (const entry of entries) outcomes.push(await outcomeOf(replica, entry, from))
  return outcomes
}

/** A replica in memory whose day the test sets. */
async function budgeted(
  limits: Partial<BudgetLimits>,
  hidesOwn = false
): Promise<{ replica: Replica; time: { day: number }; [Symbol.asyncDispose](): Promise<void> }> {
  const store = await openStore()
  const time = { day: 20_000 }
  const replica = await openReplica({ store, hidesOwn, budgets: limits, day: () => time.day })
  return { replica, time, [Symbol.asyncDispose]: () => store.close() }
}

/** Four entries of a peer in a day, two of them by new authors. */
const FOUR: DayBudget = { authors: 100, entries: 4, bytes: MIB }

describe('budgets of a day', function () {
  this.timeout(60_000)

  it('bound on disk what a peer with many keys sends; others and known authors go on, also after a restart', async () => {
    await using folder = await temporaryDirectory()
    const directory = join(folder.path, 'store')
    const time = { day: 20_000 }
    const half = 48 * MIB
    const peer = { authors: 2_000, entries: 2_000, bytes: 2 * half }
    const open = async (): Promise<{ replica: Replica; close: () => Promise<void> }> => {
      const store = await openStore(directory)
      const replica = await openReplica({ store, budgets: { peer }, day: () => time.day })
      return { replica, close: () => store.close() }
    }
    let { replica, close } = await open()
    const known = feedOf(20)
    assert.equal(await outcomeOf(replica, known[0] ?? forge(), 'mallory'), 'admitted')
    time.day += 1

    const flood = Array.from({ length: 90 }, (_, i) =>
      i % 2 === 0 ? shuffledEntry() : lettersEntry()
    )
    const admitted: Entry[] = []
    for (const [i, entry] of flood.entries()) {
      const outcome = await outcomeOf(replica, entry, 'mallory')
      if (outcome === 'admitted') admitted.push(entry)
      else assert.equal(outcome, 'peer-quota')
      if (i % 9 === 0) assert.equal(await outcomeOf(replica, forge(), 'bob'), 'admitted')
      const next = known[1 + Math.floor(i / 9)] ?? forge()
      if (i % 9 === 3) assert.equal(await outcomeOf(replica, next, 'mallory'), 'admitted')
    }
    assert.ok(admitted.length > 0)
    const unpacked = admitted.reduce((sum, { payload }) => sum + unpack(payload).length, 0)
    assert.ok(unpacked < half / 4, `${admitted.length} entries of ${unpacked} bytes`)

    await close()
    ;({ replica, close } = await open())
    // A restart forgets less than a 256th of a budget: one more may come in.
    await outcomeOf(replica, shuffledEntry(), 'mallory')
    assert.equal(await outcomeOf(replica, shuffledEntry(), 'mallory'), 'peer-quota')
    assert.equal(await outcomeOf(replica, forge(), 'bob'), 'admitted')
    await close()
    ;({ replica, close } = await open())
    const bytes = await bytesIn(directory)
    assert.ok(bytes < half, `${bytes} bytes on disk`)

    time.day += 1
    assert.equal(await outcomeOf(replica, shuffledEntry(), 'mallory'), 'admitted')
    await close()
  })

  it('are stated beside what was used, by kind of payer, also after a restart', async () => {
    await using folder = await temporaryDirectory()
    const time = { day: 20_000 }
    const open = async (): Promise<{ replica: Replica; close: () => Promise<void> }> => {
      const store = await openStore(join(folder.path, 'store'))
      const replica = await openReplica({ store, budgets: { peer: FOUR }, day: () => time.day })
      return { replica, close: () => store.close() }
    }
    const usedOf = (replica: Replica): Record<string, string> =>
      Object.fromEntries(
        replica
          .intake()
          .filter(({ unit }) => unit !== 'bytes')
          .map(({ payer, unit, used, limit }) => [`${payer} ${unit}`, `${used} of ${limit}`])
      )
    let { replica, close } = await open()
    const [first, second] = feedOf(2)
    assert.ok(first !== undefined && second !== undefined)
    for (const entry of [first, forge()]) await outcomeOf(replica, entry, 'alice')
    for (const entry of [forge(), second]) await outcomeOf(replica, entry, 'bob')
    const own = { 'author entries': '2 of 100000', 'bodies entries': '0 of 1000000' }
    const ofPeers = {
      'peer authors': '2 of 100',
      'peer entries': '2 of 4',
      'peer-new authors': '2 of 50',
      'peer-new entries': '2 of 2'
    }
    assert.deepEqual(usedOf(replica), {
      'all authors': '3 of 800000',
      'all entries': '4 of 8000000',
      'all-new authors': '3 of 400000',
      'all-new entries': '4 of 4000000',
      ...ofPeers,
      ...own
    })
    const bytes = replica.intake().filter(({ unit }) => unit === 'bytes')
    assert.equal(bytes.length, 6)
    for (const { payer, used } of bytes) assert.equal(used > 0, payer !== 'bodies', payer)
    await close()
    ;({ replica, close } = await open())
    // Of large budgets less than a 256th is forgotten.
    assert.equal(usedOf(replica)['peer-new entries'], '2 of 2')
    time.day += 1
    assert.equal(usedOf(replica)['peer entries'], '0 of 4')
    await close()
  })

  it('have room for a million facts of one author, from one peer', async () => {
    const part = 100
    const { author, peer, all } = BUDGET_LIMITS
    const partOf = (budget: DayBudget, count: number): DayBudget => ({
      authors: budget.authors,
      entries: budget.entries / part / count,
      bytes: budget.bytes / part / count
    })
    await using source = await budgeted({})
    await source.replica.publish(
      benchFacts(0, 1_000_000 / part).map(({ entity, content }) =>
        publication(content, { record: { kind: 'fact', entity, content } })
      )
    )
    // Of an author half of it is left, of a peer three quarters.
    await using target = await budgeted({
      author: partOf(author, 2),
      peer: partOf(peer, 4),
      all: partOf(all, 16)
    })
    for (const head of source.replica.heads()) {
      for await (const bytes of source.replica.entriesAfter(head.author, 0)) {
        assert.equal((await target.replica.admit(bytes, 'bob')).outcome, 'admitted')
      }
    }
  })

  it('are those of the peer that brought the author first; another pays where they are used up', async () => {
    await using target = await budgeted({ peer: FOUR })
    const { replica, time } = target
    const [first, ...more] = feedOf(7)
    assert.ok(first !== undefined)
    assert.equal(await outcomeOf(replica, first, 'ada'), 'admitted')
    time.day += 1
    assert.deepEqual(await outcomesOf(replica, more.slice(0, 4), 'bob'), [
      'admitted',
      'admitted',
      'admitted',
      'admitted'
    ])
    assert.deepEqual(
      await outcomesOf(replica, [forge(), forge(), forge()], 'bob'),
      ['admitted', 'admitted', 'peer-quota'],
      'of what bob passes on, nothing is counted for bob'
    )
    assert.equal(await outcomeOf(replica, forge(), 'ada'), 'peer-quota')
    assert.equal(await outcomeOf(replica, more[4] ?? first, 'ada'), 'peer-quota')
    assert.equal(await outcomeOf(replica, more[4] ?? first, 'bob'), 'admitted', 'bob takes it over')
    assert.equal(replica.rejections()['peer-quota'], 3)
  })

  it('end for all peers together, and for an author, without blame', async () => {
    await using target = await budgeted({ all: FOUR, author: { ...FOUR, entries: 3 } })
    const { replica, time } = target
    const feed = feedOf(5)
    assert.equal(await outcomeOf(replica, feed[0] ?? forge(), 'ada'), 'admitted')
    assert.equal(await outcomeOf(replica, forge(), 'bob'), 'admitted')
    const refused = await replica.admit(writeEntry(forge()), 'eve')
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'swarm-quota', isOffence: false })
    time.day += 1
    const outcomes = await outcomesOf(replica, feed.slice(1), 'ada')
    assert.deepEqual(outcomes, ['admitted', 'admitted', 'admitted', 'quota'])
  })

  it('treat an own entry that comes back as nodes do that do not have it', async () => {
    await using own = await budgeted({ peer: FOUR }, true)
    await using other = await budgeted({ peer: FOUR }, true)
    const { entries } = await own.replica.publish([publication('own')])
    await other.replica.publish([publication('of the other')])
    const [entry] = entries
    assert.ok(entry !== undefined)
    const full = [forge(), forge()]
    for (const { replica, time } of [own, other]) {
      assert.deepEqual(await outcomesOf(replica, full, 'eve'), ['admitted', 'admitted'])
      assert.equal(await outcomeOf(replica, entry, 'eve'), 'peer-quota')
      assert.equal(replica.rejections()['peer-quota'], 1)
      time.day += 1
      assert.equal(await outcomeOf(replica, entry, 'eve'), 'admitted')
      assert.deepEqual(await outcomesOf(replica, [forge(), forge()], 'eve'), [
        'admitted',
        'peer-quota'
      ])
    }
  })

  it('do not count what a node publishes itself', async () => {
    await using own = await budgeted({ author: FOUR, peer: FOUR, all: FOUR })
    for (let i = 0; i < 9; i++) await own.replica.publish(publications(1, i))
    assert.equal(own.replica.heads()[0]?.seq, 9)
  })

  it('limit bodies that peers make a node fetch', async () => {
    await using target = await budgeted({ bodies: { authors: 0, entries: 1, bytes: 40_000 } })
    const { replica, time } = target
    await using source = await budgeted({})
    const { records } = await source.replica.publish(publications(2))
    const bodies = (await source.replica.bodies([...records])).flatMap((body) => body ?? [])
    const votes = honestVotes(records)
    await outcomeOf(replica, forge({ values: votes }), 'eve')
    assert.equal((await replica.missingBodies(9)).length, 2)
    assert.equal((await replica.putBodies(bodies, true)).length, 1)
    assert.equal((await replica.missingBodies(9)).length, 0, 'no room today')
    time.day += 1
    assert.equal((await replica.missingBodies(9)).length, 1)
    assert.equal((await replica.putBodies(bodies)).length, 2, 'what this node asks for itself')
  })

  it('reserve the size that a payload states, or the most, before it is unpacked', () => {
    const honest = forge()
    const packed = writeEntry(honest).length
    const actual = bytesOf(packed, unpack(honest.payload).length, 2)
    assert.ok(mostBytesOf(packed, honest.payload) >= actual)
    assert.ok(mostBytesOf(packed, honest.payload) < 20 * actual)
    const letters = lettersEntry()
    assert.ok(mostBytesOf(600, letters.payload) > 8 * 900_000)
    assert.equal(mostBytesOf(600, new Uint8Array(9)), mostBytesOf(600, new Uint8Array(0)))
  })
})

function honestVotes(records: readonly Uint8Array[]): ReturnType<typeof honestValues> {
  const [, register] = honestValues()
  assert.ok(register?.type === 'register')
  return records.map((digest) => ({ ...register, digest }))
}
