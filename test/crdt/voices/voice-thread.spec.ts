import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { MalformedError, VoiceError } from '../../../crdt/errors.ts'
import { hasVoiceThread, VoiceThread } from '../../../crdt/voices/voice-thread.ts'
import { inlineVoices } from '../../../crdt/voices/voices.ts'
import {
  bytesOf,
  EPOCH,
  inOrder,
  madeBatch,
  madeCredential,
  SWARM,
  voiceKeys
} from '../../fixtures/voice-rings.ts'
import type { Voices } from '../../../crdt/voices/voices.ts'

const THREAD = new URL('../../../crdt/voices/voice-thread.ts', import.meta.url).href

describe('voices', () => {
  const makers: [string, () => Voices & Partial<AsyncDisposable>][] = [
    ['in a thread', () => new VoiceThread()],
    ['in place', inlineVoices]
  ]
  for (const [where, make] of makers) {
    it(`do all work ${where}, of views into larger bytes too`, async () => {
      const voices = make()
      const keys = voiceKeys(3)
      const [key] = keys
      assert.ok(key)
      const ring = keys.map((each) => each.key)
      const signer = Buffer.concat([bytesOf('signer'), bytesOf('rest')]).subarray(0, 32)
      const bytes = await voices.createCredential({ swarm: SWARM, epoch: EPOCH, ring, key, signer })
      assert.ok(await voices.verifyCredential(SWARM, bytes, inOrder(keys)))
      assert.ok(!(await voices.verifyCredential('wasps', bytes, inOrder(keys))))
      assert.ok(!(await voices.verifyCredential(SWARM, bytes, [new Uint8Array(31)])))

      const { tag, proof, ...batch } = madeBatch(key, 4)
      const tags = await voices.tags(key, SWARM, batch.digests)
      assert.deepEqual(
        tags.map((each) => new Uint8Array(each)),
        batch.tags
      )
      assert.ok(await voices.verifyTags({ ...batch, tag, proof }))
      assert.ok(
        await voices.verifyTags({ ...batch, tag, proof: await voices.prove({ ...batch, key }) })
      )
      assert.ok(!(await voices.verifyTags({ ...batch, tag, proof, tags: tags.toReversed() })))
      assert.ok(!(await voices.verifyTags({ ...batch, tag, proof, tags: [new Uint8Array(31)] })))
      const none = { ...batch, digests: [], tags: [] }
      assert.equal((await voices.prove({ ...none, key })).length, 0)
      await assert.rejects(
        voices.createCredential({ swarm: SWARM, epoch: EPOCH, ring: ring.slice(1), key, signer }),
        MalformedError
      )
      await voices[Symbol.asyncDispose]?.()
    })
  }

  it('answer in the order of the requests, while the event loop goes on', async () => {
    await using voices = new VoiceThread()
    const [key] = voiceKeys(1)
    assert.ok(key)
    const { bytes, ring } = madeCredential(voiceKeys(64))
    const order: string[] = []
    const slow = voices.verifyCredential(SWARM, bytes, ring).then(() => order.push('slow'))
    const quick = voices.tags(key, SWARM, [bytesOf('record')]).then(() => order.push('quick'))
    const all = Promise.all([slow, quick])
    let turns = 0
    for (; order.length < 2; turns++) await setImmediate()
    await all
    assert.deepEqual(order, ['slow', 'quick'])
    assert.ok(turns > 100, `${turns} turns`)
  })

  it('answer a peer soon, whatever another one lets wait', async () => {
    await using voices = new VoiceThread()
    const { bytes, ring } = madeCredential(voiceKeys(8))
    const order: string[] = []
    const check = async (peer: string, voice: string): Promise<void> => {
      await voices.verifyCredential(SWARM, bytes, ring, { peer, voice })
      order.push(peer)
    }
    const all = [
      // Of as many voices as it likes.
      ...Array.from({ length: 40 }, (_, i) => check('flood', `voice ${i}`)),
      check('quiet', 'a'),
      check('quiet', 'a'),
      check('third', 'b')
    ]
    await Promise.all(all)
    // Two of the flood were at work; then each has its turn.
    const [first, second] = [order.indexOf('quiet'), order.lastIndexOf('quiet')]
    assert.ok(first <= 4 && second <= 8 && order.indexOf('third') <= 5, order.slice(0, 12).join())
  })

  it('refuse the last checks of the peer that waits with most, and never the own work', async () => {
    await using voices = new VoiceThread()
    const [key] = voiceKeys(1)
    assert.ok(key)
    // No credential: a check takes a moment.
    const check = (peer: string): Promise<boolean | string> =>
      voices
        .verifyCredential(SWARM, new Uint8Array(3), [], { peer, voice: '' })
        .catch((error: unknown) => (error instanceof VoiceError ? error.code : 'another error'))
    const flood = Array.from({ length: 1_100 }, () => check('flood'))
    const others = [check('quiet'), check('third')]
    const own = voices.tags(key, SWARM, [bytesOf('record')])
    assert.deepEqual(await Promise.all(others), [false, false])
    assert.equal((await own).length, 1)
    const answers = await Promise.all(flood)
    const busy = answers.filter((answer) => answer === 'VOICES_BUSY').length
    assert.equal(busy, 1_100 + 3 - 1_024 - 2)
    assert.ok(answers.every((answer) => answer === false || answer === 'VOICES_BUSY'))
  })

  it('share a thread, which ends with its last user', async () => {
    assert.ok(!hasVoiceThread())
    const first = new VoiceThread()
    const second = new VoiceThread()
    assert.ok(!hasVoiceThread(), 'no thread before the first request')
    const [key] = voiceKeys(1)
    assert.ok(key)
    const digests = [bytesOf('record')]
    await first.tags(key, SWARM, digests)
    await second.tags(key, SWARM, digests)
    const interrupted = first.tags(key, SWARM, digests)
    const kept = second.tags(key, SWARM, digests)
    const rejected = assert.rejects(interrupted, isClosed)
    await first.close()
    await first.close()
    await rejected
    assert.ok(hasVoiceThread())
    assert.equal((await kept).length, 1)
    await assert.rejects(first.tags(key, SWARM, digests), isClosed)
    const last = assert.rejects(second.tags(key, SWARM, digests), isClosed)
    await second.close()
    await last
    assert.ok(!hasVoiceThread())
    await using third = new VoiceThread()
    assert.equal((await third.tags(key, SWARM, digests)).length, 1)
  })

  it('let a process end that did not close them', async () => {
    const program = `
      import { VoiceThread } from ${JSON.stringify(THREAD)}
      const voices = new VoiceThread()
      console.log(await voices.verifyCredential('bees', new Uint8Array(3), []))`
    const options = ['--input-type=module', '--eval', program]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, options, {
      timeout: 20_000
    })
    assert.deepEqual([stdout, stderr], ['false\n', ''])
  })
})

function isClosed(error: unknown): boolean {
  return error instanceof VoiceError && error.code === 'VOICES_CLOSED'
}
