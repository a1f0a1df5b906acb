/** Characters of a text of the caller that a message repeats. */
const MAX_QUOTED = 80

/** A text of the caller as a message repeats it, in quotes: the beginning of a long one. */
export function quoted(text: unknown): string {
  if (typeof text !== 'string') return text === null ? 'null' : `a value of type ${typeof text}`
  if (text.length <= MAX_QUOTED) return `"${text}"`
  return `"${text.slice(0, MAX_QUOTED).toWellFormed()}..."`
}
