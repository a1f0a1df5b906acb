import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import type { HiveNode } from '../../../src/index.ts'

const LONG = 'no such thing '.repeat(10_000)

/** An agent reads the message of an error, and pays for it. */
describe('the error of a long argument', () => {
  let db: HiveNode
  before(async () => (db = await createHive({ swarm: false })))
  after(() => db.stop())

  it('repeats its beginning only', async () => {
    const { knowledge, capabilities, hive } = db.agent.cortex
    const calls: readonly (() => Promise<unknown>)[] = [
      () => knowledge.get(LONG),
      () => knowledge.forget('f'.repeat(100_000)),
      () => hive.goals.get(LONG),
      async () => capabilities.get(LONG),
      () => capabilities.invoke(LONG, null),
      () => knowledge.distill('npm', 'npm ci needs a lock file.', 0.9, { tags: [LONG] })
    ]
    for (const call of calls) {
      const message = await call().then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : '')
      )
      assert.notEqual(message, '', call.toString())
      assert.ok(message.length < 500, `${call.toString()}: ${message.length}`)
    }
  })

  it('names the type of what is no text', async () => {
    const wrong = { ids: [Symbol('id'), Object.create(null), null] as readonly unknown[] }
    for (const id of wrong.ids) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as JavaScript may pass it
      await assert.rejects(db.agent.cortex.knowledge.get(id as string), {
        code: 'ARGUMENT_INVALID',
        message: /^(?:null|a value of type (?:symbol|object)) is not an id\./
      })
    }
  })
})

/** As JavaScript may pass it. */
describe('an argument of another type', () => {
  it('is refused by its name', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    const fact = { entity: 'npm', content: 'npm ci needs a lock file.', confidence: 0.9 }
    for (const items of [undefined, null, 'facts', 5, fact]) {
      for (const call of [knowledge.distillMany, knowledge.import]) {
        await assert.rejects(Reflect.apply(call, knowledge, [items]), {
          code: 'ARGUMENT_INVALID',
          message: 'distillMany: it takes facts in a list or another iterable.'
        })
      }
    }
    assert.equal((await knowledge.distillMany(new Set([fact]))).new, 1)
    await assert.rejects(async () => Reflect.apply(knowledge.history, knowledge, ['npm', null]), {
      code: 'ARGUMENT_INVALID',
      message: /^history: it takes a text, not null/
    })
    const { id } = await hive.goals.add({ title: 'Ship version 2' })
    for (const subgoals of [undefined, null, { title: 'Notes' }, ['Notes']]) {
      await assert.rejects(Reflect.apply(hive.goals.decompose, hive.goals, [id, subgoals]), {
        code: 'ARGUMENT_INVALID',
        message: /^goals\.decompose: /
      })
    }
  })
})
