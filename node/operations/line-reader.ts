/** Text in lines, one bounded line at a time, in the encodings that files of lines come in. */

import { isTooDeep } from './json-depth.ts'

/** Six characters for each byte of a record, as JSON escapes control characters, and its other fields. */
export const MAX_LINE_CHARS = 320 * 1024

export type Chunks = AsyncIterable<Buffer | string> | Iterable<string>

/** The lines with these fields where a line has none of its own; other lines as they are. */
export async function* withDefaults(
  chunks: AsyncIterable<Buffer | string>,
  defaults: Readonly<Record<string, unknown>>
): AsyncGenerator<string> {
  for await (const line of linesOf(chunks)) {
    // A line that is too long stays too long.
    yield `${line === undefined ? TOO_LONG : merged(line, defaults)}\n`
  }
}

/** Bytes that tell the encoding. */
const MARK_BYTES = 2

const TOO_LONG = '#'.repeat(MAX_LINE_CHARS + 1)

function merged(line: string, defaults: Readonly<Record<string, unknown>>): string {
  if (isTooDeep(line)) return line
  try {
    const parsed: unknown = JSON.parse(line)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? JSON.stringify({ ...defaults, ...parsed }) : line
  } catch {
    return line
  }
}

/** Lines without their ends; undefined for a line that is too long. */
export async function* linesOf(
  chunks: Chunks,
  maxChars = MAX_LINE_CHARS
): AsyncGenerator<string | undefined> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let begun = Buffer.alloc(0)
  let rest = ''
  let isTooLong = false
  const textOf = (chunk: Buffer): string => {
    if (decoder !== undefined) return decoder.decode(chunk, { stream: true })
    begun = Buffer.concat([begun, chunk])
    if (begun.length < MARK_BYTES) return ''
    decoder = new TextDecoder(encodingOf(begun))
    return decoder.decode(begun, { stream: true })
  }
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : textOf(chunk)
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield isTooLong || line.length > maxChars ? undefined : withoutMark(line)
      isTooLong = false
    }
    if (rest.length > maxChars) {
      isTooLong = true
      rest = ''
    }
  }
  rest += decoder?.decode() ?? begun.toString()
  if (isTooLong) yield undefined
  else if (rest.trim() !== '') yield withoutMark(rest)
}

/** By the byte order mark, or else by the zero byte beside an ASCII character: UTF-8 has none. */
function encodingOf(first: Buffer): string {
  const [one, two] = first
  if (one === 0xff && two === 0xfe) return 'utf-16le'
  if (one === 0xfe && two === 0xff) return 'utf-16be'
  if (two === 0 && one !== undefined && one !== 0) return 'utf-16le'
  return one === 0 && two !== undefined && two !== 0 ? 'utf-16be' : 'utf-8'
}

/** Text that was joined of several files has a mark at the beginning of each. */
function withoutMark(line: string): string {
  return line.startsWith('\ufeff') ? line.slice(1) : line
}
