import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ADMIN_ENV } from '../fixtures/admin-env.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../fixtures/temporary.ts'

const SCRIPT = fileURLToPath(new URL('../../deploy/build-image.sh', import.meta.url))
const MAX_BYTES = 250_000_000

const ENV = {
  PATH: ADMIN_ENV.PATH,
  NODE_ENV: 'production',
  HOME: '/data',
  HIVE_DATA_DIR: '/data',
  XDG_RUNTIME_DIR: '/data',
  HIVE_LOG_FORMAT: 'json',
  HIVE_LISTEN: '/ip4/127.0.0.1/tcp/0',
  HIVE_HTTP: '127.0.0.1:0'
}

/** The image's root file system, in a namespace of mounts; needs root, apt-get and buildah. */
describe('the image', function () {
  this.timeout(300_000)
  let directory: TemporaryDirectory
  let root: string
  before(async () => {
    directory = await temporaryDirectory()
    await chmod(directory.path, 0o755)
    execFileSync('sh', [SCRIPT, directory.path, 'localhost/noormme-hive:spec'], {
      env: ADMIN_ENV,
      stdio: 'pipe'
    })
    root = join(directory.path, 'root')
    await mkdir(join(directory.path, 'data'), { mode: 0o700 })
    execFileSync('chown', ['65532:65532', join(directory.path, 'data')])
  })
  after(async () => {
    execFileSync('buildah', ['rmi', 'localhost/noormme-hive:spec'], { stdio: 'pipe' })
    await directory[Symbol.asyncDispose]()
  })

  it('has at most 250 MB', () => {
    const [line = ''] = execFileSync(
      'buildah',
      ['images', '--json', 'localhost/noormme-hive:spec'],
      { encoding: 'utf8' }
    ).match(/"size": "[^"]+"/) ?? ['']
    const bytes = Number(
      execFileSync('du', ['-s', '--block-size=1', '--apparent-size', root], {
        encoding: 'utf8'
      }).split('\t')[0]
    )
    process.stdout.write(`      ${Math.round(bytes / 1e6)} MB of files; buildah says ${line}\n`)
    assert.ok(bytes > 50_000_000 && bytes < MAX_BYTES)
  })

  it('runs a node as a user without rights on a file system that it cannot write', async () => {
    const data = join(directory.path, 'data')
    const enter = `mount -t proc -o subset=pid,hidepid=invisible proc "${root}/proc" && mount --bind "${root}" "${root}" && mount --bind "${data}" "${root}/data" && mount -o remount,bind,ro "${root}" && exec chroot --userspec=65532:65532 "${root}"`
    const hive = '/usr/local/bin/node /app/dist/node/hive.js'
    const flags = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c']
    const child = spawn('unshare', [...flags, `${enter} ${hive} start`], {
      env: ENV,
      stdio: 'pipe'
    })
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
    const { value } = await lines.next()
    const ready = z
      .looseObject({ message: z.literal('ready'), dataDir: z.literal('/data') })
      .parse(JSON.parse(String(value)))
    assert.ok(ready)
    // The process that unshare started, and the node in its namespace.
    const [pid = ''] = execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).split(
      '\n'
    )
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    assert.match(status, /^Uid:\t65532\t65532\t65532\t65532$/m)
    assert.match(status, /^CapEff:\t0000000000000000$/m)
    const run = async (...args: readonly string[]): Promise<string> => {
      const inside = ['-t', pid, '-m', '-p', 'chroot', '--userspec=65532:65532', root]
      const command = spawn(
        'nsenter',
        [...inside, '/usr/local/bin/node', '/app/dist/node/hive.js', ...args],
        { env: ENV, stdio: 'pipe' }
      )
      const [output, errors, [code]] = await Promise.all([
        text(command.stdout),
        text(command.stderr),
        once(command, 'close')
      ])
      assert.equal(code, 0, errors)
      return output
    }
    await run('distill', 'CSS subgrid', 'Grid containers support subgrid.', '--confidence', '0.9')
    assert.match(await run('recall', 'subgrid'), /Grid containers support subgrid/)
    // The sandbox and its engine are in it.
    const skill = `${join(directory.path, 'data')}/my-skill`
    await mkdir(skill)
    execFileSync('sh', [
      '-c',
      `cd "${skill}" && printf -- '---\\nname: greet\\ndescription: Greets.\\n---\\n' > SKILL.md && echo 'export default ({ name }) => \`Hello, \${name}.\`' > skill.js && echo '[{"input":{"name":"hive"},"output":"Hello, hive."}]' > tests.json`
    ])
    await run('skill', 'add', '/data/my-skill')
    assert.match(await run('skill', 'run', 'greet', '{"name": "image"}'), /Hello, image/)
    assert.match(await run('status'), /running, process/)
    process.kill(Number(pid), 'SIGTERM')
    const [code] = await once(child, 'close')
    assert.equal(code, 0)
  })

  it('is one that buildah runs', () => {
    const container = execFileSync(
      'buildah',
      ['from', '--pull-never', 'localhost/noormme-hive:spec'],
      {
        encoding: 'utf8'
      }
    ).trim()
    try {
      const args = ['run', '--isolation', 'chroot', container, '--']
      const command = ['/usr/local/bin/node', '/app/dist/node/hive.js', '--version']
      const version = execFileSync('buildah', [...args, ...command], { encoding: 'utf8' })
      assert.match(version, /^\d+\.\d+\.\d+/)
    } finally {
      execFileSync('buildah', ['rm', container], { stdio: 'pipe' })
    }
  })
})
