/** JSON of a run: it must not harm its reader. Read in the thread of the run. */
import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { MAX_DEPTH } from './constants.ts'
import type { Json } from './canonical-json.ts'

const QUOTE = 34
const BACKSLASH = 92
const OPENING: ReadonlySet<number> = new Set(['[', '{'].map((char) => char.charCodeAt(0)))
const CLOSING: ReadonlySet<number> = new Set([']', '}'].map((char) => char.charCodeAt(0)))

/**
 * The problem of a text that the engine wrote: nested too deeply for common readers, or with a key
 * that would set a prototype when copied. Undefined if there is none.
 */
export function jsonProblem(text: string): string | undefined {
  if (!isFlat(text)) return `is nested deeper than ${MAX_DEPTH} levels`
  // The engine writes this key in this form only.
  if (text.includes('"__proto__"') && hasPrototypeKey(parseJson(text))) {
    return 'contains an object with the key "__proto__"'
  }
  return undefined
}

/** SHA-256 of the value as canonical JSON, 64 hex digits. */
export function outputHashOf(text: string): string {
  return hash('sha256', canonicalJson(parseJson(text)), 'hex')
}

/** The value of a checked text. */
export function parseJson(text: string): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
  return JSON.parse(text) as Json
}

function isFlat(json: string): boolean {
  let depth = 0
  let isText = false
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (isText) {
      if (code === BACKSLASH) i += 1
      else if (code === QUOTE) isText = false
    } else if (code === QUOTE) {
      isText = true
    } else if (OPENING.has(code)) {
      depth += 1
      if (depth > MAX_DEPTH) return false
    } else if (CLOSING.has(code)) {
      depth -= 1
    }
  }
  return true
}

function hasPrototypeKey(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasPrototypeKey)
  return Object.entries(value).some(([key, item]) => key === '__proto__' || hasPrototypeKey(item))
}
