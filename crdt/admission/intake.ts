/** What this node has stored of others today, beside its budgets: by kind of payer, without a name. */
import { halfOf } from './entry-budgets.ts'
import type { BudgetLimits } from './entry-budgets.ts'
import type { DayBudget, DayBudgets } from './day-budgets.ts'

/**
 * Who pays: all peers together, and the peer, author or member that has used most; bodies that came
 * without an entry. With `-new` it is the half that entries of new authors may take.
 */
export type IntakePayer = 'all' | 'all-new' | 'author' | 'bodies' | 'member' | 'peer' | 'peer-new'

/** A budget of a day (UTC), in one unit. `used`: the most that one payer of the kind has used. */
export interface IntakeBudget {
  readonly payer: IntakePayer
  readonly unit: 'authors' | 'bytes' | 'entries'
  readonly used: number
  readonly limit: number
}

const UNITS = ['authors', 'entries', 'bytes'] as const

const NOTHING: DayBudget = { authors: 0, entries: 0, bytes: 0 }

/** Budgets without a limit are left out. */
export function intakeOf(
  budgets: Pick<DayBudgets, 'most'>,
  limits: BudgetLimits,
  isClosed: boolean
): IntakeBudget[] {
  const { all, author, bodies, member, peer } = limits
  const byPayer: [IntakePayer, DayBudget][] = isClosed
    ? [['member', member]]
    : [
        ['all', all],
        ['all-new', halfOf(all)],
        ['peer', peer],
        ['peer-new', halfOf(peer)],
        ['author', author]
      ]
  return [...byPayer, ['bodies', bodies] as const].flatMap(([payer, limit]) => {
    const used = budgets.most(payer) ?? NOTHING
    return UNITS.filter((unit) => limit[unit] > 0 && limit[unit] < Infinity).map((unit) => ({
      payer,
      unit,
      used: used[unit],
      limit: limit[unit]
    }))
  })
}
