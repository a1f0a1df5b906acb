import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openDoors } from '../../../node/control/doors.ts'
import { createHive } from '../../../src/index.ts'
import { runCommand } from '../../fixtures/command.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('an invite with an address of the command line', function () {
  this.timeout(30_000)

  it('is refused where a newcomer would refuse it', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await using db = await createHive({ dataDir, swarm: { listen: ['/ip4/127.0.0.1/tcp/0'] } })
    const doors = await openDoors(db, { dataDir, socket: join(directory.path, 's'), hosts: [] })
    const invite = (address: string): ReturnType<typeof runCommand> =>
      runCommand('invite', '--address', address, '--data-dir', dataDir)
    try {
      for (const wrong of ['gateway', '/ip4/999.0.0.1/tcp/4001', '/unix/node', '']) {
        const { code, stdout, stderr } = await invite(wrong)
        assert.deepEqual([code, stdout], [4, ''], wrong)
        assert.match(stderr, /^hive: [^\n]+\./, wrong)
      }
      assert.match((await invite('/ip4/192.0.2.1/tcp/4001')).stdout, /^hive0\./)
    } finally {
      await doors.close()
    }
  })
})
