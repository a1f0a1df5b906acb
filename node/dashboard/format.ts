/** Numbers and times as the page shows them: each with its unit. */
import { T } from './strings.ts'
import type { Failure } from './state/api.ts'

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const ONE = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })
const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1]
]

const KILO = 1_000

export function count(number: number, [one, many]: readonly [string, string]): string {
  return `${WHOLE.format(number)} ${number === 1 ? one : many}`
}

export function whole(number: number): string {
  return WHOLE.format(number)
}

export function decimal(number: number): string {
  return ONE.format(number)
}

export function percent(share: number): string {
  return `${ONE.format(100 * share)} %`
}

/** Milliseconds as ms, s, min or h. */
export function duration(ms: number): string {
  if (ms < KILO) return `${ONE.format(ms)} ms`
  const seconds = ms / KILO
  if (seconds < 60) return `${ONE.format(seconds)} s`
  if (seconds < 3_600) return `${WHOLE.format(Math.floor(seconds / 60))} min`
  const hours = Math.floor(seconds / 3_600)
  return hours < 48
    ? `${hours} h ${Math.floor((seconds % 3_600) / 60)} min`
    : `${WHOLE.format(Math.floor(hours / 24))} d`
}

export function bytes(number: number): string {
  if (number < KILO) return `${WHOLE.format(number)} B`
  if (number < KILO ** 2) return `${ONE.format(number / KILO)} kB`
  return `${ONE.format(number / KILO ** 2)} MB`
}

export function timeText(at: number | string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? T.common.noTime : TIME.format(date)
}

export function dayText(at: number | string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? T.common.noTime : DAY.format(date)
}

/** `3 minutes ago`. */
export function ago(at: number | string, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / KILO
  if (!Number.isFinite(seconds)) return T.common.noTime
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1]
  return AGO.format(Math.round(seconds / size), unit)
}

export function shortId(id: string): string {
  return id.slice(0, 10)
}

export function failureText({ code, text }: Failure): string {
  return code === 'OFFLINE' ? T.states.offline : `${text} (${code})`
}

/** JSON in one line, for reading. */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** `choose-option strategy good`. */
export function mutationText(mutation: object): string {
  return Object.values(mutation).map(jsonText).join(' ')
}
