import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const IMPORT = /^(?:import|export) (?!type\b)[^;']*?from '([^']+)'/gm

/** Files and packages that a source file loads, itself included, relative to the root. */
function loadedBy(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded
  loaded.add(file)
  for (const [, name = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
    if (name.startsWith('.')) loadedBy(join(dirname(file), name), loaded)
    else loaded.add(name)
  }
  return loaded
}

describe('a node without a swarm', () => {
  it('loads neither libp2p nor a model SDK', async () => {
    const script = join(ROOT, 'test/fixtures/loaded-packages.ts')
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, [...process.execArgv, script])
    const packages = new Set(JSON.parse(stdout) as string[])
    assert.ok(packages.has('bloom-filters'))
    const heavy = ['libp2p', '@libp2p/gossipsub', '@libp2p/crypto', 'openai', '@anthropic-ai/sdk']
    assert.deepEqual(
      heavy.filter((name) => packages.has(name)),
      []
    )
  })
})

describe('a command', () => {
  /** What needs the library itself. */
  const whole = new Set([
    'doctor.ts',
    'join-closed.ts',
    'join.ts',
    'keygen.ts',
    'members-with-root.ts',
    'repair.ts',
    'restore.ts',
    'start-init.ts',
    'start.ts',
    'swarm-create.ts',
    'swarm-succeed.ts'
  ])
  const commands = readdirSync(join(ROOT, 'node/commands')).filter((name) => !whole.has(name))

  for (const name of commands) {
    it(`of ${name} asks a running node without the library and the table of operations`, () => {
      const loaded = loadedBy(`node/commands/${name}`)
      for (const heavy of ['src/index.ts', 'node/operations/table.ts', 'fastify']) {
        assert.ok(!loaded.has(heavy), heavy)
      }
    })
  }
})

describe('a thread', () => {
  for (const [file, needed] of [
    ['src/search/search-worker.ts', 'crdt/records/record.ts'],
    ['src/sandbox/sandbox-worker.ts', 'quickjs-emscripten-core'],
    ['src/anonymity/anonymizer-worker.ts', 'src/anonymity/rules/secrets.ts'],
    ['crdt/voices/voice-worker.ts', '@noble/curves/ed25519.js']
  ] as const) {
    it(`of ${file} loads neither the replica nor the schemas of options`, () => {
      const loaded = loadedBy(file)
      assert.ok(loaded.has(needed))
      for (const heavy of ['crdt/index.ts', 'crdt/replica.ts', 'src/facts/index.ts', 'zod']) {
        assert.ok(!loaded.has(heavy), heavy)
      }
    })
  }
})
