/** What a benchmark prints: the parameters it ran with, and one line a figure. */
import { availableParallelism } from 'node:os'
import { median, ratios } from './samples.ts'
import type { Samples } from './samples.ts'

export interface Row {
  readonly figure: string
  readonly measured: Samples
  readonly reference?: { readonly name: string; readonly measured: Samples }
  /** Digits behind the point; none by default. */
  readonly digits?: number
}

const HEADINGS = ['', 'median', 'least', 'most', 'reference', 'median', 'ratio']
const COLUMNS_OF_TEXT: ReadonlySet<number> = new Set([0, 4])

/** `titles`: lines above the table, the first one naming it. */
export function printTable(titles: readonly string[], rows: readonly Row[]): void {
  const cells = [HEADINGS, ...rows.map((row) => cellsOf(row))]
  const widths = HEADINGS.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0
        return COLUMNS_OF_TEXT.has(i) ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  )
  const runtime = `node ${process.versions.node}, ${availableParallelism()} cores`
  console.log(`${[...titles, runtime].join('\n')}\n`)
  console.log(`${lines.join('\n')}\n`)
}

export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  })
}

function cellsOf({ figure, measured, reference, digits }: Row): string[] {
  const own = [median(measured), Math.min(...measured), Math.max(...measured)]
  const compared =
    reference === undefined
      ? []
      : [
          reference.name,
          formatNumber(median(reference.measured), digits),
          formatRatio(median(ratios(measured, reference.measured)))
        ]
  return [figure, ...own.map((value) => formatNumber(value, digits)), ...compared]
}

function formatRatio(ratio: number): string {
  return formatNumber(ratio, ratio < 0.1 ? 3 : 2)
}
