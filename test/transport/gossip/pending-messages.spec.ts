import assert from 'node:assert/strict'
import { MAX_PENDING_GOSSIP } from '../../../transport/constants.ts'
import { PendingMessages } from '../../../transport/gossip/pending-messages.ts'

describe('pending messages of gossip', () => {
  it('are at most so many of one peer, and those of others go on', async () => {
    const pending = new PendingMessages()
    const gate = Promise.withResolvers<void>()
    const begun = Array.from({ length: MAX_PENDING_GOSSIP + 5 }, () =>
      pending.run('a', () => gate.promise)
    )
    assert.equal(begun.filter((each) => each === undefined).length, 5)
    assert.equal(await pending.run('b', () => Promise.resolve('checked')), 'checked')
    gate.resolve()
    for (const each of begun) await each
    assert.equal(await pending.run('a', () => Promise.resolve('again')), 'again')
  })

  it('that fail leave their place', async () => {
    const pending = new PendingMessages()
    for (let i = 0; i < 2 * MAX_PENDING_GOSSIP; i++) {
      const task = pending.run('a', () => Promise.reject(new Error('closed')))
      assert.ok(task !== undefined)
      await assert.rejects(task, /closed/)
    }
  })
})
