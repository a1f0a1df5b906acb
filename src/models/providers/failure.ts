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
  const status = numberIn(error, 'status')
  const headers = headersIn(error)
  if (status === undefined || headers === undefined) {
    return new ProviderFailure('network', `${provider}: the connection failed or was closed`)
  }
  const retryAfter = retryAfterOf(headers, now)
  const init = { status, retryAfter }
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

/** A stream that ended without its final part. */
export function truncatedStream(provider: string): ProviderFailure {
  return new ProviderFailure('network', `${provider}: the stream ended early`)
}

/** A reply outside the protocol. */
export function invalidReply(provider: string): ProviderFailure {
  return new ProviderFailure('server', `${provider}: the reply does not follow the protocol`)
}

function numberIn(error: unknown, key: string): number | undefined {
  if (typeof error !== 'object' || error === null || !(key in error)) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'number' ? value : undefined
}

function headersIn(error: unknown): Headers | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, 'headers')
  return value instanceof Headers ? value : undefined
}

/** Only a short machine-readable code: a message of the provider may quote the key. */
function codeIn(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, 'code') ?? Reflect.get(error, 'type')
  return typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? value : undefined
}
