import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { openDoors } from '../../node/control/doors.ts'
import { operationNames } from '../../node/operations/index.ts'
import { pythonClient, pythonName } from '../../tools/python-client/client.ts'
import { startApi } from '../fixtures/api.ts'
import { startDiskNode } from '../fixtures/disk-node.ts'

const FOLDER = fileURLToPath(new URL('../../clients/python/', import.meta.url))

interface Run {
  readonly code: number | null
  readonly output: string
}

/** Without Python the tests fail: `.ci/run` installs it where a machine has none. */
async function python(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = spawn('python3', args, {
    cwd: FOLDER,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const closed = once(child, 'close')
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { code: typeof code === 'number' ? code : null, output: `${out}${err}` }
}

interface SocketNode extends AsyncDisposable {
  readonly dataDir: string
}

/** A node without an address on TCP. */
async function startSocketNode(): Promise<SocketNode> {
  await using started = new AsyncDisposableStack()
  const { db, path, dataDir } = started.use(await startDiskNode())
  const doors = await openDoors(db, { dataDir, socket: join(path, 's'), hosts: [] })
  started.defer(() => doors.close())
  const stack = started.move()
  return { dataDir, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe('the client in Python', () => {
  it('is generated from the table of operations, with a method for each', async () => {
    const file = await readFile(join(FOLDER, 'noormme_hive.py'), 'utf8')
    assert.equal(file, pythonClient(), 'Run "npm run parity".')
    const list = 'import noormme_hive; print(*vars(noormme_hive.Hive))'
    const { output } = await python(['-c', list])
    const methods = output.trim().split(' ')
    for (const name of operationNames()) assert.ok(methods.includes(pythonName(name)), name)
  })

  it('passes its own tests against a node on TCP and one on a socket', async () => {
    await using api = await startApi()
    await using node = await startSocketNode()
    const env = { HIVE_TCP: api.dataDir, HIVE_SOCKET: node.dataDir }
    const { code, output } = await python(['-W', 'error', '-m', 'unittest', '-v'], env)
    assert.equal(code, 0, output)
    assert.match(output, /Ran 7 tests/)
  })

  it('has an example that runs', async () => {
    await using api = await startApi()
    const { code, output } = await python(['example.py', api.dataDir])
    assert.equal(code, 0, output)
    assert.equal(output, 'npm ERESOLVE with React 19 => Install react-test-renderer@19.\n')
  })
})
