/**
 * Maps errors of the SDKs to the neutral failure. Both SDKs have the same fields; neither is
 * imported here.
 */
import { ProviderFailure } from '../errors.ts'
import { retryAfterOf } from '../calling/retry-after.ts'

/** 4xx statuses that another attempt may cure: timeout, conflict, too early. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 409, 425])

/** Runs a call to a provider's SDK. Throws `ProviderFailure`, or the reason of the signal. */
export async function withFailures<T>(
  provider: string,
  call: () => Promise<T>,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number }
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw failureOf(provider, error, signal, now())
  }
}

export function failureOf(
  provider: string,
  error: unknown,
  signal: AbortSignal,
  now: number
): unknown {
  if (error instanceof ProviderFailure) return error
  if (signal.aborted) return signal.reason
  const status = statusIn(error)
  const headers = headersIn(error)
  if (status === undefined || headers === undefined) {
    return new ProviderFailure('network', `${provider}: the connection failed or was closed`)
  }
  const retryAfter = retryAfterOf(headers, now)
  const init = { status, retryAfter }
  if (isOverflow(error, status)) {
    return new ProviderFailure(
      'overflow',
      `${provider}: the request exceeds the window of the model (status ${status})`,
      init
    )
  }
  if (status === 429)
    return new ProviderFailure('limit', `${provider}: a rate limit was exceeded (status 429)`, init)
  if (status === 401 || status === 403) {
    return new ProviderFailure(
      'key',
      `${provider}: the provider refused the key (status ${status})`,
      init
    )
  }
  // 529: Anthropic's "overloaded".
  if (status >= 500 || RETRYABLE.has(status)) {
    return new ProviderFailure(
      'server',
      `${provider}: the request failed with status ${status}`,
      init
    )
  }
  const reason = codeIn(error)
  if (status === 404) {
    return new ProviderFailure(
      'model',
      `${provider}: the provider has no such model or address (status 404)`,
      init
    )
  }
  return new ProviderFailure(
    'request',
    `${provider}: the provider refused the request with status ${status}${reason === undefined ? '' : ` (${reason})`}`,
    init
  )
}

/** By code or type: OpenAI, Azure and Groq; llama.cpp; Anthropic. */
const OVERFLOW_CODES: ReadonlySet<unknown> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'request_too_large'
])

/** What servers write: OpenAI, vLLM, OpenRouter; Anthropic; Gemini; LM Studio; llama.cpp. */
const OVERFLOW_TEXTS = [
  /maximum context length/i,
  /prompt is too long/i,
  /token count .{0,40}exceeds the maximum number of tokens/i,
  /tokens when context the overflows|greater than the context length/i,
  /exceeds? the available context size|context size has been exceeded/i
] as const

/** Limits and keys, whatever their text quotes. */
const NO_OVERFLOW: ReadonlySet<number> = new Set([401, 403, 404, 408, 409, 425, 429])

function isOverflow(error: unknown, status: number): boolean {
  if (status < 400 || NO_OVERFLOW.has(status)) return false
  const body = fieldOf(error, 'error')
  const inner = fieldOf(body, 'error') ?? body
  if (OVERFLOW_CODES.has(fieldOf(inner, 'code')) || OVERFLOW_CODES.has(fieldOf(inner, 'type'))) {
    return true
  }
  const message = messageIn(error)
  return status === 413 || OVERFLOW_TEXTS.some((text) => text.test(message))
}

/** A stream that ended without its final part. */
export function truncatedStream(provider: string): ProviderFailure {
  return new ProviderFailure('network', `${provider}: the stream ended early`)
}

/** A reply outside the protocol. */
export function invalidReply(provider: string): ProviderFailure {
  return new ProviderFailure('server', `${provider}: the reply does not follow the protocol`)
}

/** What was read of a whole reply; throws the failure of a reply that cannot be read. */
export function readable<T>(provider: string, body: unknown, read: T | undefined): T {
  if (read === undefined) throw replyFailure(provider, body)
  return read
}

/** A server may send an error with status 200. */
function replyFailure(provider: string, body: unknown): unknown {
  const error = fieldOf(body, 'error')
  if (error === undefined || error === null) return invalidReply(provider)
  const never = new AbortController().signal
  const message = typeof error === 'string' ? error : fieldOf(error, 'message')
  const status = statusIn({ error }) ?? 500
  return failureOf(provider, { error, message, status, headers: new Headers() }, never, 0)
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

/** Statuses of errors that arrive after the headers, by the `type` of both formats. */
const TYPES: Readonly<Record<string, number>> = {
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  api_error: 500,
  server_error: 500,
  overloaded_error: 529
}

/** The HTTP status, or that of an error in the body of a reply with status 200. */
export function statusIn(error: unknown): number | undefined {
  const status = fieldOf(error, 'status')
  if (typeof status === 'number') return status
  const body = fieldOf(error, 'error')
  const inner = fieldOf(body, 'error') ?? body
  const code = Number(fieldOf(inner, 'code'))
  return code >= 400 && code < 600 ? code : TYPES[String(fieldOf(inner, 'type'))]
}

/** The provider's own text: it may quote the key, so it is read here and never shown. */
export function messageIn(error: unknown): string {
  const message = fieldOf(error, 'message')
  return typeof message === 'string' ? message : ''
}

function headersIn(error: unknown): Headers | undefined {
  const value = fieldOf(error, 'headers')
  return value instanceof Headers ? value : undefined
}

/** Only a short machine-readable code: a message of the provider may quote the key. */
function codeIn(error: unknown): string | undefined {
  const value = fieldOf(error, 'code') ?? fieldOf(error, 'type')
  return typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? value : undefined
}
