/** Reads every value of a database. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { unseal } from '../bytes/index.ts'
import type { OpenDatabase } from './open-database.ts'

/** Values read, and those that are damaged, by section; keys of no section are in `''`. */
export interface ValuesReport {
  readonly values: number
  readonly damaged: Readonly<Record<string, number>>
}

export interface VerifyValuesOptions {
  readonly signal?: AbortSignal
  /** Called with the number of values that are read. */
  readonly onRead?: (values: number) => void
  /** Called with the whole key of each damaged value. */
  readonly onDamaged?: (key: Uint8Array) => void
}

/** Read in one turn of the event loop. */
const ITEMS = 1_000

/** A key of a section: `!<name>!` and the rest. */
const PREFIX = '!'.charCodeAt(0)

export async function verifyValues(
  open: Pick<OpenDatabase, 'cursor'>,
  { signal, onRead, onDamaged }: VerifyValuesOptions = {}
): Promise<ValuesReport> {
  const damaged = new Map<string, number>()
  let values = 0
  const cursor = open.cursor({})
  try {
    for (;;) {
      signal?.throwIfAborted()
      const items = await cursor.next(ITEMS)
      if (items.length === 0) return { values, damaged: Object.fromEntries(damaged) }
      values += items.length
      onRead?.(values)
      for (const [key, sealed] of items) {
        const end = key[0] === PREFIX ? key.indexOf(PREFIX, 1) : -1
        const name = end < 0 ? '' : Buffer.from(key.subarray(1, end)).toString('latin1')
        if (end >= 0 && unseal(key.subarray(end + 1), sealed) !== undefined) continue
        damaged.set(name, (damaged.get(name) ?? 0) + 1)
        onDamaged?.(key)
      }
      await nextTurn()
    }
  } finally {
    await cursor.close()
  }
}
