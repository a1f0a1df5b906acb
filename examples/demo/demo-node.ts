/** One node of the demo: the real `hive` binary, started, asked, killed. */
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { ChildProcess } from 'node:child_process'

const BINARY = fileURLToPath(new URL('../../dist/node/hive.js', import.meta.url))

const Line = z.object({
  event: z.string(),
  multiaddrs: z.array(z.string()).optional(),
  digest: z.string().optional(),
  kind: z.string().optional()
})

export class HiveNode extends EventEmitter<{ line: [z.infer<typeof Line>] }> {
  readonly name: string
  readonly #dataDir: string
  #process: ChildProcess | undefined
  readonly #keyFile: string
  /** The last digest the node told of. */
  #digest = ''
  #address = ''
  /** Kinds of filters that it has of peers. */
  readonly #filters = new Set<string>()

  constructor(name: string, dataDir: string, keyFile: string) {
    super()
    this.name = name
    this.#dataDir = dataDir
    this.#keyFile = keyFile
  }

  /** Starts the node and returns its address. */
  async start(...args: string[]): Promise<string> {
    const child = this.#spawn(['start', '--json', '--swarm-key', this.#keyFile, ...args])
    this.#process = child
    if (child.stdout === null) throw new Error('no output')
    const ready = Promise.withResolvers<string>()
    createInterface({ input: child.stdout }).on('line', (json) => {
      const line = Line.parse(JSON.parse(json))
      if (line.digest !== undefined) this.#digest = line.digest
      if (line.kind !== undefined) this.#filters.add(line.kind)
      if (line.event === 'ready') {
        this.#address = line.multiaddrs?.[0] ?? ''
        ready.resolve(this.#address)
      }
      this.emit('line', line)
    })
    child.once('exit', (code) => ready.reject(new Error(`node ${this.name} ended with ${code}`)))
    return ready.promise
  }

  /** Runs a command against the node and parses its JSON. */
  async run<T extends z.ZodType>(
    schema: T,
    args: readonly string[],
    input = ''
  ): Promise<z.output<T>> {
    const child = this.#spawn([...args, '--json'])
    if (child.stdout === null) throw new Error('no output')
    child.stdin?.end(input)
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    if (code !== 0) throw new Error(`hive ${args.join(' ')} ended with ${String(code)}`)
    return schema.parse(JSON.parse(output))
  }

  /** Where the node listens. */
  address(): string {
    return this.#address
  }

  /** Resolves when the node has a filter of this kind from a peer. */
  async holds(kind: string): Promise<void> {
    while (!this.#filters.has(kind)) await once(this, 'line')
  }

  /** Resolves when the node's replica has this digest. */
  async reached(digest: string): Promise<void> {
    while (this.#digest !== digest) await once(this, 'line')
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  #spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [BINARY, ...args, '--data-dir', this.#dataDir], {
      stdio: ['pipe', 'pipe', 'inherit']
    })
  }
}
