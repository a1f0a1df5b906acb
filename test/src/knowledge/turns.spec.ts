import assert from 'node:assert/strict'
import { Turns } from '../../../src/knowledge/turns.ts'

describe('turns', () => {
  it('run together what may, and alone what must, in the order of the calls', async () => {
    const turns = new Turns()
    const events: string[] = []
    const gates = new Map<string, () => void>()
    const task = (name: string) => async (): Promise<void> => {
      events.push(`${name} begins`)
      await new Promise<void>((resolve) => gates.set(name, resolve))
      events.push(`${name} ends`)
    }
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const all = [
      turns.together(task('a')),
      turns.together(task('b')),
      turns.alone(task('alone')),
      turns.together(task('c'))
    ]
    await settled()
    assert.deepEqual(events, ['a begins', 'b begins'])
    gates.get('b')?.()
    await settled()
    assert.deepEqual(events.at(-1), 'b ends')
    gates.get('a')?.()
    await settled()
    assert.deepEqual(events.slice(-2), ['a ends', 'alone begins'])
    gates.get('alone')?.()
    await settled()
    assert.deepEqual(events.slice(-2), ['alone ends', 'c begins'])
    gates.get('c')?.()
    await Promise.all(all)
  })

  it('go on after a task that failed', async () => {
    const turns = new Turns()
    const fail = (): Promise<never> => Promise.reject(new Error('broken'))
    const results = await Promise.allSettled([turns.together(fail), turns.alone(fail)])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected']
    )
    assert.equal(await turns.together(() => Promise.resolve(1)), 1)
    assert.equal(await turns.alone(() => Promise.resolve(2)), 2)
  })
})
