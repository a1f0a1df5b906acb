/** What edits of TOML need: brackets of a line, and values to compare. */

/** Opening less closing brackets outside of strings and comments. */
export function bracketsOf(line: string): number {
  const bare = line.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'|#.*$/gm, '')
  return bare.split('[').length - bare.split(']').length
}

/** The parser's objects have no prototype. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}
