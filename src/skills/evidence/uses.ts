/**
 * The uses of a skill in the order in which they began, for tests that depend on that order.
 *
 * A use whose outcome is not known yet ends what the tests read: failures that are reported late
 * would otherwise let a skill look better than it is. A run that is not reported within an hour
 * expires. Against promotion it then counts as a failure, and against rejection it does not count.
 *
 * Uses of one caller within an hour form one block, which counts as one use. Its outcome is that of
 * one of its uses, drawn at random (reservoir sampling, Vitter, ACM TOMS 1985), so that its mean is
 * the mean of the block. The outcome of the latest blocks may change until their hour ends.
 */
import { BLOCK_TIME, MAX_RUNS_OUT, MAX_WAITING, RUN_TIMEOUT } from './constants.ts'
import { addToChain, NO_CHAIN } from './chain.ts'
import { addToSequence, NO_TURNS } from './sequence.ts'
import type { Chain } from './chain.ts'
import type { Sequence, Turns } from './sequence.ts'

/** A run without an outcome, and when it began; milliseconds of the Unix epoch. */
export interface RunOut {
  readonly run: string
  readonly at: number
}

/** One use, or the uses of one caller. */
export interface Use {
  /** Milliseconds of the Unix epoch of its begin. */
  readonly at: number
  readonly caller?: string
  readonly out: readonly RunOut[]
  /** Number of outcomes. */
  readonly outcomes: number
  /** The drawn outcome; undefined without outcomes. */
  readonly ok?: boolean
  readonly hasExpired?: boolean
}

export interface Uses {
  /** The outcomes before the first waiting use: as promotion and as rejection counts them. */
  readonly promotion: Chain
  readonly rejection: Chain
  /** The outcomes as promotion counts them, by the turns of callers. */
  readonly turns: Turns
  /** Uses that may change, and those after them. */
  readonly waiting: readonly Use[]
}

/** What the tests read. */
export interface Evidence {
  readonly promotion: Sequence
  readonly rejection: Chain
}

/** A run of a skill, and the caller whose uses form a block. */
export interface RunStart {
  readonly run: string
  readonly caller?: string
  readonly at: number
}

/** An outcome. `draw` is uniform in [0, 1). */
export interface UseOutcome {
  readonly ok: boolean
  readonly run?: string
  readonly caller?: string
  readonly at: number
  readonly draw: number
}

export const NO_USES: Uses = {
  promotion: NO_CHAIN,
  rejection: NO_CHAIN,
  turns: NO_TURNS,
  waiting: []
}

/** Returns the same uses if as many runs are out as are followed. */
export function beginRun(uses: Uses, { run, caller, at }: RunStart): Uses {
  const out = uses.waiting.reduce((sum, use) => sum + use.out.length, 0)
  if (out >= MAX_RUNS_OUT) return uses
  const begun = { run, at }
  const block = blockOf(uses, caller, at)
  if (block === undefined) {
    return { ...uses, waiting: [...uses.waiting, { at, caller, out: [begun], outcomes: 0 }] }
  }
  return replaced(uses, block, { ...block, out: [...block.out, begun] })
}

/** `isNew`: the outcome is the first of its block. */
export function addToUses(uses: Uses, outcome: UseOutcome): { uses: Uses; isNew: boolean } {
  const { run, caller, at, ok } = outcome
  const begun = run === undefined ? undefined : useOfRun(uses, run)
  const use = begun ?? blockOf(uses, caller, at)
  if (use === undefined) {
    const single = { at, caller, out: [], outcomes: 1, ok }
    return { uses: settled({ ...uses, waiting: [...uses.waiting, single] }, at), isNew: true }
  }
  const outcomes = use.outcomes + 1
  const isDrawn = outcome.draw * outcomes < 1
  const out = use.out.filter((each) => each.run !== run)
  const next = { ...use, out, outcomes, ok: isDrawn ? ok : use.ok }
  return { uses: settled(replaced(uses, use, next), at), isNew: use.outcomes === 0 }
}

/** A run that is no evidence. */
export function withdrawRun(uses: Uses, run: string): Uses {
  const use = useOfRun(uses, run)
  if (use === undefined) return uses
  const out = use.out.filter((each) => each.run !== run)
  if (out.length > 0 || use.outcomes > 0) return replaced(uses, use, { ...use, out })
  return { ...uses, waiting: uses.waiting.filter((each) => each !== use) }
}

/** Ends runs that were out for too long. */
export function expireRuns(uses: Uses, now: number): Uses {
  const isLate = ({ at }: RunOut): boolean => now - at > RUN_TIMEOUT
  if (!uses.waiting.some(({ out }) => out.some(isLate))) return uses
  const waiting = uses.waiting.map((use) =>
    use.out.some(isLate)
      ? { ...use, out: use.out.filter((each) => !isLate(each)), hasExpired: true }
      : use
  )
  return settled({ ...uses, waiting }, now)
}

export function isOut(uses: Uses, run: string): boolean {
  return useOfRun(uses, run) !== undefined
}

const evidences = new WeakMap<Uses, Evidence>()

/** Everything before the first use whose outcome is not known. */
export function evidenceOf(uses: Uses): Evidence {
  const known = evidences.get(uses)
  if (known !== undefined) return known
  let evidence = settledEvidence(uses)
  for (const use of uses.waiting) {
    if (use.out.length > 0) break
    evidence = withUse(evidence, use)
  }
  evidences.set(uses, evidence)
  return evidence
}

function settledEvidence({ promotion, turns, rejection }: Uses): Evidence {
  return { promotion: { chain: promotion, turns }, rejection }
}

function withUse({ promotion, rejection }: Evidence, { ok, hasExpired, caller }: Use): Evidence {
  const isFailure = hasExpired === true || ok === false
  return {
    promotion: addToSequence(promotion, { ok: !isFailure, caller }),
    rejection: ok === undefined ? rejection : addToChain(rejection, ok)
  }
}

/** Moves the first uses that cannot change any more to the evidence. */
function settled(uses: Uses, now: number): Uses {
  let evidence = settledEvidence(uses)
  let first = 0
  for (const use of uses.waiting) {
    const isOpen = use.caller !== undefined && now - use.at <= BLOCK_TIME
    const isCrowded = uses.waiting.length - first > MAX_WAITING
    if ((use.out.length > 0 || isOpen) && !isCrowded) break
    const ended = use.out.length > 0 ? { ...use, hasExpired: true } : use
    evidence = withUse(evidence, ended)
    first += 1
  }
  if (first === 0) return uses
  const { promotion, rejection } = evidence
  const { chain, turns } = promotion
  return { promotion: chain, rejection, turns, waiting: uses.waiting.slice(first) }
}

function blockOf(uses: Uses, caller: string | undefined, now: number): Use | undefined {
  if (caller === undefined) return undefined
  return uses.waiting.findLast((use) => use.caller === caller && now - use.at <= BLOCK_TIME)
}

function useOfRun(uses: Uses, run: string): Use | undefined {
  return uses.waiting.find(({ out }) => out.some((each) => each.run === run))
}

function replaced(uses: Uses, use: Use, next: Use): Uses {
  return { ...uses, waiting: uses.waiting.map((each) => (each === use ? next : each)) }
}
