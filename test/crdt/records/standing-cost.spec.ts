import assert from 'node:assert/strict'
import { clientIdOf, createAuthor, openReplica, writeProof } from '../../../crdt/index.ts'
import { writeLogUpdate } from '../../../crdt/records/knowledge-log.ts'
import { preparePublication, valuesOf } from '../../../crdt/publishing/publication.ts'
import { admitAll, chain, entry } from '../../fixtures/chains.ts'
import { countingStore } from '../../fixtures/counting-store.ts'
import { forge, SWARM } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'
import type { Counts } from '../../fixtures/counting-store.ts'

/** What a task reads and writes. */
async function costOf(counts: Counts, task: () => Promise<unknown>): Promise<Counts> {
  counts.gets = 0
  counts.ranges = 0
  counts.commits = []
  await task()
  return { ...counts, commits: [...counts.commits] }
}

function votes(count: number): Entry[] {
  return Array.from({ length: count }, () => entry(createAuthor(), undefined, 'One record.'))
}

async function standing(replica: Replica): Promise<number | undefined> {
  const [attested] = await Array.fromAsync(replica.attestedRecords())
  return attested?.standing.vouches
}

describe('the cost of a standing', () => {
  it('does not grow with the authors of a record: votes, replays, reads', async () => {
    const { store, counts } = await countingStore()
    const replica = await openReplica({ store })
    const costs: Record<string, Counts[]> = { vote: [], replay: [], read: [] }
    let authors = 0
    for (const more of [20, 500]) {
      const entries = votes(more)
      await admitAll(replica, entries)
      authors += more
      const [one] = votes(1)
      assert.ok(one !== undefined)
      authors += 1
      costs['vote']?.push(await costOf(counts, () => admitAll(replica, [one])))
      costs['replay']?.push(await costOf(counts, () => admitAll(replica, [one])))
      const read = async (): Promise<void> => assert.equal(await standing(replica), authors)
      costs['read']?.push(await costOf(counts, read))
    }
    for (const [what, [few, many]] of Object.entries(costs)) assert.deepEqual(many, few, what)
    await store.close()
  })

  it('of a fork is one small commit, and slices of 64 values after it', async () => {
    const { store, counts } = await countingStore()
    const replica = await openReplica({ store })
    const author = createAuthor()
    const [first] = chain(author, ['one'])
    const [other] = chain(author, ['another'])
    assert.ok(first !== undefined && other !== undefined)
    const said = Array.from({ length: 500 }, (_, i) =>
      valuesOf(preparePublication(publication(`fact ${i}`)), false)
    ).flat()
    const update = writeLogUpdate(clientIdOf(SWARM, author.key), 2, said)
    const second = forge({ author, seq: 2, prev: first.hash, clock: 2, update })
    await admitAll(replica, [first, second])
    assert.equal((await Array.fromAsync(replica.attestedRecords())).length, 501)
    const proof = writeProof([first, other])
    const proven = await costOf(counts, () => replica.admitProof(proof))
    assert.ok((proven.commits[0] ?? 0) <= 4, `${proven.commits[0]} operations`)
    // At once, before anything is removed.
    assert.deepEqual(await Array.fromAsync(replica.attestedRecords()), [])
    const swept = await costOf(counts, () => replica.whenCompacted())
    // Of each value at most its row, its body, the claim, a mark and the log.
    const most = Math.max(...swept.commits)
    assert.ok(most <= 64 * 6 + 8, `${most} operations in one commit`)
    assert.deepEqual(await Array.fromAsync(replica.attestedRecords()), [])
    await store.close()
  })

  it('of a withdrawal does not grow with the authors of its record', async () => {
    const withdrawal = async (authors: number): Promise<Counts> => {
      const { store, counts } = await countingStore()
      const replica = await openReplica({ store })
      const { records } = await replica.publish([publication('One record.')])
      const [digest] = records
      assert.ok(digest !== undefined)
      await admitAll(replica, votes(authors))
      const cost = await costOf(counts, () => replica.retract(digest))
      assert.equal(await standing(replica), authors)
      await store.close()
      return cost
    }
    assert.deepEqual(await withdrawal(400), await withdrawal(20))
  })
})
