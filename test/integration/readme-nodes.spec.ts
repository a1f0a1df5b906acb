import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { BINARY } from '../fixtures/build.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { ChildProcess } from 'node:child_process'

const README = new URL('../../README.md', import.meta.url)

/** The blocks of commands of one section, each for a terminal. */
async function blocksOf(section: string): Promise<string[]> {
  const readme = await readFile(README, 'utf8')
  const [, text = ''] = readme.split(`\n## ${section}\n`)
  const [body = ''] = text.split('\n## ')
  return [...body.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = '']) => commands)
}

/** A shell in a folder, in which `hive` is the binary. */
class Terminal extends EventEmitter<{ data: [] }> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown[]>
  output = ''

  constructor(commands: string, folder: string) {
    super()
    const path = [join(folder, 'bin'), process.env['PATH']].join(delimiter)
    this.#child = spawn('sh', ['-ec', commands], {
      cwd: folder,
      // A group of its own: the shell and what it runs end together.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: path, XDG_RUNTIME_DIR: folder }
    })
    this.#closed = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: unknown) => {
        this.output += String(chunk)
        this.emit('data')
      })
    }
  }

  /** The first match in what it prints. */
  async prints(pattern: RegExp, signal: AbortSignal): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output)
      if (found !== null) return found
      await Promise.race([
        once(this, 'data', { signal }),
        this.#closed.then(() => Promise.reject(new Error(`It ended: ${this.output}`)))
      ])
    }
  }

  /** What it printed, once all commands have succeeded. */
  async ended(): Promise<string> {
    const [code] = await this.#closed
    assert.equal(code, 0, this.output)
    return this.output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode } = this.#child
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGTERM')
    await this.#closed
  }
}

describe('the two nodes of the README', function () {
  this.timeout(120_000)

  it('end with a recall that answers, copied as they stand', async () => {
    const blocks = await blocksOf('Run two nodes')
    const [first = '', second = '', third = '', last = ''] = blocks
    assert.equal(blocks.length, 4)
    const signal = AbortSignal.timeout(90_000)
    await using directory = await temporaryDirectory()
    const { path } = directory
    await mkdir(join(path, 'bin'))
    const hive = `#!/bin/sh\nexec "${process.execPath}" --disable-warning=ExperimentalWarning "${BINARY}" "$@"\n`
    await writeFile(join(path, 'bin/hive'), hive, { mode: 0o755 })

    await using one = new Terminal(first, path)
    const [, address = ''] = await one.prints(/^join with .*--bootstrap (\S+)$/m, signal)
    await using two = new Terminal(second.replace('ADDRESS', address), path)
    await two.prints(/^Ready\./m, signal)
    await two.prints(/^\+ peer /m, signal)
    {
      await using three = new Terminal(third, path)
      const published = await three.ended()
      assert.match(published, /^1 promoted, /m)
      assert.match(published, /^1 peer is connected\. Other nodes release them at once\.$/m)
    }
    await two.prints(/^received new entries of peers$/m, signal)
    await using three = new Terminal(last, path)
    assert.match(
      await three.ended(),
      / {2}hive, 1 vote {2}CSS gap\n {2}Flex containers support gap\.\n$/
    )
  })
})
