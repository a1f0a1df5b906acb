/** Output of the commands: results to standard output, progress and warnings to standard error. */
import { once } from 'node:events'
import { CommandError, LostReaderError } from '../exit-codes.ts'
import { INTERRUPT_TIME, unlessInterrupted } from '../interruption.ts'

/** Milliseconds between two progress lines, at least. */
const PROGRESS_INTERVAL = 200

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function warn(text: string): void {
  process.stderr.write(`${text}\n`)
}

/**
 * Resolves when there is room for more, so that a slow reader slows the writer. Throws
 * `LostReaderError` if the reader has gone, and when the signal aborts: a reader may never read.
 */
export async function writeLine(text: string, signal: AbortSignal): Promise<void> {
  const { stdout } = process
  signal.throwIfAborted()
  if (stdout.destroyed) throw new LostReaderError()
  if (stdout.write(`${text}\n`)) return
  try {
    await once(stdout, 'drain', { signal })
  } catch (error) {
    const isLost = error instanceof Error && 'code' in error && error.code === 'EPIPE'
    throw isLost ? new LostReaderError() : error
  }
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** A line that overwrites itself, on a terminal only. */
export function progressLine(): {
  update(text: string): void
  end(): void
} {
  const { stderr } = process
  let last = 0
  let shown = false
  return {
    update(text) {
      const now = Date.now()
      if (!stderr.isTTY || now - last < PROGRESS_INTERVAL) return
      last = now
      shown = true
      stderr.write(`\r\u001b[K${text}`)
    },
    end() {
      if (shown) stderr.write('\r\u001b[K')
      shown = false
    }
  }
}

/**
 * Shows the progress of work. If the user interrupts it or the node ends, `left` says what there is of
 * it: it gets the last progress, which is about what is on disk. Work that takes its results away is
 * waited for (`waits`); other work has `INTERRUPT_TIME` to end.
 */
export async function withProgress<T>(
  signal: AbortSignal,
  work: (update: (text: string) => void) => Promise<T>,
  left: (last: string | undefined) => string,
  { waits = false } = {}
): Promise<T> {
  const progress = progressLine()
  let last: string | undefined
  try {
    const working = work((text) => {
      last = text
      progress.update(text)
    })
    return await (waits ? working : unlessInterrupted(signal, working, INTERRUPT_TIME))
  } catch (error) {
    progress.end()
    if (signal.aborted) warn(`Interrupted. ${left(last)}`)
    else if (!waits && isNodeEnded(error)) warn(left(last))
    throw error
  } finally {
    progress.end()
  }
}

function isNodeEnded(error: unknown): boolean {
  return error instanceof CommandError && error.code === 'NODE_ENDED'
}

const COLOURS = { red: 31, green: 32, yellow: 33 } as const

/** In colour on a terminal, unless the user wants none (https://no-color.org). */
export function paint(
  colour: keyof typeof COLOURS,
  text: string,
  stream: Pick<NodeJS.WriteStream, 'isTTY'> = process.stdout
): string {
  const { NO_COLOR = '', TERM } = process.env
  if (!stream.isTTY || NO_COLOR !== '' || TERM === 'dumb') return text
  return `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
}

/** `1234567` is `1,234,567`. `toLocaleString` takes 30 ms at its first call. */
export function grouped(number: number): string {
  const [whole = '', fraction] = String(Number(number.toFixed(3))).split('.')
  const digits = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? digits : `${digits}.${fraction}`
}

/** `1 entry`, `1,200 entries`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[], indent = ''): string {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell))
  )
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => (row[column] ?? '').length))
  )
  return texts
    .map((row, i) =>
      row
        .map((text, column) => {
          const width = widths[column] ?? 0
          const isNumber = typeof (rows[i] ?? [])[column] === 'number'
          return isNumber ? text.padStart(width) : text.padEnd(width)
        })
        .join('  ')
        .trimEnd()
    )
    .map((line) => indent + line)
    .join('\n')
}

/** Text of other nodes must not move the cursor or colour the terminal. */
export function sanitizeText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
}
