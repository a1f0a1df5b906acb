/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. A date is compared with the answer's own
 * `Date`, so that a wrong clock on either side does not matter; without one, with the local clock.
 */
import { MAX_RETRY_AFTER } from '../constants.ts'

/** Milliseconds to wait; undefined if the answer names no time. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const milliseconds = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (milliseconds >= 0) return clamp(milliseconds)
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  const seconds = Number(text)
  if (!Number.isNaN(seconds)) return seconds >= 0 ? clamp(seconds * 1000) : undefined
  const until = Date.parse(text)
  if (Number.isNaN(until)) return undefined
  const answered = Date.parse(headers.get('date') ?? '')
  return clamp(until - (Number.isNaN(answered) ? now : answered))
}

function clamp(milliseconds: number): number {
  return Math.min(Math.max(0, milliseconds), MAX_RETRY_AFTER)
}
