/**
 * Times as callers write them. A time is read, never guessed: other forms ("03/04/2024", seconds,
 * a day that the month does not have) are refused, since a wrong time decides which claim is
 * current.
 */

/** What a time may be, for errors. */
export const TIME_FORMS =
  'a date (2026-05-01), a time with its zone (2026-05-01T08:30:00Z, 2026-05-01T08:30+02:00), or milliseconds since 1970'

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2}))?$/

/** Milliseconds from 1973 to 5138: seconds since 1970 are not among them. */
const MIN_MILLISECONDS = 1e11
const MAX_MILLISECONDS = 1e14

const MINUTE = 60_000

/** A date means its beginning in UTC. Undefined for what is none of `TIME_FORMS`. */
export function readTime(value: unknown): Date | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value
  if (typeof value === 'number') {
    const isTime = Number.isInteger(value) && value >= MIN_MILLISECONDS && value <= MAX_MILLISECONDS
    return isTime ? new Date(value) : undefined
  }
  return typeof value === 'string' ? readIso(value.trim()) : undefined
}

function readIso(text: string): Date | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0))
  if (year === undefined || month === undefined || day === undefined) return undefined
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  const fraction = Number(`0.${match[7] ?? '0'}`)
  const zone = zoneOf(match[8] ?? 'Z')
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  local.setUTCHours(hour, minute, second, Math.floor(fraction * 1000))
  // JavaScript carries 30 February over into March.
  const isReal =
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    local.getUTCHours() === hour &&
    minute < 60 &&
    second < 60
  return isReal && zone !== undefined ? new Date(local.getTime() - zone * MINUTE) : undefined
}

/** Minutes east of UTC. */
function zoneOf(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4))
  if (hours > 23 || minutes > 59) return undefined
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
