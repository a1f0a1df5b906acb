/** Money: whole picodollars (1e-12 USD) in a bigint, so that sums of prices a token are exact. */

export type Picodollars = bigint

const DIGITS = 12
const DECIMAL = /^(?<whole>\d+)(?:\.(?<fraction>\d+))?$/

/**
 * Parses USD as decimal text, such as `0.125`. Undefined if it is not valid, or finer than a
 * picodollar.
 */
export function parseUsd(text: string): Picodollars | undefined {
  const groups = DECIMAL.exec(text)?.groups
  if (groups === undefined) return undefined
  const { whole = '', fraction = '' } = groups
  if (fraction.length > DIGITS) return undefined
  return BigInt(whole + fraction.padEnd(DIGITS, '0'))
}

/** USD as decimal text, without trailing zeros. */
export function formatUsd(amount: Picodollars): string {
  const sign = amount < 0n ? '-' : ''
  const digits = String(amount < 0n ? -amount : amount).padStart(DIGITS + 1, '0')
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`
}
