import assert from 'node:assert/strict'
import { digestOf } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { identifyFact } from '../../src/facts/index.ts'
import { alike, shortest } from '../fixtures/like-ids.ts'
import { HiveProcess, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveRecord } from '../../crdt/index.ts'

const FACTS = alike(
  (number) => ({ entity: 'note', content: `Plain note number ${number}.`, confidence: 0.95 }),
  (fact) => Buffer.from(identifyFact(fact).digestKey, 'latin1').toString('hex')
)
const GOALS = alike(
  (number): HiveRecord => ({ kind: 'goal', entity: `Ship part ${number}`, content: '' }),
  (record) => toHex(digestOf(record))
)

describe('the ids that the hive binary prints', function () {
  this.timeout(180_000)

  it('can be pasted back, and ambiguous ones are refused with candidates', async () => {
    await using directory = await temporaryDirectory()
    const data = ['--data-dir', directory.path]
    await using node = new HiveProcess(data)
    await node.ready(AbortSignal.timeout(60_000))
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runHive([...args, ...data])
      assert.deepEqual([code, stderr], [0, ''], args.join(' '))
      return stdout
    }
    const refusal = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runHive([...args, ...data])
      assert.deepEqual([code, stdout], [2, ''], args.join(' '))
      return stderr
    }
    await runHive(['distill', ...data], FACTS.items.map((fact) => JSON.stringify(fact)).join('\n'))
    for (const { entity } of GOALS.items) await run('goals', 'add', entity)
    await run('broadcast')

    const recalled = (await run('recall', 'plain', 'note')).match(/^[0-9a-f]{12}/gm) ?? []
    assert.deepEqual(recalled.toSorted(), FACTS.ids.map((id) => id.slice(0, 12)).toSorted())
    const [listed = ''] = (await run('insights', '--limit', '1')).split(' ')
    assert.match(await run('insights', '--preview', listed), new RegExp(`^${listed}`))
    assert.match(await run('vouch', listed), /already vouches/)
    assert.match(await run('goals', 'status', shortest(...GOALS.ids), 'active'), /active/)
    const steps = await run('playbook', shortest(...GOALS.ids), 'add', 'Test')
    const [, step = ''] = /\((.+)\)/.exec(steps) ?? []
    assert.equal(await run('playbook', shortest(...GOALS.ids), 'remove', step), 'No steps yet.\n')

    for (const [stderr, ids, text] of [
      [await refusal('forget', FACTS.digits), FACTS.ids, 'note: Plain note number'],
      [await refusal('dispute', FACTS.digits), FACTS.ids, 'note: Plain note number'],
      [await refusal('playbook', GOALS.digits), GOALS.ids, 'Ship part']
    ] as const) {
      for (const id of ids) assert.ok(stderr.includes(`\n  ${id.slice(0, 12)}  ${text}`), stderr)
    }
    assert.match(await refusal('forget', FACTS.digits.slice(0, 5)), /too short for an id/)
    assert.match(await run('forget', recalled[0] ?? ''), /Forgotten/)
    const goal = await runHive(['playbook', '0f0f0f', ...data])
    assert.deepEqual([goal.code, /"hive goals", lists/.test(goal.stderr)], [1, true])
    const unknown = await runHive(['forget', '0f0f0f', ...data])
    assert.deepEqual([unknown.code, /hive recall/.test(unknown.stdout)], [1, true])
  })
})
