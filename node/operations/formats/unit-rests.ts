/**
 * What imported units of cq have and lessons have no field for, in `cq-units.jsonl` of the data
 * directory: a line for each import of a unit, the last one counts. Lines are added only, each batch
 * by one write; a line that a crash has cut is ignored. Only the places of lines are in memory.
 */
import { open } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { CqUnit } from './cq-unit.ts'
import type { FileHandle } from 'node:fs/promises'
import type { UnitRest } from './cq-mapping.ts'

const FILE = 'cq-units.jsonl'
const OWNER_ONLY = 0o600

const Line = z.object({ fact: z.string(), rest: CqUnit.omit({ insight: true }) })

interface Place {
  readonly start: number
  readonly length: number
}

export class UnitRests implements AsyncDisposable {
  readonly #file: FileHandle
  readonly #places: Map<string, Place>

  private constructor(file: FileHandle, places: Map<string, Place>) {
    this.#file = file
    this.#places = places
  }

  static async open(dataDir: string): Promise<UnitRests> {
    const path = join(dataDir, FILE)
    const file = await open(path, 'a+', OWNER_ONLY)
    try {
      return new UnitRests(file, await placesIn(path))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async get(fact: string): Promise<UnitRest | undefined> {
    const place = this.#places.get(fact)
    if (place === undefined) return undefined
    const { start, length } = place
    const { buffer } = await this.#file.read(Buffer.alloc(length), 0, length, start)
    return Line.parse(JSON.parse(buffer.toString())).rest
  }

  /** Adds what is not there yet; resolves when it is on disk. */
  async add(rests: ReadonlyMap<string, UnitRest>): Promise<void> {
    const lines: string[] = []
    for (const [fact, rest] of rests) {
      const known = await this.get(fact)
      if (JSON.stringify(known) !== JSON.stringify(rest)) lines.push(JSON.stringify({ fact, rest }))
    }
    if (lines.length === 0) return
    // The first line break ends a line that a crash has cut.
    await this.#file.appendFile(`\n${lines.join('\n')}\n`)
    await this.#file.sync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }
}

async function placesIn(path: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  let start = 0
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Infinity
  })) {
    const length = Buffer.byteLength(line)
    const fact = /^\{"fact":"([0-9a-f]+)",.*\}$/.exec(line)?.[1]
    if (fact !== undefined) places.set(fact, { start, length })
    start += length + 1
  }
  return places
}
