/** What came of facts that were stored. */
import { EXIT } from '../exit-codes.ts'
import { grouped, print, printJson, sanitizeText, warn } from './terminal.ts'
import type { DistillReport } from '../../src/index.ts'
import type { ExitCode } from '../exit-codes.ts'

/** Refused lines printed in full; the others are counted. */
const MAX_SHOWN = 20

/** The exit code says whether something was refused. */
export function reportDistilled(report: DistillReport, isJson: boolean): ExitCode {
  if (isJson) printJson(report)
  else printDistilled(report)
  return report.rejected.length > 0 ? EXIT.refused : EXIT.ok
}

function printDistilled({
  read,
  new: fresh,
  duplicate,
  corroborated,
  rejected,
  seconds
}: DistillReport): void {
  const rate = read < 1_000 ? '' : ` (${grouped(Math.round(read / seconds))}/s)`
  const known = corroborated === 0 ? '' : ` ${corroborated} found by peers too,`
  print(
    `${read} read: ${fresh} new,${known} ${duplicate} already stored, ${rejected.length} refused${rate}`
  )
  for (const { line, reason } of rejected.slice(0, MAX_SHOWN)) {
    warn(`  line ${line}: ${sanitizeText(reason)}`)
  }
  if (rejected.length > MAX_SHOWN)
    warn(`  and ${rejected.length - MAX_SHOWN} more (--json lists all)`)
}

/** Of work that was interrupted. */
export function storedSoFar(last: string | undefined): string {
  return last === undefined
    ? 'No facts are known to be stored. The same input again stores what is missing.'
    : `Stored at least: ${last}. The same input again stores the rest.`
}
