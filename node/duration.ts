/** Durations as callers write them: `30m`, `24h`, `7d`. */
import { UsageError } from './exit-codes.ts'

const MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440 }

/** Minutes of a year. */
const MOST = 525_600

/** Hours. Throws `UsageError` for other forms, nothing, and more than a year. */
export function hoursOf(name: string, text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const minutes = Number(count) * (MINUTES[unit] ?? 0)
  if (minutes >= 1 && minutes <= MOST) return minutes / 60
  throw new UsageError(`--${name} takes a time such as 30m, 24h or 7d, not "${text}".`)
}
