/**
 * How the counts of a running node grew: one sample each 10 seconds of the last hour, and one each 15
 * minutes of the last month. The latter are in a file of the data directory, which can be deleted.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TrendSample } from './shapes/node.ts'
import type { HiveNode } from '../../src/index.ts'

const FILE = 'trends.json'
const OWNER_ONLY = 0o600

/** Milliseconds between samples, and how many are kept. */
const FINE_INTERVAL = 10_000
const MAX_FINE = 360
const COARSE_INTERVAL = 900_000
const MAX_COARSE = 2_880

/**
 * Milliseconds between counts of insights while no entries come: one reads a whole index, 50 ms a
 * million records.
 */
const COUNT_INTERVAL = 60_000

/** Kinds of the records that a search finds. */
const SEARCHED = new Set(['fact', 'insight', 'lesson'])

type Sample = z.output<typeof TrendSample>

export interface TrendsInit {
  readonly dataDir: string
  readonly now: () => number
}

type Followed = Pick<HiveNode, 'agent' | 'off' | 'on' | 'status'>

export class Trends {
  readonly #db: Followed
  readonly #init: TrendsInit
  readonly #fine: Sample[] = []
  #coarse: Sample[]
  #synced = 0
  #insights: number | undefined
  #counted = { at: Number.NEGATIVE_INFINITY, entries: 0 }
  #written: Promise<void> = Promise.resolve()
  readonly #timer: NodeJS.Timeout
  readonly #onSync = ({ entries }: { readonly entries: number }): void => {
    this.#synced += entries
  }

  private constructor(db: Followed, init: TrendsInit, coarse: Sample[]) {
    this.#db = db
    this.#init = init
    this.#coarse = coarse
    db.on('sync:receive', this.#onSync)
    this.#timer = setInterval(() => this.#take(), FINE_INTERVAL).unref()
    this.#take()
  }

  static async open(db: Followed, init: TrendsInit): Promise<Trends> {
    return new Trends(db, init, await readSamples(join(init.dataDir, FILE)))
  }

  /** The older samples, then those of the last hour, and one of now. */
  samples(): readonly Sample[] {
    const first = this.#fine[0]?.at ?? ''
    const older = this.#coarse.filter(({ at }) => at < first)
    return [...older, ...this.#fine, this.#sample()]
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#db.off('sync:receive', this.#onSync)
    this.#coarse = [...this.#coarse, this.#sample()].slice(-MAX_COARSE)
    await this.#write()
  }

  #take(): void {
    void this.#count()
    const sample = this.#sample()
    this.#fine.push(sample)
    if (this.#fine.length > MAX_FINE) this.#fine.shift()
    const last = this.#coarse.at(-1)
    if (last !== undefined && Date.parse(sample.at) - Date.parse(last.at) < COARSE_INTERVAL) return
    this.#coarse = [...this.#coarse, sample].slice(-MAX_COARSE)
    void this.#write()
  }

  /** None while the index cannot be read. */
  async #count(): Promise<void> {
    const at = this.#init.now()
    const { entries } = this.#db.status
    if (entries === this.#counted.entries && at - this.#counted.at < COUNT_INTERVAL) return
    this.#counted = { at, entries }
    try {
      const counts = await this.#db.agent.cortex.metrics.getRecordCounts()
      this.#insights = counts
        .filter(({ kind, state }) => SEARCHED.has(kind) && state === 'released')
        .reduce((sum, { count }) => sum + count, 0)
    } catch {
      this.#insights = undefined
    }
  }

  #sample(): Sample {
    const { facts, entries, authors, peers } = this.#db.status
    const at = new Date(this.#init.now()).toISOString()
    const insights = this.#insights
    return { at, facts, entries, insights, authors, peers: peers.length, synced: this.#synced }
  }

  /** One after the other: both would write to the same new file. */
  #write(): Promise<void> {
    return (this.#written = this.#written.then(() => this.#writeSamples()))
  }

  /** A disk that is full must not end the node: the file is then older. */
  async #writeSamples(): Promise<void> {
    const path = join(this.#init.dataDir, FILE)
    try {
      await writeFile(`${path}.new`, JSON.stringify(this.#coarse), { mode: OWNER_ONLY })
      await rename(`${path}.new`, path)
    } catch {
      // The next sample writes it again.
    }
  }
}

/** None where the file is missing or damaged. */
async function readSamples(path: string): Promise<Sample[]> {
  try {
    return z.array(TrendSample).parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return []
  }
}
