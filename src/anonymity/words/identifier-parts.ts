/** The words that an identifier is composed of. */

const PARTS = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g

/** `parseHTTPHeader_v2` has the parts `parse`, `HTTP`, `Header` and `v`. */
export function partsOf(identifier: string): readonly string[] {
  return identifier.match(PARTS) ?? []
}
