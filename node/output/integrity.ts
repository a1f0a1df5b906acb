/** A report of what a node stores, as text. */
import { grouped, table } from './terminal.ts'
import type { IntegrityReport } from '../../src/index.ts'

export function integrityText(report: IntegrityReport): string {
  const { isWhole, isRepaired, files, lostAtEnd, values, damaged, unreadable, facts, hive } = report
  const rows = [
    ['store', isWhole ? 'whole: nothing is lost or damaged' : 'damaged'],
    ['values', unreadable ?? grouped(values)],
    ...countsOf('damaged', damaged),
    ...countsOf('lost at the end of', lostAtEnd),
    ...files.map(({ file, problem }) => ['file', `${file}: ${PROBLEMS[problem]}`]),
    ...(isRepaired ? [['tables', 'rebuilt when the store was opened']] : [])
  ]
  if (facts !== undefined) {
    rows.push(
      ['facts', grouped(facts.facts)],
      ['facts lost', grouped(facts.lost)],
      ...facts.lostIds.map((id) => ['lost', id]),
      ['mended', grouped(facts.mended)]
    )
  }
  if (hive !== undefined) {
    rows.push(
      ['entries', grouped(hive.entries)],
      ['feeds to fetch again', grouped(hive.emptied)],
      ['records restored', grouped(hive.restored)]
    )
  }
  return table(rows)
}

const PROBLEMS = {
  missing: 'it is missing',
  size: 'it has another size',
  content: 'its contents changed'
} as const

function countsOf(what: string, counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [`${what} ${name}`, String(count)])
}
