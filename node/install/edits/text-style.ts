/** Line ends and indentation of a text, so that insertions look like the rest. */

export interface TextStyle {
  readonly eol: '\n' | '\r\n'
  /** One level of indentation. */
  readonly unit: string
}

export function styleOf(text: string): TextStyle {
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^(\t|[ ]+)\S/m.exec(text)?.[1] ?? '  '
  return { eol, unit: indent.startsWith('\t') ? '\t' : indent }
}

/** The white space at the beginning of the line of `offset`. */
export function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? ''
}

/** `3:14` for messages; both count from 1. */
export function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

export interface Splice {
  readonly at: number
  readonly length: number
  readonly text: string
}

/** Applies splices that do not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = text
  for (const { at, length, text: inserted } of splices.toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + inserted + result.slice(at + length)
  }
  return result
}

export function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text.trim() === ''
}
