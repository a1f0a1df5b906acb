/** A report of what a node stores, as text. */
import { grouped, table } from './terminal.ts'
import type { IntegrityReport, RepairReport } from '../../src/index.ts'

export function integrityText(report: IntegrityReport | RepairReport): string {
  const { isRepaired, files, lostAtEnd, values, damaged, unreadable, facts, hive } = report
  const removed = 'removed' in report ? report.removed : {}
  const rows = [
    ['store', stateOf(report)],
    ['values', unreadable ?? grouped(values)],
    ...countsOf('removed damaged', removed),
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
      ['own entries from copies', grouped(hive.returned)],
      ['records restored', grouped(hive.restored)]
    )
  }
  return [table(rows), ...remedies(report)].join('\n')
}

function stateOf(report: IntegrityReport | RepairReport): string {
  if (!report.isWhole) return 'damaged'
  const found = 'removed' in report ? Object.keys(report.removed).length + report.files.length : 0
  return found > 0 ? 'mended: nothing is damaged any more' : 'whole: nothing is lost or damaged'
}

/** What to do next about what is lost or damaged. */
function remedies(report: IntegrityReport | RepairReport): string[] {
  const { damaged, unreadable, facts, hive } = report
  const lines: string[] = []
  const isDamaged = unreadable !== undefined || Object.keys(damaged).length > 0
  if (isDamaged && 'removed' in report) {
    lines.push(
      'The repair could not remove all damage. Restore a backup into another directory: "hive restore BACKUP --data-dir DIR".'
    )
  } else if (isDamaged) {
    lines.push('Stop the node, if it runs, and remove the damaged values: "hive repair".')
  }
  if (facts !== undefined && facts.lost > 0) {
    lines.push(
      'Lost facts are in a backup only: "hive restore BACKUP --data-dir DIR". Distill them again, or end the search for one: "hive forget ID".'
    )
  }
  if (hive !== undefined && hive.emptied > 0) {
    lines.push('Emptied feeds come again from peers: connect one, with "hive start".')
  }
  return lines
}

const PROBLEMS = {
  missing: 'it is missing',
  size: 'it has another size',
  content: 'its contents changed'
} as const

function countsOf(what: string, counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [`${what} ${name}`, String(count)])
}
