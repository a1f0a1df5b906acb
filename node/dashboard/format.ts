/**
 * Numbers and times as the page shows them: each with its unit. `Intl` is not used: its first use takes
 * 50 ms of the first view, 200 ms on a telephone.
 */
import { T } from './strings.ts'
import type { Failure } from './state/failure.ts'

const KILO = 1_000

/** `1,234,567.8` */
function grouped(number: number): string {
  const [digits = '', fraction] = String(number).split('.')
  const groups = digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return fraction === undefined ? groups : `${groups}.${fraction}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

export function count(number: number, [one, many]: readonly [string, string]): string {
  return `${whole(number)} ${number === 1 ? one : many}`
}

export function whole(number: number): string {
  return grouped(Math.round(number))
}

export function decimal(number: number): string {
  return grouped(Math.round(10 * number) / 10)
}

export function percent(share: number): string {
  return `${decimal(100 * share)} %`
}

/** Milliseconds as ms, s, min or h. */
export function duration(ms: number): string {
  if (ms < KILO) return `${decimal(ms)} ms`
  const seconds = ms / KILO
  if (seconds < 60) return `${decimal(seconds)} s`
  if (seconds < 3_600) return `${whole(Math.floor(seconds / 60))} min`
  const hours = Math.floor(seconds / 3_600)
  return hours < 48
    ? `${hours} h ${Math.floor((seconds % 3_600) / 60)} min`
    : `${whole(Math.floor(hours / 24))} d`
}

/** `2026-12-01 09:05:07`, in the time zone of the browser. */
export function timeText(at: number | string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return T.common.noTime
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
  return `${day.map(twoDigits).join('-')} ${time.map(twoDigits).join(':')}`
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
