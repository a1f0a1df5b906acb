/** The stored values of the ledger: sums of spending, and open reservations. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Operation, Section } from '../../../crdt/index.ts'
import type { Picodollars } from './money.ts'

/** Spending of one agent on one class of task with one model in one hour. */
export interface UsageRow {
  readonly hour: number
  readonly agent: string
  readonly task: string
  readonly model: string
  calls: number
  input: number
  cacheRead: number
  cacheWrite: number
  output: number
  /** Picodollars, including `uncertain`. */
  cost: Picodollars
  /** Reserved amounts of calls with an unknown outcome. */
  uncertain: Picodollars
  uncertainTokens: number
  /** Calls with an unknown price. */
  unpriced: number
}

/** A reservation as stored on disk. */
export type StoredReservation = z.output<typeof ReservationValue>

const Amount = z.string().regex(/^\d+$/).transform(BigInt)
const RowValue = z.object({
  calls: z.number(),
  input: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  output: z.number(),
  cost: Amount,
  uncertain: Amount,
  uncertainTokens: z.number(),
  unpriced: z.number()
})
const Names = z.tuple([z.number(), z.string(), z.string(), z.string()])
const ReservationValue = z.object({
  hour: z.number(),
  agent: z.string(),
  task: z.string(),
  model: z.string(),
  cost: Amount.nullable(),
  tokens: z.number()
})

const RESERVATION_PREFIX = 'h/'
const ROW_PREFIX = 'u/'

/** Reads and writes the ledger's values; a value that does not parse is skipped. */
export class LedgerRecords {
  readonly #section: Section

  constructor(section: Section) {
    this.#section = section
  }

  async *rows(): AsyncGenerator<UsageRow> {
    for await (const [key, value] of this.#section.entries(prefix(ROW_PREFIX))) {
      const names = Names.safeParse(jsonOf(key, ROW_PREFIX.length))
      const row = RowValue.safeParse(jsonOf(value))
      if (!names.success || !row.success) continue
      const [hour, agent, task, model] = names.data
      yield { hour, agent, task, model, ...row.data }
    }
  }

  /** The stored row of a key; undefined if it is not one of a row, or its value is gone. */
  async rowAt(key: Uint8Array): Promise<UsageRow | undefined> {
    const names = Names.safeParse(jsonOf(key, ROW_PREFIX.length))
    if (!names.success || !Buffer.from(key).toString().startsWith(ROW_PREFIX)) return undefined
    const value = await this.#section.get(key)
    const row = RowValue.safeParse(value && jsonOf(value))
    const [hour, agent, task, model] = names.data
    return row.success ? { hour, agent, task, model, ...row.data } : undefined
  }

  /** Reservations, each with the operation that deletes it; without a value if it is damaged. */
  async *reservations(): AsyncGenerator<{
    readonly removal: Operation
    readonly held?: StoredReservation
  }> {
    for await (const [key, value] of this.#section.entries(prefix(RESERVATION_PREFIX))) {
      const reservation = ReservationValue.safeParse(jsonOf(value))
      yield { removal: this.#section.del(key), held: reservation.data }
    }
  }

  putRow(row: UsageRow): Operation {
    const { hour: _h, agent: _a, task: _t, model: _m, cost, uncertain, ...counts } = row
    const value = { ...counts, cost: String(cost), uncertain: String(uncertain) }
    return this.#section.put(Buffer.from(ROW_PREFIX + rowKey(row)), bytesOf(value))
  }

  removeRow(row: UsageRow): Operation {
    return this.#section.del(Buffer.from(ROW_PREFIX + rowKey(row)))
  }

  /** The operation that writes a reservation, and the one that deletes it. */
  putReservation({ cost, ...rest }: StoredReservation): {
    readonly put: Operation
    readonly removal: Operation
  } {
    const key = Buffer.from(RESERVATION_PREFIX + randomUUID())
    const value = bytesOf({ ...rest, cost: cost === null ? null : String(cost) })
    return { put: this.#section.put(key, value), removal: this.#section.del(key) }
  }
}

export function rowKey({
  hour,
  agent,
  task,
  model
}: Pick<UsageRow, 'hour' | 'agent' | 'task' | 'model'>): string {
  return JSON.stringify([hour, agent, task, model])
}

function prefix(text: string): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: Buffer.from(text), lt: Buffer.from(`${text}\u007f`) }
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function jsonOf(bytes: Uint8Array, from = 0): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.subarray(from)).toString())
  } catch {
    return undefined
  }
}
