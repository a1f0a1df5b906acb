/** The standard input of a command that reads it. */
import { fstatSync } from 'node:fs'
import { UsageError } from './exit-codes.ts'

const DESCRIPTOR = 0

/**
 * Throws `UsageError` if it is a directory: Node.js reads that as an input that is empty. `instead`
 * says what to do.
 */
export function standardInput(
  instead = 'Redirect a file to it, or pipe the output of a command.'
): NodeJS.ReadStream {
  if (isDirectory()) throw new UsageError(`The standard input is a directory. ${instead}`)
  return process.stdin
}

function isDirectory(): boolean {
  try {
    return fstatSync(DESCRIPTOR).isDirectory()
  } catch {
    // It was closed, and nothing is in its place.
    return false
  }
}
