/** JSON out of a run: whatever it is, it must not harm who reads it. */
import { SandboxError } from './errors.ts'
import { MAX_DEPTH } from './limits.ts'
import type { Json } from '../canonical-json.ts'

/**
 * The value of a text that a run returned. Throws `SandboxError` (SKILL_OUTPUT) when it is nested
 * deeper than most can read, or has a key that sets the prototype of what it is copied into.
 */
export function parseOutput(text: string): Json {
  if (!isFlat(text)) {
    throw new SandboxError('SKILL_OUTPUT', `It returned JSON deeper than ${MAX_DEPTH} levels.`)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
  return JSON.parse(text, refusePrototype) as Json
}

/** Whether JSON is nested no deeper than `MAX_DEPTH`. */
export function isFlat(json: string): boolean {
  let depth = 0
  let isText = false
  for (let i = 0; i < json.length; i++) {
    const char = json[i]
    if (isText) {
      if (char === '\\') i += 1
      else if (char === '"') isText = false
    } else if (char === '"') {
      isText = true
    } else if (char === '[' || char === '{') {
      depth += 1
      if (depth > MAX_DEPTH) return false
    } else if (char === ']' || char === '}') {
      depth -= 1
    }
  }
  return true
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value
  throw new SandboxError('SKILL_OUTPUT', 'It returned an object with the key "__proto__".')
}
