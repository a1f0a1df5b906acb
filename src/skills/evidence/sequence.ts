/**
 * A sequence of outcomes, as the tests of promotion read it. Each reading is a set of chains:
 *
 * - the whole sequence: each outcome after the one before
 * - strides: each outcome after the one that is 2, 3, 4 or 5 before. For k callers that take turns,
 *   the stride k joins the outcomes of one caller, whether it is named or not
 * - callers: each outcome after the last one of the same caller, in any order of callers
 *
 * A caller is followed by its name, at most 32 at a time. An outcome without a known one before it
 * (of a new caller, of one beyond the 32, or without a name) belongs to one chain of others.
 */
import { addToChain, addToPairs, countOf, NO_CHAIN, NO_PAIRS } from './chain.ts'
import { CALLER_REST, MAX_CALLERS, STRIDES } from './constants.ts'
import type { Chain, Transitions } from './chain.ts'

/** Chains with one law each. */
export type Reading = readonly Transitions[]

/** The latest outcome of a caller, and its number in the sequence. */
export interface FollowedCaller {
  readonly caller: string
  readonly ok: boolean
  readonly number: number
}

/** Outcomes by the turns of their callers. */
export interface Turns {
  /** Number of outcomes. */
  readonly outcomes: number
  /** The latest outcomes, the newest first. */
  readonly latest: readonly boolean[]
  /** One for each of `STRIDES`. */
  readonly strides: readonly Transitions[]
  readonly callers: readonly FollowedCaller[]
  /** Outcomes after one of the same caller. */
  readonly byCaller: Transitions
  readonly others: Chain
}

export interface Sequence {
  readonly chain: Chain
  readonly turns: Turns
}

export interface SequenceOutcome {
  readonly ok: boolean
  readonly caller?: string
}

export const NO_TURNS: Turns = {
  outcomes: 0,
  latest: [],
  strides: STRIDES.map(() => NO_PAIRS),
  callers: [],
  byCaller: NO_PAIRS,
  others: NO_CHAIN
}

export const NO_SEQUENCE: Sequence = { chain: NO_CHAIN, turns: NO_TURNS }

export function addToSequence({ chain, turns }: Sequence, outcome: SequenceOutcome): Sequence {
  const { ok } = outcome
  return {
    chain: addToChain(chain, ok),
    turns: {
      outcomes: turns.outcomes + 1,
      latest: [ok, ...turns.latest.slice(0, Math.max(...STRIDES) - 1)],
      strides: turns.strides.map((pairs, i) => {
        const before = turns.latest[(STRIDES[i] ?? 0) - 1]
        return before === undefined ? pairs : addToPairs(pairs, before, ok)
      }),
      ...withCaller(turns, outcome)
    }
  }
}

/** Without that of callers while no caller has returned: it then equals the whole sequence. */
export function readingsOf({ chain, turns }: Sequence): Reading[] {
  const { strides, byCaller, others } = turns
  const single = [chain.pairs, ...strides].map((pairs): Reading => [pairs])
  return countOf(byCaller) === 0 ? single : [...single, [byCaller, others.pairs]]
}

function withCaller(
  { outcomes: number, callers, byCaller, others }: Turns,
  { ok, caller }: SequenceOutcome
): Pick<Turns, 'byCaller' | 'callers' | 'others'> {
  const known = callers.find((each) => each.caller === caller)
  if (caller !== undefined && known !== undefined) {
    const rest = callers.filter((each) => each !== known)
    const pairs = addToPairs(byCaller, known.ok, ok)
    return { callers: [...rest, { caller, ok, number }], byCaller: pairs, others }
  }
  const left = hasRested(callers[0], number) ? callers.slice(1) : callers
  const follows = caller !== undefined && left.length < MAX_CALLERS
  return {
    callers: follows ? [...left, { caller, ok, number }] : callers,
    byCaller,
    others: addToChain(others, ok)
  }
}

/** The first caller is the one that was heard of the longest ago. */
function hasRested(first: FollowedCaller | undefined, number: number): boolean {
  return first !== undefined && number - first.number > CALLER_REST
}
