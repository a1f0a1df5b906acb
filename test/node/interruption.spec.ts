import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { unlessInterrupted } from '../../node/interruption.ts'

const reason = new Error('Interrupted.')

describe('work that a signal interrupts', () => {
  it('is not waited for when it does not notice the signal', async () => {
    const interrupt = new AbortController()
    const endless = Promise.withResolvers<never>().promise
    const ended = unlessInterrupted(interrupt.signal, endless, 5)
    assert.equal(await Promise.race([ended, nextTurn('runs')]), 'runs')
    interrupt.abort(reason)
    await assert.rejects(ended, reason)
    await assert.rejects(unlessInterrupted(interrupt.signal, endless, 5), reason)
  })

  it('may end with its own result within the time', async () => {
    const interrupt = new AbortController()
    const work = Promise.withResolvers<string>()
    const ended = unlessInterrupted(interrupt.signal, work.promise, 60_000)
    interrupt.abort(reason)
    await nextTurn()
    work.resolve('stored')
    assert.equal(await ended, 'stored')
  })
})
