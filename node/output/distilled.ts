/** What came of facts that were stored. */
import { print, sanitizeText, warn } from './terminal.ts'
import type { DistillReport } from '../../src/index.ts'

/** Refused lines printed in full; the others are counted. */
const MAX_SHOWN = 20

export function printDistilled({
  read,
  new: fresh,
  duplicate,
  corroborated,
  rejected,
  seconds
}: DistillReport): void {
  const rate = read < 1_000 ? '' : ` (${Math.round(read / seconds).toLocaleString('en-US')}/s)`
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
