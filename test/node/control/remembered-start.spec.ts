import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { rememberedStart, rememberStart } from '../../../node/control/remembered-start.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

describe('the options of the last start', () => {
  it('are those of the swarm, with paths that hold anywhere, for their user alone', async () => {
    await using directory = await temporaryDirectory()
    assert.deepEqual(await rememberedStart(directory.path), [])
    await rememberStart(directory.path, {
      'data-dir': directory.path,
      json: true,
      'idle-timeout': '5',
      bootstrap: ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'],
      'swarm-key': 'swarm.key',
      light: true,
      gossip: false,
      models: undefined,
      k: '1'
    })
    assert.deepEqual(await rememberedStart(directory.path), [
      '--bootstrap=/ip4/127.0.0.1/tcp/1',
      '--bootstrap=/ip4/127.0.0.1/tcp/2',
      `--swarm-key=${resolve('swarm.key')}`,
      '--light',
      '--no-gossip',
      '--k=1'
    ])
    assert.equal((await stat(join(directory.path, 'start.json'))).mode & 0o777, 0o600)
  })

  it('are none where the file is damaged', async () => {
    await using directory = await temporaryDirectory()
    for (const text of ['', '{', 'null', '[]', '{"arguments": 7}', '{"arguments": ["rm", 3]}']) {
      await writeFile(join(directory.path, 'start.json'), text)
      assert.deepEqual(await rememberedStart(directory.path), [])
    }
  })
})
