/**
 * Reads a question that is a raw error, a stack trace, the output of a tool, or a long prompt.
 *
 * Noise is removed: paths but for the name of the package or file, positions, addresses, hashes,
 * UUIDs, times, durations, ports, process ids, colours, progress bars and frames of the trace.
 * Signal comes first: codes, then names of exceptions, packages and symbols, then the lines that
 * state the error. The work is linear in the length, which is bounded.
 */
import { errorCodes } from './error-codes.ts'
import type { ErrorCode } from './error-codes.ts'

/** A question as it is searched for. */
export interface Question {
  /** What the index is asked: at most 32 words count, so that the telling ones come first. */
  readonly text: string
  readonly codes: readonly ErrorCode[]
  /** Whether it was read as an error or a prompt, not as words to find. */
  readonly isRaw: boolean
}

/** Characters that are read at the beginning and at the end of a long text: 64 KiB together. */
const MAX_BEGINNING = 49_152
const MAX_END = 16_384

/** Longer lines are cut, and more lines are not read. */
const MAX_LINE = 2_000
const MAX_LINES = 2_000

/** A question of one line with at most this many characters and no sign of an error is left as it is. */
const MAX_PLAIN = 240

/** Lines that state an error which are read from the beginning, and from the end. */
const FIRST_STATEMENTS = 4
const LAST_STATEMENTS = 2

/** Lines read of a text in which no line states an error. */
const MAX_OTHER = 6

const MAX_SYMBOLS = 12
const MAX_PACKAGES = 4

const ESCAPE = String.fromCharCode(0x1b)
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;?]{0,20}[ -/]{0,4}[@-~]`, 'g')

const FRAME =
  /^\s*(?:at\s\S.{0,400}[(:]|File "[^"]*", line \d|\d+: +(?:0x[0-9a-f]+ - )?[\w<>]+::|from \S+:\d+:in |goroutine \d+|\S+\.go:\d+ \+0x|\[\w+\]\s*at |\.{3} \d+ more|#\d+\s+0x|in \S+ at \S+:\d+|-->|\|)/
const PYTHON_FRAME = /^\s*File "[^"]*", line \d/
/** The code that a compiler prints below its message. */
const LISTING = /^\s*(?:\d+|LL)?\s*[|│~+]|^\s*(?:\d+|LL)?\s*- /
const PROGRESS =
  /\d{1,3}%.*[#=█▇▓░━─⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏|]|^[\s#=.\-_*~^+|/\\<>[\](){}█░━─]*$|^\s*[\d.]+ ?[kMG]i?B\/s/
const STATES_ERROR =
  /\b(?:error|errors|exception|fatal|panic|panicked|failed|failure|fail|cannot|can't|could not|couldn't|unable|denied|refused|not found|undefined|unexpected|invalid|missing|unresolved|abort(?:ed)?|killed|segmentation|traceback|warning|timed out|conflict|unsupported|deprecated)\b|\b[A-Za-z.]{0,80}(?:Error|Exception|Warning)\b|\bERR!|✖|✗/i
/** `file:line:column:` or `file(line,column):` begins a message. */
const DIAGNOSTIC = /^\s{0,8}(?:[^\s:]{1,300}:\d+(?::\d+)?:\s|[^\s(]{1,300}\(\d+,\d+\):\s)/
const LOG_NOISE =
  /^\s*(?:npm (?:ERR!|error) (?:A complete log|code ELIFECYCLE|errno|\s*$)|Traceback \(most recent|Process finished|During handling of|note: run with|Stack trace|Call stack)/i

const NOISE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, ' '],
  [
    /\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g,
    ' '
  ],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, ' '],
  [/\b0x[0-9a-f]+\b/gi, ' '],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b/gi, ' '],
  [/\bsha\d+-[\w+/=]{20,100}/g, ' '],
  [/\b(?:pid|port|process|thread|tid)[ :=#]{0,3}\d+/gi, ' '],
  [/\b\d+(?:\.\d+)?\s?(?:ms|us|µs|ns|s|sec|secs|seconds|minutes|min|m|h|[kKMG]i?B|bytes)\b/g, ' '],
  // The major version stays.
  [/@?[v^~]?\b(\d{1,3})\.\d+(?:\.\d+)?(?:[-+][\w.]+)?\b/g, ' @$1 '],
  [/\bline \d+(?:,? col(?:umn)? \d+)?/gi, ' '],
  [/:\d+(?::\d+)?\b/g, ' '],
  [/\(\d+,\s?\d+\)/g, ' '],
  [/\[\d+\]/g, ' ']
]

/** Numbers that say something: exit codes and states of HTTP. */
const TELLING_NUMBER =
  /\b(?:exit code|exit status|exited with|status|code|errno|HTTP|signal)[ :=]{0,3}(\d{1,4})\b/gi
const NUMBER = /(?<![\w@-])\d+(?![\w-])/g

/** The last part of an address often names the error. */
const URL_NAME =
  /\bhttps?:\/\/[^\s"'<>)\]]{0,400}?([\w-]{3,60})(?:\.html?)?\/?(?=[\s"'<>)\],;|]|$)/g

const PATH = /(?:\b[A-Za-z]:)?(?:[\w.@+~-]{0,80}[\\/]){1,40}[\w.@+~-]{1,120}/g
const PACKAGE =
  /node_modules[\\/]((?:@[\w.-]{1,80}[\\/])?[\w.-]{1,80})|site-packages[\\/]([\w-]{1,80})|[\\/]registry[\\/]src[\\/][^\\/]{1,80}[\\/]([\w-]{1,60}?)-\d/g
/** A scoped package is no path. */
const SCOPED = /^@[a-z0-9][\w.-]{0,60}\/[\w.-]{1,60}$/

const SYMBOL =
  /\b(?:[A-Za-z_$][\w$]{0,60}\.)*[A-Z][\w$]{0,60}(?:Error|Exception|Warning|Failure|Interrupt)\b|(?<=[`'"‘“])@?[\w$][\w$.:/@-]{1,60}(?=[`'"’”])/g

/** Reads a question: words to find stay as they are, anything else is reduced to what tells. */
export function readQuestion(raw: string): Question {
  const text =
    raw.length > MAX_BEGINNING + MAX_END
      ? `${raw.slice(0, MAX_BEGINNING)}\n${raw.slice(-MAX_END)}`
      : raw
  if (isPlain(text)) return { text, codes: errorCodes(text), isRaw: false }
  const lines = linesOf(text)
  const stated = statementsOf(lines)
  const statement = stated.map(cleanLine).join('\n')
  const codes = codesOf(stated, lines)
  const parts = [
    codes.map(({ name }) => name).join(' '),
    symbolsOf(stated).map(cleanLine).join(' '),
    packagesOf(stated.length === 0 ? lines : stated).join(' '),
    statement
  ]
  return { text: parts.filter((part) => part !== '').join('\n'), codes, isRaw: true }
}

function isPlain(text: string): boolean {
  return (
    text.length <= MAX_PLAIN &&
    !text.includes('\n') &&
    !text.includes('\u001b') &&
    !/(?:Error|Exception|ERR!|error|panicked)\b.{0,80}:|:\d+:\d+|[\\/][\w.-]+[\\/][\w.-]+[\\/]|0x[0-9a-f]{4}/.test(
      text
    )
  )
}

/** Without colours; of a line that was written over, the last state. */
function linesOf(text: string): string[] {
  return text
    .replace(COLOURS, '')
    .split('\n', MAX_LINES)
    .map((line) => line.replace(/\r+$/, ''))
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).slice(0, MAX_LINE))
    .filter((line) => !PROGRESS.test(line) && !LOG_NOISE.test(line))
}

/** The lines that state an error; without any, the first lines and the last one. */
function statementsOf(lines: readonly string[]): string[] {
  const told = lines.filter(
    (line, i) => !FRAME.test(line) && !LISTING.test(line) && !isSourceLine(line, lines[i - 1] ?? '')
  )
  const stating = told.filter((line) => STATES_ERROR.test(line) || DIAGNOSTIC.test(line))
  const others = told.filter((line) => !STATES_ERROR.test(line) && !DIAGNOSTIC.test(line))
  // A tool that names positions prints headings and totals beside them; a report has a title.
  const hasPositions = stating.some((line) => DIAGNOSTIC.test(line))
  const chosen =
    stating.length === 0
      ? [...told.slice(0, MAX_OTHER - 1), ...told.slice(MAX_OTHER - 1).slice(-1)]
      : [
          ...(hasPositions ? [] : told.slice(0, 1)),
          ...stating.slice(0, FIRST_STATEMENTS),
          ...stating.slice(FIRST_STATEMENTS).slice(-LAST_STATEMENTS),
          ...(hasPositions ? [] : others.slice(0, 2))
        ]
  return [...new Set(chosen)]
}

/** Python prints the source below each frame. */
function isSourceLine(line: string, before: string): boolean {
  return PYTHON_FRAME.test(before) && line.startsWith('    ')
}

function codesOf(stated: readonly string[], lines: readonly string[]): readonly ErrorCode[] {
  const codes = errorCodes(stated.join('\n'))
  return codes.length > 0
    ? codes
    : errorCodes(
        lines
          .filter((line) => !LISTING.test(line))
          .slice(0, 40)
          .join('\n')
      )
}

function symbolsOf(lines: readonly string[]): string[] {
  const found = lines.flatMap((line) => [...line.matchAll(SYMBOL)].map(([symbol]) => symbol))
  return [...new Set(found)].slice(0, MAX_SYMBOLS)
}

function packagesOf(lines: readonly string[]): string[] {
  const found = lines.flatMap((line) =>
    [...line.matchAll(PACKAGE)].map(([, a, b, c]) => (a ?? b ?? c ?? '').replaceAll('\\', '/'))
  )
  return [...new Set(found)].slice(0, MAX_PACKAGES)
}

function cleanLine(line: string): string {
  const telling = [...line.matchAll(TELLING_NUMBER)].map(([, number]) => number)
  const shortened = NOISE.reduce(
    (text, [pattern, by]) => text.replace(pattern, by),
    line.replace(URL_NAME, ' $1 ').replace(PATH, nameOfPath)
  )
  const kept = shortened.replace(NUMBER, (number) => (number.length === 1 ? number : ' '))
  return [kept, ...telling].join(' ').replace(/\s+/g, ' ').trim()
}

/** The package of a path, or else the file that it ends with. */
function nameOfPath(path: string): string {
  if (SCOPED.test(path)) return path
  const [, scoped, python, rust] = [...path.matchAll(PACKAGE)].at(-1) ?? []
  const name = scoped ?? python ?? rust
  return name === undefined ? (path.split(/[\\/]/).at(-1) ?? '') : name.replaceAll('\\', '/')
}
