/**
 * Structured logs of a running node, on the standard error. A line has a time, a level, a component
 * and fields that are named here or by the caller: never the content of facts, prompts, skills or
 * answers, and no key.
 */

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const LOG_FORMATS = ['text', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

export type LogValue = boolean | number | string | readonly string[] | undefined
export type LogFields = Readonly<Record<string, LogValue>>

export interface LogInit {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly write: (line: string) => void
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number
}

/** Characters of one value; what peers send may be long. */
const MAX_VALUE = 500

export class Log {
  readonly #init: LogInit
  readonly #rank: number

  constructor(init: LogInit) {
    this.#init = init
    this.#rank = LOG_LEVELS.indexOf(init.level)
  }

  /** Whether lines of this level are written. */
  has(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= this.#rank
  }

  line(level: LogLevel, component: string, message: string, fields: LogFields = {}): void {
    if (!this.has(level)) return
    const { format, now, write } = this.#init
    const time = new Date(now()).toISOString()
    const cut = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, shortened(value)] as const]
    )
    const text = shortened(message)
    write(
      format === 'json'
        ? JSON.stringify({ time, level, component, message: text, ...Object.fromEntries(cut) })
        : [time, level.toUpperCase().padEnd(5), component, text, ...cut.map(textOf)].join(' ')
    )
  }
}

function textOf([name, value]: readonly [string, LogValue]): string {
  const text = typeof value === 'object' ? value.join(',') : String(value)
  return `${name}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`
}

/** One line, without control characters. */
function shortened<T extends LogValue>(value: T): T | string | readonly string[] {
  if (typeof value === 'string') return plain(value)
  return typeof value === 'object' ? value.map(plain) : value
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}...` : line
}
