/** Where a text stops being JSON: not all errors of `JSON.parse` say it. */

/** Both count from 1. */
interface TextPosition {
  readonly line: number
  readonly column: number
}

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'next'

const SPACE = /[ \t\r\n]*/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** The first control character that a string must escape is below it. */
const FIRST_PLAIN = 0x20

/** "line 3, column 16"; undefined for a text that is JSON. */
export function jsonFault(text: string): string | undefined {
  const at = faultIn(text)
  if (at === undefined) return undefined
  const { line, column } = positionIn(text, at)
  return `line ${line}, column ${column}`
}

function positionIn(text: string, at: number): TextPosition {
  const before = text.slice(0, at)
  const column = at - before.lastIndexOf('\n')
  return { line: before.split('\n').length, column }
}

/** The first character that no JSON goes on with, or the end of a text that is not whole. */
function faultIn(text: string): number | undefined {
  const open: string[] = []
  let expected: Expected = 'value'
  for (let at = endOf(SPACE, text, 0); ; at = endOf(SPACE, text, at)) {
    const sign = text.charAt(at)
    const end = open.at(-1)
    const mayEnd = expected === 'next' || expected.startsWith('first')
    if (expected === 'next' && end === undefined) return at === text.length ? undefined : at
    if (mayEnd && end !== undefined && sign === end) {
      open.pop()
      expected = 'next'
      at += 1
    } else if (expected === 'next') {
      if (sign !== ',') return at
      expected = end === '}' ? 'key' : 'value'
      at += 1
    } else if (expected === 'colon') {
      if (sign !== ':') return at
      expected = 'value'
      at += 1
    } else if (expected === 'key' || expected === 'first key') {
      if (sign !== '"') return at
      const string = stringIn(text, at)
      if (string.fault !== undefined) return string.fault
      at = string.end
      expected = 'colon'
    } else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? '}' : ']')
      expected = sign === '{' ? 'first key' : 'first value'
      at += 1
    } else if (sign === '"') {
      const string = stringIn(text, at)
      if (string.fault !== undefined) return string.fault
      at = string.end
      expected = 'next'
    } else {
      const after = endOf(SCALAR, text, at)
      if (after === at) return at
      at = after
      expected = 'next'
    }
  }
}

function stringIn(text: string, from: number): { readonly end: number; readonly fault?: number } {
  let at = from + 1
  while (at < text.length && text.charAt(at) !== '"') {
    const after = text.charAt(at) === '\\' ? endOf(ESCAPE, text, at) : at + 1
    if (after === at || text.charCodeAt(at) < FIRST_PLAIN) return { end: at, fault: at }
    at = after
  }
  return at < text.length ? { end: at + 1 } : { end: at, fault: at }
}

/** Where a match at this place ends; the place itself if there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
