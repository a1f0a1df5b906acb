/** The nesting of JSON is bounded before it is parsed: parsers and walks recurse. */

/** Levels of arrays and objects; no input of an operation needs more. */
export const MAX_DEPTH = 200

export const TOO_DEEP = `The JSON is nested deeper than ${MAX_DEPTH} levels.`

/** Brackets within strings do not count. */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}
