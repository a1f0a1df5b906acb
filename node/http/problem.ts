/** Errors of the HTTP API: problem details (RFC 9457) with the codes of the library. */
import { EXIT, exitCodeOf, messageOf } from '../exit-codes.ts'
import { describeIssues } from '../operations/index.ts'
import type { ExitCode } from '../exit-codes.ts'

export interface Problem {
  /** `urn:noormme-hive:error:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  /** The exit code of a command that fails for this. */
  readonly exit: ExitCode
}

export const PROBLEM_JSON = 'application/problem+json'

/** Statuses by code; of other codes the class of the error decides. */
const STATUS: Readonly<Record<string, number>> = {
  ARGUMENT_INVALID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RECORD_UNKNOWN: 404,
  GOAL_UNKNOWN: 404,
  SKILL_UNKNOWN: 404,
  AGENT_UNKNOWN: 404,
  STEP_UNKNOWN: 404,
  TIMEOUT: 408,
  ID_AMBIGUOUS: 409,
  SKILL_STATUS: 409,
  SWARM_OPEN: 409,
  BACKUP_INVALID: 409,
  GOAL_CYCLE: 409,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  WITHHELD: 422,
  LIMIT_EXCEEDED: 422,
  SKILL_FAILED: 422,
  SKILL_FOLDER: 422,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  SEARCH_FAILED: 503,
  EMBEDDING_FAILED: 503,
  STOPPED: 503,
  NOT_RUNNING: 503,
  NO_HTTP: 503,
  BUSY: 503,
  QUOTA_EXCEEDED: 507
}

/** Of errors without an entry in `STATUS`, by their class. */
const BY_NAME: Readonly<Record<string, number>> = {
  SandboxError: 422,
  MemberError: 409,
  ModelError: 502,
  StoreError: 503,
  SwarmError: 502,
  HiveError: 400,
  LimitError: 400
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Another method is needed',
  408: 'The request took too long',
  409: 'In conflict with the present state',
  413: 'The request is too large',
  415: 'The media type is not understood',
  422: 'Refused',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'The node failed',
  502: 'Another machine failed',
  503: 'Not available now',
  507: 'No room is left'
}

/** An error of the HTTP API itself. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Errors of the HTTP framework, by its codes: our code, and what to do. */
const FRAMEWORK: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'BODY_TOO_LARGE',
    'The body has more than 1 MiB. Send less at a time; "distill" and "import" take JSON Lines of any length.'
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'MEDIA_TYPE',
    'Send a body of JSON, with the header "Content-Type: application/json".'
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['ARGUMENT_INVALID', 'The body is not JSON. Send an object.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'ARGUMENT_INVALID',
    'The body is empty. Send an object of JSON, {} at least.'
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'ARGUMENT_INVALID',
    'The body has another length than its header "Content-Length".'
  ],
  FST_ERR_BAD_URL: ['ARGUMENT_INVALID', 'The path is not valid. See /docs for the paths.']
}

export function problemOf(error: unknown): Problem {
  const issues = describeIssues(error)
  const code = issues === undefined ? codeOf(error) : 'ARGUMENT_INVALID'
  const status = STATUS[code] ?? statusOf(error)
  return {
    type: `urn:noormme-hive:error:${code}`,
    title: TITLES[status] ?? 'The request failed',
    status,
    detail: issues ?? frameworkEntryOf(error)?.[1] ?? messageOf(error),
    code,
    exit: code === 'ARGUMENT_INVALID' ? EXIT.usage : exitCodeOf(error)
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return 'INTERNAL'
  const code = String(error.code)
  if (error.name === 'FastifyError' || code.startsWith('FST_')) {
    return frameworkEntryOf(error)?.[0] ?? 'INTERNAL'
  }
  return /^[A-Z][A-Z_]+$/.test(code) ? code : 'INTERNAL'
}

function frameworkEntryOf(error: unknown): readonly [string, string] | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined
}

function statusOf(error: unknown): number {
  const name = error instanceof Error ? error.name : ''
  if (error instanceof SyntaxError) return 400
  return BY_NAME[name] ?? (error instanceof HttpError ? 400 : 500)
}
