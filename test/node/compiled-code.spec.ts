import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compiledCodeDirectories } from '../../node/compiled-code.ts'
import { HiveProcess } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

async function startOnce(folder: string): Promise<string> {
  const env = { XDG_CACHE_HOME: join(folder, 'cache') }
  const args = ['--data-dir', join(folder, 'data'), '--http', 'off']
  await using node = new HiveProcess(args, { env })
  await node.ready(AbortSignal.timeout(30_000))
  node.kill('SIGTERM')
  assert.equal(await node.exit, 0)
  return compiledCodeDirectories(env)[0]
}

describe('compiled code', () => {
  it('is kept for the next start of a node, and that of other versions removed', async () => {
    await using folder = await temporaryDirectory()
    const other = join(folder.path, 'cache/noormme-hive/compiled/0.0.1')
    await mkdir(other, { recursive: true, mode: 0o755 })
    const directory = await startOnce(folder.path)
    const [ofNode = ''] = await readdir(directory)
    // Chunks of the bundle, and modules that are not in it.
    assert.ok((await readdir(join(directory, ofNode))).length > 50)
    assert.equal((await lstat(directory)).mode & 0o777, 0o700)
    assert.deepEqual(await readdir(dirname(directory)), [basename(directory)])
  })

  it('is not read where another user could have written it', async () => {
    await using folder = await temporaryDirectory()
    const own = join(folder.path, 'cache/noormme-hive')
    await mkdir(own, { recursive: true })
    await chmod(own, 0o777)
    assert.deepEqual(await readdir(await startOnce(folder.path)), [])
  })
})
