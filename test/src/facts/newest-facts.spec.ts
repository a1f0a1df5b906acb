import assert from 'node:assert/strict'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import type { PreparedFact } from '../../../src/facts/index.ts'

function prepared(number: number): PreparedFact {
  const input = { entity: 'door', content: `It opens at ${number}.`, confidence: 0.9 }
  return prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
}

const range = (from: number, to: number): PreparedFact[] =>
  Array.from({ length: to - from }, (_, i) => prepared(from + i))

const idsOf = (facts: readonly PreparedFact[]): string => hex(facts.map(({ digest }) => digest))

const hex = (digests: readonly Uint8Array[]): string => digests.map(toHex).join(' ')

describe('the newest facts of a store', () => {
  it('are those on disk while others are on their way, read from memory, without removed ones', async () => {
    const store = await openStore()
    let reads = 0
    let gate: Promise<void> = Promise.resolve()
    const facts = new FactStore({
      store: {
        isSuspect: false,
        damaged: store.damaged,
        closing: store.closing,
        flush: () => store.flush(),
        commit: async (operations, options) => {
          await gate
          return store.commit(operations, options)
        },
        section: (name) => {
          const section = store.section(name)
          if (name !== 'facts') return section
          const getMany = section.getMany.bind(section)
          return Object.assign(section, {
            getMany: (keys: Uint8Array[]) => {
              reads += keys.length
              return getMany(keys)
            }
          })
        }
      }
    })
    await facts.load()
    const landed = range(0, 600)
    await facts.add(landed)
    const released = Promise.withResolvers<void>()
    gate = released.promise
    const adding = facts.add(range(600, 1_600))
    // The addition is looked up, and its commit begins.
    while (facts.logEnd < 1_600) await new Promise(setImmediate)
    const newest = await facts.newest(0, 512)
    assert.ok(hex(newest) === idsOf(landed.slice(88)))
    const bytes = await facts.stored(newest)
    assert.ok(bytes.every((each) => each !== undefined))
    assert.equal(reads, 0)
    released.resolve()
    await adding
    assert.equal(hex(await facts.newest(1_590, 512)), idsOf(range(1_590, 1_600)))
    const [last] = range(1_599, 1_600)
    assert.ok(last)
    await facts.forget([last.digest])
    assert.deepEqual(await facts.stored([last.digest]), [undefined])
    await store.close()
  })
})
