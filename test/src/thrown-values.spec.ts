import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../src/index.ts'
import { errorOf, messageOf } from '../../src/errors.ts'
import { createSandbox } from '../../src/sandbox/index.ts'

/** Values that have no string form. */
function unprintable(): readonly unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const throws = {
    toString(): string {
      throw new Error('never printed')
    }
  }
  const message = Object.defineProperty(new Error('x'), 'message', {
    get(): string {
      throw new Error('never printed')
    }
  })
  return [Object.create(null), throws, proxy, Symbol('a symbol'), message, undefined, null]
}

describe('a thrown value without a string form', () => {
  it('has a message and is an error', () => {
    for (const value of unprintable()) {
      assert.equal(typeof messageOf(value), 'string')
      assert.ok(errorOf(value) instanceof Error)
    }
    assert.equal(messageOf(Symbol('a symbol')), 'Symbol(a symbol)')
    assert.equal(messageOf(new TypeError('the reason')), 'the reason')
  })

  it('of a host function fails the call in the sandbox', async () => {
    const sandbox = createSandbox({ processor: process.arch })
    try {
      for (const value of unprintable()) {
        const { output } = await sandbox.run({
          source: `export default async (_, { fail }) => {
            try { await fail() } catch (error) { return 'caught ' + (error.message.length > 0) }
          }`,
          input: null,
          grants: {
            fail: () => {
              throw value
            }
          }
        })
        assert.equal(output, 'caught true')
      }
    } finally {
      await sandbox.close()
    }
  })

  it('of a listener stops neither the node nor other listeners, and is a warning', async () => {
    await using db = await createHive({ swarm: false })
    let calls = 0
    db.setMaxListeners(0)
    for (const value of unprintable()) {
      db.on('model:warn', () => {
        throw value
      })
      db.on('model:warn', async () => {
        throw value
      })
    }
    db.on('model:warn', () => {
      calls += 1
    })
    const warned = once(db, 'hive:warn')
    db.emit('model:warn', 'text')
    assert.equal(calls, 1)
    await warned
    assert.match(db.status.warnings[0] ?? '', /^A listener of "model:warn" failed: /)
  })

  it('of a subscription is reported, and others are called', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill('build', 'Clear the cache before a retry.', 0.95)
    for (const value of unprintable()) {
      hive.subscribe({}, () => {
        throw value
      })
    }
    const called = Promise.withResolvers<string>()
    hive.subscribe({}, (insight) => called.resolve(insight.id))
    const failed = once(db, 'upkeep:fail')
    await hive.promoteToGlobalStore(id)
    await hive.dispute(id)
    await hive.vouch(id)
    assert.equal(await called.promise, id)
    await failed
  })
})
