/** Results in the form that JSON gives them. */

/** Dates become text. */
export type Jsonified<T> = T extends Date
  ? string
  : T extends string
    ? T
    : T extends readonly string[]
      ? readonly string[]
      : T extends object
        ? { readonly [K in keyof T]: Jsonified<T[K]> }
        : T

export function jsonify<T>(value: T): Jsonified<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of it
  return JSON.parse(JSON.stringify(value)) as Jsonified<T>
}
