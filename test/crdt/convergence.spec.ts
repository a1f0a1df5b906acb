import assert from 'node:assert/strict'
import fc from 'fast-check'
import { writeEntry } from '../../crdt/index.ts'
import { publication } from '../fixtures/publications.ts'
import { contentOf, deliver, threeReplicas } from '../fixtures/replicas.ts'
import type { Retraction } from '../../crdt/index.ts'

/** What one replica publishes: numbers of records, many of which others publish too. */
const batch = fc.array(fc.nat(12), { minLength: 1, maxLength: 5 })
const histories = fc.array(fc.tuple(fc.nat(2), batch, fc.boolean()), {
  minLength: 1,
  maxLength: 12
})

/** Deliveries by gossip: which entry to which replica; the same one twice, or never, in any order. */
const deliveries = fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 60 })

describe('three replicas', () => {
  it('end equal after entries were lost, doubled and shuffled, and one sync', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(histories, deliveries, async (history, delivered) => {
        await using stack = new AsyncDisposableStack()
        const { replicas, releaseHeld } = await threeReplicas(stack)
        const wire: (Retraction | Uint8Array)[] = []
        for (const [who, numbers, rotates] of history) {
          const replica = replicas[who]
          if (rotates) replica?.rotateAuthor()
          const items = numbers.map((number) =>
            publication(`record ${number}`, { confidence: who / 2 })
          )
          const published = await replica?.publish(items)
          wire.push(...(published?.entries ?? []).map(writeEntry))
          const [voted] = published?.votes ?? []
          const retraction = voted === undefined ? undefined : await replica?.retract(voted)
          if (retraction !== undefined) wire.push(retraction)
        }
        for (const [entry, to] of delivered) {
          const sent = wire[entry % wire.length]
          if (sent instanceof Uint8Array) await replicas[to]?.admit(sent)
          else if (sent !== undefined) await replicas[to]?.retractions.admit([sent])
        }
        await releaseHeld()
        for (const from of replicas) for (const to of replicas) await deliver(from, to)
        const [first, ...others] = await Promise.all(replicas.map(contentOf))
        for (const other of others) assert.deepEqual(other, first)
      }),
      { numRuns: 60 }
    )
  })
})
