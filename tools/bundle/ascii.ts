/** Code in ASCII: V8 stores a text with one other character in twice the memory. */
import { parse, tokTypes } from 'acorn'
import type { Token } from 'acorn'

const OTHERS = /[^\0-\u007f]/g
const ESCAPED = /\\[^\0-\u007f]/

/**
 * esbuild escapes all characters but those of regular expressions, where an escape means the same.
 * Throws if one is elsewhere.
 */
export function inAscii(code: string): string {
  if (code.search(OTHERS) === -1) return code
  let escaped = ''
  let done = 0
  const tokens: Token[] = []
  parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, onToken: tokens })
  for (const { type, start, end } of tokens) {
    const token = code.slice(start, end)
    if (token.search(OTHERS) === -1) continue
    if (type !== tokTypes.regexp || ESCAPED.test(token)) {
      throw new Error(`"${token}" is not in ASCII, and cannot be written so.`)
    }
    escaped += code.slice(done, start) + token.replace(OTHERS, escapeOf)
    done = end
  }
  return escaped + code.slice(done)
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
