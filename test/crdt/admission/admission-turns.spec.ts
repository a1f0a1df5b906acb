import assert from 'node:assert/strict'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { AdmissionTurns } from '../../../crdt/admission/admission-turns.ts'
import { forge, SWARM } from '../../fixtures/forgery.ts'
import { lettersEntry } from '../../fixtures/inflated.ts'

const small = writeEntry(forge())
/** Unpacks to a megabyte. */
const large = writeEntry(lettersEntry())

describe('the turns of admission', () => {
  /** Admits one after the other, and notes whose it was. */
  function admitting(turns: AdmissionTurns, durable = Promise.resolve()) {
    const order: string[] = []
    const admit = (bytes: Uint8Array, from: string): Promise<object> =>
      turns.run(bytes, from, async () => {
        await Promise.resolve()
        order.push(from)
        return { durable }
      })
    return { order, admit }
  }

  it('let a peer in before the many entries of others', async () => {
    const { order, admit } = admitting(new AdmissionTurns(SWARM))
    const all: Promise<object>[] = []
    for (let i = 0; i < 32; i++) {
      for (const mallory of ['m1', 'm2', 'm3', 'm4']) all.push(admit(large, mallory))
    }
    all.push(admit(small, 'bob'))
    await Promise.all(all)
    assert.ok(order.indexOf('bob') <= 5, `after ${order.indexOf('bob')}`)
  })

  it('count what an entry costs: of one that unpacks to a megabyte, a peer gets a twelfth', async () => {
    const { order, admit } = admitting(new AdmissionTurns(SWARM))
    const all = Array.from({ length: 20 }, () => admit(large, 'mallory'))
    for (let i = 0; i < 100; i++) all.push(admit(small, 'bob'))
    await Promise.all(all)
    const before = order.slice(0, order.lastIndexOf('bob'))
    const count = before.filter((from) => from === 'mallory').length
    assert.ok(count >= 6 && count <= 10, `${count} before the last one of bob`)
  })

  it('keep the order of the entries of an author', async () => {
    const turns = new AdmissionTurns(SWARM)
    const author = createAuthor()
    const entries = Array.from({ length: 20 }, (_, i) => writeEntry(forge({ author, seq: i + 1 })))
    const order: number[] = []
    await Promise.all(
      entries.map((bytes, i) =>
        turns.run(bytes, 'bob', () => {
          order.push(i)
          return Promise.resolve({})
        })
      )
    )
    assert.deepEqual(
      order,
      entries.map((_, i) => i)
    )
  })

  it('wait for the disk where much is admitted that is not on it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { order, admit } = admitting(new AdmissionTurns(SWARM), promise)
    const all = Array.from({ length: 10 }, () => admit(large, 'mallory'))
    await Promise.all(all.slice(0, 2))
    for (let i = 0; i < 100; i++) await Promise.resolve()
    assert.ok(order.length <= 3, `${order.length} admitted`)
    resolve()
    await Promise.all(all)
    assert.equal(order.length, 10)
  })

  it('go on after an admission that fails', async () => {
    const turns = new AdmissionTurns(SWARM)
    const failed = turns.run(small, 'bob', () => Promise.reject(new Error('The disk is full.')))
    await assert.rejects(failed, /full/)
    assert.deepEqual(await turns.run(small, 'bob', () => Promise.resolve({ a: 1 })), { a: 1 })
  })
})
