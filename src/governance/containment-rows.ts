/** Stored previews and containments: `w/<id>`, at most 100; those that run are never dropped. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { wholeId } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { putJson, readAll, readJson, remove } from '../stored/index.ts'
import { MAX_CONTAINMENTS } from './constants.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'

const Row = z.object({
  id: z.string(),
  agent: z.string(),
  /** Milliseconds since 1970, both included. */
  from: z.number(),
  to: z.number(),
  at: z.number(),
  state: z.enum(['preview', 'running', 'done']),
  why: z.string().optional(),
  by: z.string().optional(),
  /** The position behind which publications are not considered yet, in hex. */
  cursor: z.string().optional(),
  /** Records of facts whose votes were retracted; goals, skills and steps that were withdrawn. */
  withdrawn: z.int(),
  goals: z.int().default(0),
  skills: z.int().default(0),
  steps: z.int().default(0),
  /** The position behind which goals, skills and steps are not considered yet. */
  sharedCursor: z.string().optional(),
  /** Whether no goal, skill or step is left. */
  isSharedDone: z.boolean().optional()
})

/** A window of an agent's publications, and how far its containment is. */
export type ContainmentRow = z.output<typeof Row>

export class ContainmentRows {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#section = store.section('governance')
  }

  /** The id that a caller gave, if it is shortened the whole one. Throws `HiveError` (ID_AMBIGUOUS). */
  async idOf(given: string): Promise<string> {
    const known = (await this.#all()).map(({ id, agent }) => ({ id, text: agent }))
    return wholeId(given.toLowerCase(), known, 'previews')
  }

  /** Throws `HiveError` (PREVIEW_UNKNOWN). */
  async get(id: string): Promise<ContainmentRow> {
    const row = await readJson(this.#section, `w/${id}`, Row)
    if (row !== undefined) return row
    throw new HiveError(
      'PREVIEW_UNKNOWN',
      `No preview has the id ${id}; the latest ${MAX_CONTAINMENTS} are stored. Make another one with governor.preview, or "hive govern preview".`
    )
  }

  /** Containments that a stop or a crash has interrupted. */
  async running(): Promise<ContainmentRow[]> {
    const rows = await this.#all()
    return rows.filter(({ state }) => state === 'running')
  }

  /** Stores the preview of a window. */
  async add(window: Pick<ContainmentRow, 'agent' | 'at' | 'from' | 'to'>): Promise<ContainmentRow> {
    const id = randomBytes(8).toString('hex')
    const row: ContainmentRow = {
      id,
      ...window,
      state: 'preview',
      withdrawn: 0,
      goals: 0,
      skills: 0,
      steps: 0
    }
    const others = await this.#all()
    const finished = others
      .filter(({ state }) => state !== 'running')
      .toSorted((a, b) => a.at - b.at)
    const dropped = finished.slice(0, Math.max(0, others.length + 1 - MAX_CONTAINMENTS))
    await this.#store.commit([
      this.put(row),
      ...dropped.map((old) => remove(this.#section, `w/${old.id}`))
    ])
    return row
  }

  put(row: ContainmentRow): Operation {
    return putJson(this.#section, `w/${row.id}`, row)
  }

  async #all(): Promise<ContainmentRow[]> {
    const rows = await Array.fromAsync(readAll(this.#section, 'w/', Row))
    return rows.map(([, row]) => row)
  }
}
