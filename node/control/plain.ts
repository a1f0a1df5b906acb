/** Results as JSON has them. */

/** Dates are text. */
export type Plain<T> = T extends Date
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T

export function plainOf<T>(value: T): Plain<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of it
  return JSON.parse(JSON.stringify(value)) as Plain<T>
}
