import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { openDoors } from '../../../node/control/doors.ts'
import { withNode } from '../../../node/control/running-node.ts'
import { runCommand } from '../../fixtures/command.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('a command', () => {
  it('waits for a node that has the directory and does not answer yet', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await using db = await createHive({ dataDir, swarm: false })
    const asked = withNode(dataDir, (call) => call('status', {}))
    const early = await Promise.race([
      asked.then(() => 'answered'),
      db.digest().then(() => 'waits')
    ])
    assert.equal(early, 'waits')
    const doors = await openDoors(db, { dataDir, socket: join(directory.path, 's'), hosts: [] })
    try {
      assert.equal((await asked).running, true)
    } finally {
      await doors.close()
    }
  })

  it('that needs the directory to itself ends with 3 while a node has it', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await using db = await createHive({ dataDir, swarm: false })
    const doors = await openDoors(db, { dataDir, socket: join(directory.path, 's'), hosts: [] })
    try {
      const { code, stderr } = await runCommand('repair', '--data-dir', dataDir)
      assert.equal(code, 3)
      assert.match(stderr, /^hive: A node runs on .*Stop it first/)
    } finally {
      await doors.close()
    }
  })

  it('waits for another command on the same directory', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const run = (i: number): Promise<string> =>
      withNode(
        dataDir,
        async (call) =>
          (await call('learn', { summary: `Lesson ${'xyz'[i]}`, action: `Do ${i}.`, force: true }))
            .status
      )
    assert.deepEqual(await Promise.all([run(0), run(1), run(2)]), ['new', 'new', 'new'])
  })

  it('opens the directory where no node runs', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await withNode(dataDir, (call) => call('learn', { summary: 'Lesson', action: 'Do it.' }))
    const { running } = await withNode(dataDir, (call) => call('status', {}))
    assert.equal(running, false)
  })

  it('creates nothing where an operation needs a hive and there is none', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    for (const name of ['status', 'insights', 'usage', 'verify'] as const) {
      await assert.rejects(
        withNode<unknown>(dataDir, (call) => call(name, {})),
        { code: 'NO_HIVE' }
      )
    }
    await assert.rejects(withNode(dataDir, (call) => call('forget', { id: '0'.repeat(64) })))
    await assert.rejects(stat(dataDir), { code: 'ENOENT' })
  })
})
