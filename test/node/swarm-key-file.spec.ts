import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSwarmKey } from '../../node/swarm-key-file.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('the file of a swarm key', () => {
  it('draws a warning if other users may read it', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'swarm.key')
    await writeFile(path, 'key')
    for (const [mode, expected] of [
      [0o600, 0],
      [0o400, 0],
      [0o640, 1],
      [0o644, 1]
    ] as const) {
      await chmod(path, mode)
      const warnings: string[] = []
      assert.equal(await readSwarmKey(path, (text) => warnings.push(text)), 'key')
      assert.equal(warnings.length, expected, mode.toString(8))
      if (expected === 1) assert.match(warnings[0] ?? '', /Run "chmod 600 /)
    }
  })

  it('that is missing is named', async () => {
    await assert.rejects(readSwarmKey('/no/such.key', assert.fail), {
      code: 'SWARM_KEY_INVALID',
      message: /\/no\/such\.key/
    })
  })
})
