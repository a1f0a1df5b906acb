/**
 * The logger of libp2p and of the swarm, over a structured log: components `hive:*` from the level
 * `debug` on, those of libp2p at `trace`.
 */
import { isPeerId } from '@libp2p/interface'
import { isMultiaddr } from '@multiformats/multiaddr'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { Log, LogLevel } from './log.ts'

const FORMAT = /%([%a-zA-Z])/g

export function componentLogger(log: Log): ComponentLogger {
  return { forComponent: (name) => loggerOf(log, name) }
}

function loggerOf(log: Log, name: string): Logger {
  const isOwn = name.startsWith('hive:')
  const at =
    (level: LogLevel) =>
    (format: unknown, ...values: readonly unknown[]): void => {
      if (log.has(level)) log.line(level, name, formatted(format, values))
    }
  return Object.assign(at(isOwn ? 'debug' : 'trace'), {
    error: at(isOwn ? 'warn' : 'trace'),
    trace: at('trace'),
    enabled: log.has(isOwn ? 'debug' : 'trace'),
    newScope: (scope: string) => loggerOf(log, `${name}:${scope}`)
  })
}

/** In the forms of `@libp2p/logger`. Objects and bytes are named, not written: they have content. */
function formatted(format: unknown, values: readonly unknown[]): string {
  if (format instanceof Error) return errorText(format)
  let next = 0
  return String(format).replaceAll(FORMAT, (all: string, letter: string) => {
    if (letter === '%') return '%'
    const value = values[next++]
    if (value === undefined) return all === '%e' ? '' : 'undefined'
    if (value instanceof Error) return errorText(value)
    if (letter === 's' || letter === 'd' || letter === 'p' || letter === 'a' || letter === 'i') {
      return simple(value)
    }
    return value instanceof Uint8Array ? `[${value.length} bytes]` : `[${typeof value}]`
  })
}

/** A number, a text, or what peer ids and addresses say of themselves. */
function simple(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  return isPeerId(value) || isMultiaddr(value) ? value.toString() : '[object]'
}

/** What Node.js and libp2p report has addresses and names of protocols. */
function errorText({ name, message }: Error): string {
  return `${name}: ${message}`
}
