/** Days since 1970-01-01. A day is the only time that a publication contains. */
const DAY = 24 * 60 * 60 * 1000

export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / DAY)
}
