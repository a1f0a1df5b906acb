import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeEntry } from '../../../crdt/index.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge, framed } from '../../fixtures/forgery.ts'
import { startNode } from '../../fixtures/nodes.ts'
import type { Stream } from '@libp2p/interface'
import type { Attacker } from '../../fixtures/attacker.ts'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function buffers(): number {
  if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
  return process.memoryUsage().arrayBuffers
}

/** Resolves when the other side has closed the stream too: nothing of it is on its way. */
async function send(
  attacker: Attacker,
  bytes: Uint8Array
): Promise<{ readonly ended: Promise<void> }> {
  const stream = await attacker.open('stem')
  for (let at = 0; at < bytes.length; at += 32_768) {
    if (!stream.send(bytes.subarray(at, at + 32_768))) await stream.onDrain()
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.addEventListener('close', () => resolve(), { once: true })
  await stream.close()
  if (stream.status === 'closed') resolve()
  return { ended: promise }
}

/** Collections, a second or two in all. */
const MAX_TURNS = 200

/** Takes a stem, and never reads it. */
function holds(stream: Stream): void {
  stream.pause()
}

describe('a peer that sends one batch on stems again and again', () => {
  it('fills no memory while the relay of the batch does not read it', async () => {
    const signal = AbortSignal.timeout(40_000)
    const [entries, repeats] = [15, 100]
    let read = 0
    const all = Promise.withResolvers<void>()
    await using victim = await startNode({
      hidesOwn: true,
      random: () => 0.5,
      filterInterval: 0,
      onHeader: () => {
        read += 1
        if (read === entries * repeats) all.resolve()
      }
    })
    await using _ = await attackerOn(victim, signal, { stem: holds })
    await using attacker = await attackerOn(victim, signal)
    const batch = Buffer.concat(
      Array.from({ length: entries }, () =>
        framed(writeEntry(forge({ payload: new Uint8Array(randomBytes(63_000)) })))
      )
    )
    await send(attacker, batch)
    const before = buffers()
    const ends: Promise<void>[] = []
    for (let i = 1; i < repeats; i++) ends.push((await send(attacker, batch)).ended)
    await all.promise
    await Promise.all(ends)
    // The engine gives freed buffers back some turns after a collection; the relay is waited for longer.
    let grown = buffers() - before
    for (let turn = 0; turn < MAX_TURNS && grown >= 5 * batch.length; turn++) {
      await nextTurn()
      grown = buffers() - before
    }
    assert.ok(grown < 5 * batch.length, `${grown} bytes of ${repeats * batch.length}`)
    assert.equal(victim.swarm.offences, 0)
  })
})
