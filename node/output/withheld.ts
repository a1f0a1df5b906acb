/** What a node holds back, and the command that releases it. */

import type { RecallResult } from '../../src/index.ts'

/** The first insight in quarantine, for whether there is one. */
export const ANY_QUARANTINED = { state: 'quarantined', limit: 1 } as const

/** Matches that are held back are counted up to this. */
const MAX_WITHHELD = 100

/** Lines on the matches of a question that are held back. */
export function matchesWait({ quarantined, disputed, needs }: RecallResult['withheld']): string[] {
  const waits = quarantined === 1 ? 'waits' : 'wait'
  const are = disputed === 1 ? 'is' : 'are'
  return [
    ...(quarantined === 0
      ? []
      : [
          `${matches(quarantined)} ${waits} for ${authors(needs)}: "hive insights --state quarantined" lists them, "hive vouch ID" releases one on this node.`
        ]),
    ...(disputed === 0
      ? []
      : [`${matches(disputed)} ${are} disputed: "hive insights --state disputed" lists them.`])
  ]
}

/** What the nearest of the matches needs. */
function authors(needs: number): string {
  if (needs === 0) return 'your decision, since the text reads like an order to a model'
  return needs === 1 ? '1 more author' : `${needs} more authors`
}

function matches(count: number): string {
  if (count >= MAX_WITHHELD) return `${MAX_WITHHELD} matches or more`
  return count === 1 ? '1 match' : `${count} matches`
}

export const INSIGHTS_WAIT =
  'Insights of other authors wait in quarantine until more authors vouch: "hive insights --state quarantined" lists them, "hive vouch ID" releases one on this node.'

/** Below a list of insights in quarantine. */
export const LISTED_WAIT =
  'Quarantined insights influence no agent of this node. "hive vouch ID" releases one on this node.'

export function goalsWait(count: number): string {
  const goals = count === 1 ? '1 goal is held back' : `${count} goals are held back`
  return `${goals}, since the text reads like an order to a model: "hive goals --state quarantined" lists them, "hive vouch ID" releases one on this node.`
}

export function offersWait(count: number): string {
  const offers = count === 1 ? '1 offer is held back' : `${count} offers are held back`
  return `${offers}, since the text reads like an order to a model: "hive skill offers --state quarantined" lists them, "hive vouch ID" releases one on this node.`
}

export const UNTESTED_WAIT =
  'A skill in the sandbox is not used before its tests pass: "hive skill test SKILL" runs them. A prompt without tests may be used.'
