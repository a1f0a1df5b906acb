/** Budgets of the day that are nearly used, as text. */
import { grouped } from './terminal.ts'
import type { ResultOf } from '../operations/index.ts'

type Intake = ResultOf<'status'>['intake']

/** A budget of the day above this share is shown. */
const NEARLY_USED = 0.8

const PAYERS: Readonly<Record<Intake[number]['payer'], string>> = {
  all: 'all peers',
  'all-new': 'new authors of all peers',
  author: 'one author',
  bodies: 'single records',
  member: 'one member',
  peer: 'one peer',
  'peer-new': 'new authors of one peer'
}

export function intakeLines(intake: Intake): string[] {
  return intake
    .filter(({ used, limit }) => used > limit * NEARLY_USED)
    .map(({ payer, unit, used, limit }) => {
      const share = `${Math.floor((used / limit) * 100)} % of the ${unit} of this day`
      return `${PAYERS[payer]}: ${share} (${grouped(used)} of ${grouped(limit)}); the rest waits until 00:00 UTC`
    })
}
