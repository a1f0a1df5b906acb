import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { BINARY } from '../fixtures/build.ts'
import { HiveProcess, hiveEnvironment, runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { ChildProcess } from 'node:child_process'

describe('hive events in a pipeline', function () {
  this.timeout(60_000)

  it('ends when its reader has ended, although there is no event', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = ['--data-dir', directory.path]
    await using node = new HiveProcess([...dataDir, '--http', 'off'])
    await node.ready(AbortSignal.timeout(30_000))
    const pipeline = spawn('sh', ['-c', '"$@" | true', 'sh', ...hive('events', ...dataDir)], {
      env: hiveEnvironment(),
      signal: AbortSignal.timeout(30_000)
    })
    const said = text(pipeline.stderr)
    assert.deepEqual(await once(pipeline, 'exit'), [0, null])
    assert.equal(await said, '')
  })

  it('does so where tail is not of GNU', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = ['--data-dir', directory.path]
    await using node = new HiveProcess([...dataDir, '--http', 'off'])
    await node.ready(AbortSignal.timeout(30_000))
    const tail = join(directory.path, 'tail')
    await writeFile(tail, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const pipeline = spawn('sh', ['-c', '"$@" | true', 'sh', ...hive('events', ...dataDir)], {
      env: { ...hiveEnvironment(), PATH: `${directory.path}:${process.env['PATH']}` },
      signal: AbortSignal.timeout(30_000)
    })
    assert.deepEqual(await once(pipeline, 'exit'), [0, null])
  })
})

describe('output that nobody can read', function () {
  this.timeout(60_000)

  it('lets an export be interrupted while its reader does not read', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = ['--data-dir', directory.path]
    assert.equal((await runHive(['distill', ...dataDir], FACTS)).code, 0)
    // More than a pipe takes, and never read.
    const [program = '', ...args] = hive('export', ...dataDir)
    const child = spawn(program, args, { env: hiveEnvironment(), stdio: 'pipe' })
    const said = text(child.stderr)
    await once(child.stdout, 'readable')
    const began = performance.now()
    child.kill('SIGINT')
    assert.deepEqual(await once(child, 'exit'), [130, null])
    assert.ok(performance.now() - began < 2_000)
    assert.match(await said, /^Interrupted\. The output is not whole: it has [\d,]+ facts\.\n$/)
    child.stdout.destroy()
  })

  it('ends a command on a full disk with a sentence, and no node', async () => {
    await using directory = await temporaryDirectory()
    await using full = await open('/dev/full', 'w')
    const place = ['--data-dir', directory.path]
    const spawned = (...args: string[]): ChildProcess => {
      const [program = '', ...rest] = hive(...args, ...place)
      return spawn(program, rest, { env: hiveEnvironment(), stdio: ['ignore', full.fd, 'pipe'] })
    }
    const node = spawned('start', '--http', 'off')
    const nodeEnd = once(node, 'exit')
    try {
      const signal = AbortSignal.timeout(30_000)
      while ((await runHive(['status', ...place])).code !== 0) signal.throwIfAborted()
      const command = spawned('status')
      assert.ok(command.stderr !== null)
      const [said, end] = await Promise.all([text(command.stderr), once(command, 'exit')])
      assert.equal(
        said,
        'hive: The output cannot be written: the disk is full; make room, and try again.\n'
      )
      assert.deepEqual(end, [1, null])
      assert.equal((await runHive(['status', ...place])).code, 0)
    } finally {
      node.kill('SIGTERM')
    }
    assert.deepEqual(await nodeEnd, [0, null])
  })
})

const FACTS = Array.from({ length: 3_000 }, (_, i) =>
  JSON.stringify({
    entity: `export ${i}`,
    content: `Case ${i} ${'of many '.repeat(12)}`,
    confidence: 1
  })
).join('\n')

function hive(...args: readonly string[]): string[] {
  return [process.execPath, '--disable-warning=ExperimentalWarning', BINARY, ...args]
}
