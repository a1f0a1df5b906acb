/**
 * What it takes other peer-to-peer databases, and this one, to store facts and to bring them to a
 * second process over TCP. Each program runs as its documents recommend, with data on disk. The others
 * are installed into a temporary folder from the npm registry, in the versions of
 * `other-programs/NAME/package-lock.json`; this project does not depend on them.
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { benchFacts, FACT_BYTES } from './fact-data.ts'
import { buildPackage } from './peer-process.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { ChildProcess } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import type { Benchmark } from './benchmark.ts'

const HERE = fileURLToPath(new URL('./other-programs', import.meta.url))
const OWN = 'noormme-hive'
const INSTALL_TIMEOUT = 15 * 60_000

/** What a process reports when its role is done. */
const Done = z.object({
  ms: z.number(),
  address: z.looseObject({ port: z.number() }).optional()
})
const Memory = z.object({ memory: z.number() })

/** Those that were measured before a step failed. */
interface Figures {
  insertMs?: number
  replicateMs?: number
  /** Both ways, between the two processes. */
  wireBytes?: number
  /** From the start of the process until all facts are there. */
  restartMs?: number
  /** Of the source and the sink. */
  memory?: readonly number[]
  disk?: readonly number[]
}

export const peers: Benchmark<'facts' | 'seconds'> = {
  about: 'facts that other databases bring to a second process: time, bytes, memory, disk',
  defaults: { facts: 20_000, seconds: 600 },
  texts: { only: '' },

  async run({ facts: count, seconds }, { only = '' }) {
    await buildPackage()
    const names = (await readdir(HERE, { withFileTypes: true }))
      .filter((each) => each.isDirectory() && (only === '' || only.split(',').includes(each.name)))
      .map(({ name }) => name)
      .toSorted((a, b) => Number(b === OWN) - Number(a === OWN))
    console.log(
      `peers: ${formatNumber(count)} facts of ${FACT_BYTES} bytes, each step in at most ${seconds} s`
    )
    console.log(
      '\n| program | insert, s | replicate, s | wire, MB | restart, s | memory, MB | disk, MB |\n| --- | --- | --- | --- | --- | --- | --- |'
    )
    for (const name of names) {
      await inFolder(async (folder) => {
        const facts = join(folder, 'facts.json')
        const texts = benchFacts(0, count).map(({ entity, content }) => ({ entity, content }))
        await writeFile(facts, JSON.stringify(texts))
        console.log(await rowOf(name, { folder, facts, limit: seconds * 1000 }))
      })
    }
  }
}

interface Place {
  readonly folder: string
  readonly facts: string
  readonly limit: number
}

async function rowOf(name: string, place: Place): Promise<string> {
  let title = name
  const figures: Figures = {}
  let note = ''
  try {
    const program = await install(name, place.folder)
    title = `${name} ${program.version}`
    await measure(program.file, place, figures)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    note = ` (${reason.split('\n')[0] ?? ''})`
  }
  const { insertMs, replicateMs, wireBytes, restartMs, memory, disk } = figures
  const cells = [
    secondsText(insertMs),
    secondsText(replicateMs),
    megabytes(wireBytes === undefined ? [] : [wireBytes]),
    secondsText(restartMs),
    megabytes(memory),
    megabytes(disk)
  ]
  return `| ${title}${note} | ${cells.join(' | ')} |`
}

function secondsText(ms: number | undefined): string {
  return ms === undefined ? '' : formatNumber(ms / 1000, 1)
}

function megabytes(bytes: readonly number[] = []): string {
  return bytes.map((each) => formatNumber(each / 1e6, 1)).join(' and ')
}

/** The program's own packages beside its file; this project's are those of the repository. */
async function install(
  name: string,
  folder: string
): Promise<{ readonly file: string; readonly version: string }> {
  if (name === OWN) {
    return {
      file: join(HERE, OWN, 'main.mjs'),
      version: (await packageIn(join(HERE, '..', '..'))).version
    }
  }
  const directory = join(folder, name)
  await mkdir(directory)
  await cp(join(HERE, name), directory, { recursive: true })
  await cp(join(HERE, 'program.mjs'), join(folder, 'program.mjs'))
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: directory,
    timeout: INSTALL_TIMEOUT
  })
  const { program = '' } = await packageIn(directory)
  return {
    file: join(directory, 'main.mjs'),
    version: (await packageIn(join(directory, 'node_modules', program))).version
  }
}

/** `program`: the package that the others serve. */
const Package = z.looseObject({ version: z.string().default(''), program: z.string().optional() })

async function packageIn(directory: string): Promise<z.output<typeof Package>> {
  return Package.parse(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')))
}

async function measure(
  file: string,
  { folder, facts, limit }: Place,
  figures: Figures
): Promise<void> {
  const folders = [join(folder, 'source'), join(folder, 'sink')] as const
  for (const each of folders) await mkdir(each)
  const [sourceFolder, sinkFolder] = folders
  const source = new Program(file, { role: 'source', folder: sourceFolder, facts }, limit)
  try {
    const { ms, address } = Done.parse(await source.answer())
    figures.insertMs = ms
    if (address === undefined) throw new Error('The source has no address.')
    await using wire = await Wire.to(address.port)
    const near = { ...address, port: wire.port }
    const settings = { role: 'sink', folder: sinkFolder, facts, address: near }
    const sink = new Program(file, settings, limit)
    try {
      figures.replicateMs = Done.parse(await sink.answer()).ms
      figures.wireBytes = wire.bytes
      figures.memory = [await source.memory(), await sink.memory()]
      await sink.stop()
      await source.stop()
      figures.disk = [await bytesIn(sourceFolder), await bytesIn(sinkFolder)]
      const again = { role: 'restart', folder: sourceFolder, facts, address }
      const started = performance.now()
      const restarted = new Program(file, again, limit)
      await restarted.answer().finally(() => restarted.kill())
      figures.restartMs = performance.now() - started
    } finally {
      sink.kill()
    }
  } finally {
    source.kill()
  }
}

/** A process of a program. */
class Program {
  readonly #child: ChildProcess
  readonly #limit: number
  readonly #role: string
  #errors = ''

  constructor(file: string, settings: Readonly<Record<string, unknown>>, limit: number) {
    this.#limit = limit
    this.#role = String(settings.role)
    this.#child = fork(file, [JSON.stringify(settings)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    })
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(0, 4_000)
    })
  }

  /** The next message of the process. */
  async answer(): Promise<unknown> {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(this.#limit)])
    try {
      const [message]: unknown[] = await Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(() => {
          const error = /^\w*Error.*$/m.exec(this.#errors)?.[0] ?? this.#errors.slice(0, 200)
          throw new Error(`the ${this.#role} ended: ${error}`)
        })
      ])
      return message
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError') {
        throw new Error(`the ${this.#role} took more than ${this.#limit / 1000} s`, { cause })
      }
      throw cause
    } finally {
      ending.abort()
    }
  }

  async memory(): Promise<number> {
    this.#child.send('memory')
    return Memory.parse(await this.answer()).memory
  }

  /** Resolves when the process has ended by itself. */
  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(60_000) })
    this.#child.send('stop')
    await exit.catch(() => this.kill())
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Passes connections on to a port of this machine, and counts their bytes. */
class Wire implements AsyncDisposable {
  readonly #server
  bytes = 0

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near]
      ] as const) {
        from.on('data', (data) => (this.bytes += data.length))
        from.pipe(to)
        from.on('error', () => to.destroy())
      }
    })
  }

  static async to(target: number): Promise<Wire> {
    const wire = new Wire(target)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get port(): number {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    return (this.#server.address() as AddressInfo).port
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(folder, { recursive: true })) {
    const info = await stat(join(folder, name))
    if (info.isFile()) bytes += info.size
  }
  return bytes
}
