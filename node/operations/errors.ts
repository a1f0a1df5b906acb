/** Errors of operations, beside those of the library. */
import { z } from 'zod'
import { issueInWords, issueTexts } from '../../src/index.ts'

// For all schemas of this program: those of its doors, and those of the libraries behind them.
z.config({ customError: issueInWords })

/** Thrown when an operation needs a running node, and a directory was opened for it. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError'
  readonly code = 'NOT_RUNNING'
}

/** Thrown when an operation needs the HTTP API on TCP, and the node has none. */
export class NoHttpError extends Error {
  override readonly name = 'NoHttpError'
  readonly code = 'NO_HTTP'

  constructor() {
    super('The node has no HTTP API. Start it without "--http off".')
  }
}

/** What is wrong with an input, in one line; undefined for other errors. */
export function describeIssues(error: unknown): string | undefined {
  if (!(error instanceof z.ZodError)) return undefined
  return `The input is not valid. ${issueTexts(error)}.`
}
