import assert from 'node:assert/strict'
import { join } from 'node:path'
import { COMMAND_SPECS } from '../../node/command-line/specs.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { Machine } from '../fixtures/machine.ts'
import { machineOfHolder } from '../fixtures/root-holder.ts'

describe('the help of commands', function () {
  this.timeout(180_000)
  const signal = (): AbortSignal => AbortSignal.timeout(60_000)

  it('has examples that run as they stand', async () => {
    await using machine = await Machine.create()
    const dataDir = join(machine.path('data'), 'noormme-hive')
    await using node = new HiveProcess(['--data-dir', dataDir, '--http', '127.0.0.1:0'])
    await node.ready(signal())
    const failed: string[] = []
    const run = async (line: string, where = machine): Promise<void> => {
      const { code, stderr } = await where.run(line)
      if (code !== 0) failed.push(`${line}: ${code} ${stderr}`)
    }
    await run('hive distill CSS "Grid has subgrid." --data-dir ./stopped')
    const all = Object.values(COMMAND_SPECS)
    const last = ['start', 'events'].map((name) => COMMAND_SPECS[name])
    const closed = ['swarm', 'members'].map((name) => COMMAND_SPECS[name])
    for (const spec of all) {
      if (last.includes(spec) || closed.includes(spec)) continue
      for (const line of spec.examples) await run(line)
    }
    await using holder = await machineOfHolder()
    for (const line of closed.flatMap((spec) => spec?.examples ?? [])) await run(line, holder)
    for (const line of COMMAND_SPECS['events']?.examples ?? []) await run(line)
    assert.deepEqual(failed, [])
    node.kill('SIGTERM')
    await node.exit
    for (const line of COMMAND_SPECS['start']?.examples ?? []) {
      const { code, stderr } = await machine.run(line, (output, end) => {
        if (output.endsWith('Ready. Ctrl-C stops the node.\n')) end()
      })
      assert.deepEqual([code, stderr], [0, ''], line)
    }
  })
})
