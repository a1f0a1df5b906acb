/** Days since 1970: all that is said of when something was published. */
const DAY = 24 * 60 * 60 * 1000

export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / DAY)
}
