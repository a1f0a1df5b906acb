import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LimitError, writeEntry } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import {
  contentOf,
  deliver,
  registersOf,
  replicaOn,
  threeReplicas
} from '../../fixtures/replicas.ts'
import type { Replica, Retraction } from '../../../crdt/index.ts'

/** Sums of a record's counters over its authors. */
async function sums(replica: Replica, digest: Uint8Array): Promise<Record<string, number>> {
  return Object.fromEntries((await replica.get(digest))?.standing.counters ?? [])
}

describe('evidence', () => {
  it('is counted once, by whichever author of a node it is published', async () => {
    await using a = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await a.replica.addEvidence(digest, { uses: 3 })
    await a.replica.addEvidence(digest, { uses: 2, failures: 1 })
    assert.equal((await a.replica.publishEvidence(20_000)).length, 1)
    assert.equal((await a.replica.publishEvidence(20_000)).length, 0)
    assert.deepEqual(await sums(a.replica, digest), { failures: 1, uses: 5 })
    await a.replica.addEvidence(digest, { uses: 10 })
    await a.replica.publishEvidence(20_001)
    a.replica.rotateAuthor()
    await a.replica.addEvidence(digest, { uses: 100 })
    await a.replica.publishEvidence(20_002)
    assert.deepEqual(await sums(a.replica, digest), { failures: 1, uses: 115 })
    const registers = await registersOf(a.replica, digest)
    assert.deepEqual(registers.map(({ vote }) => vote).toSorted(), ['none', 'vouch'])
  })

  it('does not bring back a vote that was taken back', async () => {
    await using a = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await a.replica.retract(digest)
    await a.replica.addEvidence(digest, { uses: 1 })
    await a.replica.publishEvidence(20_000)
    const registers = await registersOf(a.replica, digest)
    assert.deepEqual(
      registers.map(({ vote }) => vote),
      ['none']
    )
  })

  it('stays when the vote it came with is retracted', async () => {
    await using a = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await a.replica.addEvidence(digest, { uses: 1 })
    await a.replica.publishEvidence(20_000)
    await a.replica.retract(digest)
    const [only] = await registersOf(a.replica, digest)
    const { vote, confidence, counters } = only ?? {}
    assert.deepEqual([vote, confidence, counters], ['none', 0, [['uses', 1]]])
  })

  it('is acknowledged once it is on disk', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    failNext('evidence')
    const digest = new Uint8Array(32)
    await assert.rejects(a.replica.addEvidence(digest, { uses: 1 }), {
      code: 'STORE_WRITE_FAILED'
    })
    await a.replica.publishEvidence(20_000)
    assert.equal(a.replica.heads().length, 0)
  })

  it('stays pending when its publication fails, and is not counted twice', async () => {
    const { database, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await a.replica.addEvidence(digest, { uses: 7 })
    failNext()
    await assert.rejects(a.replica.publishEvidence(20_000))
    await a.replica.publishEvidence(20_000)
    await a.replica.publishEvidence(20_000)
    assert.deepEqual(await sums(a.replica, digest), { uses: 7 })
  })

  it('that does not fit a register is refused', async () => {
    await using a = await replicaOn()
    const digest = new Uint8Array(32)
    for (const counters of [
      { uses: -1 },
      { uses: 0.5 },
      { uses: Number.MAX_SAFE_INTEGER + 1 },
      { '': 1 },
      { ['x'.repeat(33)]: 1 },
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`c${i}`, 1]))
    ]) {
      await assert.rejects(a.replica.addEvidence(digest, counters), LimitError)
    }
  })

  it('and votes end equal, whatever order, loss and repetition they arrive in', async function () {
    this.timeout(60_000)
    const action = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('publish', 'count', 'report', 'rotate', 'retract'),
      record: fc.nat(5),
      count: fc.nat(9)
    })
    const deliveries = fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 3, maxLength: 25 }),
        deliveries,
        async (actions, delivered) => {
          await using stack = new AsyncDisposableStack()
          const { replicas, releaseHeld } = await threeReplicas(stack)
          const items = publications(6)
          const wire: (Retraction | Uint8Array)[] = []
          const counted = new Map<string, number>()
          const digests: Uint8Array[] = []
          for (const { who, what, record, count } of actions) {
            const replica = replicas[who]
            const item = items[record]
            if (replica === undefined || item === undefined) continue
            if (what === 'rotate') replica.rotateAuthor()
            if (what === 'publish') {
              const { entries, records } = await replica.publish([item])
              digests.push(...records)
              wire.push(...entries.map(writeEntry))
            }
            const digest = digests[record % Math.max(1, digests.length)]
            if (digest === undefined) continue
            if (what === 'count') {
              await replica.addEvidence(digest, { uses: count })
              counted.set(toHex(digest), (counted.get(toHex(digest)) ?? 0) + count)
            }
            if (what === 'report')
              wire.push(...(await replica.publishEvidence(20_000)).map(writeEntry))
            if (what === 'retract') {
              const retraction = await replica.retract(digest)
              if (retraction !== undefined) wire.push(retraction)
            }
          }
          for (const [entry, to] of delivered) {
            const sent = wire[entry % Math.max(1, wire.length)]
            if (sent instanceof Uint8Array) await replicas[to]?.admit(sent)
            else if (sent !== undefined) await replicas[to]?.retractions.admit([sent])
          }
          for (const replica of replicas) await replica.publishEvidence(20_001)
          // Votes that were held until their retractions were out.
          await releaseHeld()
          for (const from of replicas) for (const to of replicas) await deliver(from, to)
          const [first, ...others] = await Promise.all(replicas.map(contentOf))
          for (const other of others) assert.deepEqual(other, first)
          const [replica] = replicas
          for (const [name, count] of counted) {
            const total = replica === undefined ? {} : await sums(replica, Buffer.from(name, 'hex'))
            assert.equal(total['uses'] ?? 0, count)
          }
        }
      ),
      { numRuns: 60 }
    )
  })
})
