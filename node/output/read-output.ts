/**
 * The output of a node that runs for days: what nobody reads must not fill its memory. Lines are left
 * out while too much waits for the reader.
 */
import { print, printJson } from './terminal.ts'

/** Bytes: more than a reader that lives leaves waiting. */
const MOST_WAITING = 1 << 20

export function printIfRead(text: string): void {
  if (process.stdout.writableLength < MOST_WAITING) print(text)
}

export function printJsonIfRead(value: unknown): void {
  if (process.stdout.writableLength < MOST_WAITING) printJson(value)
}
