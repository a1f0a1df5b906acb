/**
 * Rate-limit headers of both families: `x-ratelimit-remaining-requests` and `-reset-requests` with
 * durations such as `6m0s` (OpenAI, Groq), `anthropic-ratelimit-requests-remaining` and `-reset`
 * with dates (Anthropic); the same for tokens.
 */
import type { RateState } from '../provider.ts'

const DURATION = /(?<number>\d+(?:\.\d+)?)(?<unit>ms|h|m|s)/g
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** `now` is used only if the answer has no `Date`. */
export function rateStateOf(headers: Headers, now: number): RateState {
  return {
    requests: rateLimitOf(headers, 'requests', now),
    tokens: rateLimitOf(headers, 'tokens', now)
  }
}

function rateLimitOf(headers: Headers, what: string, now: number): RateState['requests'] {
  const remaining =
    headers.get(`x-ratelimit-remaining-${what}`) ??
    headers.get(`anthropic-ratelimit-${what}-remaining`)
  const duration = headers.get(`x-ratelimit-reset-${what}`)
  const date = headers.get(`anthropic-ratelimit-${what}-reset`)
  if (remaining === null) return undefined
  const reset = duration === null ? untilOf(date, headers, now) : durationOf(duration)
  const left = Number(remaining)
  if (reset === undefined || !(left >= 0)) return undefined
  return { remaining: left, reset }
}

function durationOf(text: string): number | undefined {
  const seconds = Number(text)
  if (seconds >= 0) return seconds * 1000
  let sum: number | undefined
  for (const { groups } of text.matchAll(DURATION)) {
    sum = (sum ?? 0) + Number(groups?.['number']) * (UNITS[groups?.['unit'] ?? ''] ?? 0)
  }
  return sum
}

function untilOf(date: string | null, headers: Headers, now: number): number | undefined {
  const until = Date.parse(date ?? '')
  if (Number.isNaN(until)) return undefined
  const answered = Date.parse(headers.get('date') ?? '')
  return Math.max(0, until - (Number.isNaN(answered) ? now : answered))
}
