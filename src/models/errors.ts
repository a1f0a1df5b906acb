/** Errors of the model router, and reasons why one attempt at a provider failed. */
import { CodedError } from '../errors.ts'

/** Why no model gave a usable answer. */
export type ModelErrorCode =
  /** Thrown when every model of the route failed within the attempts and the time. */
  | 'MODELS_UNAVAILABLE'
  /** Thrown when the route has no model that can be called. */
  | 'NO_MODEL'
  /** Thrown when a model is past its shutdown date. */
  | 'MODEL_SHUT_DOWN'
  /** Thrown when a model is in no catalogue. */
  | 'MODEL_UNKNOWN'
  /** Thrown when the call could cost more than a budget has left. */
  | 'BUDGET_EXCEEDED'
  /** Thrown when a budget in money applies and no model of the route has a known price. */
  | 'PRICE_UNKNOWN'
  /** Thrown when the provider reports that the request itself is wrong. */
  | 'REQUEST_REFUSED'
  /** Thrown when the provider does not accept the key. */
  | 'KEY_REFUSED'
  /** Thrown when no tier returned output that fits the schema or passes the verifier. */
  | 'OUTPUT_INVALID'
  /** Thrown when a stream ends too early; `partial` has the text received so far. */
  | 'STREAM_BROKEN'
  /** Thrown when the deadline of the call has passed, or no model answered in time. */
  | 'DEADLINE'
  /** Thrown when a file of keys or of models cannot be read. */
  | 'FILE_INVALID'

/** Options of a `ModelError`. */
export interface ModelErrorOptions extends ErrorOptions {
  /** Text received before a stream broke. */
  readonly partial?: string
}

/** Thrown by `cortex.models` when no model gave a usable answer, or none can be called. */
export class ModelError extends CodedError<ModelErrorCode> {
  override readonly name = 'ModelError'
  /** Text that was received before a stream broke. */
  readonly partial: string | undefined

  constructor(code: ModelErrorCode, message: string, options: ModelErrorOptions = {}) {
    super(code, message, options)
    this.partial = options.partial
  }
}

/** Codes that end a tier without an answer; another tier may give one. */
const UNANSWERED: ReadonlySet<ModelErrorCode> = new Set([
  'MODELS_UNAVAILABLE',
  'DEADLINE',
  'NO_MODEL',
  'REQUEST_REFUSED',
  'KEY_REFUSED'
] as const)

export function isUnanswered(error: unknown): error is ModelError {
  return error instanceof ModelError && UNANSWERED.has(error.code)
}

/** Why one attempt at a provider failed. */
export type FailureKind =
  /** Over a rate limit: the model pauses for `retryAfter`. */
  | 'limit'
  /** The provider failed (5xx, overloaded) or answered outside the protocol. */
  | 'server'
  /** No answer, or only a part of it. Its cost is unknown. */
  | 'network'
  /** The attempt took too long. */
  | 'timeout'
  /** The request is wrong; another attempt would fail too. */
  | 'request'
  /** The key is wrong, or may not use the model. */
  | 'key'
  /** The provider has no such model, or nothing at this address (status 404). */
  | 'model'
  /** The request exceeds the window of the model. */
  | 'overflow'

/** The provider's data about a failed attempt. */
export interface FailureInit {
  /** HTTP status. */
  readonly status?: number
  /** Milliseconds to wait, according to the provider. */
  readonly retryAfter?: number
}

/** Why one attempt failed. The message never contains a key, a header or the body of an answer. */
export class ProviderFailure extends CodedError<FailureKind> {
  override readonly name = 'ProviderFailure'
  /** The same as `code`. */
  readonly kind: FailureKind
  readonly status: number | undefined
  readonly retryAfter: number | undefined

  constructor(kind: FailureKind, message: string, { status, retryAfter }: FailureInit = {}) {
    super(kind, message)
    this.kind = kind
    this.status = status
    this.retryAfter = retryAfter
  }

  /** Whether the attempt may have been billed. */
  get uncertain(): boolean {
    return this.kind === 'network' || this.kind === 'timeout'
  }
}
