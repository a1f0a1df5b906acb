/**
 * The standing of a record: what its authors say of it, in sums. Each author counts with one vote,
 * the latest. A retracted vote counts no longer; its counters stay.
 */
import {
  CONFIDENCE_SCALE,
  MAX_COUNTED,
  MAX_SHOWN_COUNTERS,
  MAX_SHOWN_TAGS,
  SUCCESSES,
  TAG_CLASSES,
  TRIALS
} from '../constants.ts'
import type { Register } from './register.ts'

/** How many authors vouch for a record, dispute it, and call it stale. */
export interface Tally {
  readonly vouches: number
  readonly disputes: number
  readonly stales: number
}

/** Of a record that nobody votes on. */
export const NO_VOTES: Tally = { vouches: 0, disputes: 0, stales: 0 }

/** Authors with the same trials, as far as trials are told apart (`trialBin`). */
export interface TrialGroup {
  /** Trials and successes of each of the authors: at most 30 trials, else the rate of 60. */
  readonly trials: number
  readonly successes: number
  readonly authors: number
  /** The sums of the counters, uncapped. */
  readonly allTrials: number
  readonly allSuccesses: number
}

/** What the authors of a record say of it, in sums. */
export interface Standing extends Tally {
  /** Confidences in thousandths, and how many authors have each; a dispute of c is 1 - c. */
  readonly opinions: readonly (readonly [thousandths: number, authors: number])[]
  /** The first day of a vouch or a stale vote, in days since the Unix epoch. */
  readonly day?: number
  /** The earliest `validFrom` and the latest `validTo` of these votes. */
  readonly validFrom?: number
  readonly validTo?: number
  /** The latest `validFrom` of up to 16 of these authors, descending; absent if all give one time. */
  readonly begins?: readonly number[]
  /** Tags of these votes that most authors give; of each class at most 64. */
  readonly tags: readonly (readonly [tag: string, authors: number])[]
  /** Counters that most authors give, and their sums. */
  readonly counters: readonly (readonly [name: string, sum: number])[]
  /** By trials, then successes. */
  readonly trials: readonly TrialGroup[]
}

/** A vote as it counts: an author's latest register of a record. */
export interface CountedVote {
  readonly register: Register
  readonly isRetracted: boolean
}

/** Authors whose latest times count; from a larger `k` on no record begins again. */
export const MAX_BEGINS = 16

/** Up to this many trials, trials and successes count exactly; above it, the rate in sixtieths. */
const EXACT_TRIALS = 30
const RATE_SCALE = 60

/** The group of trials that an author belongs to; undefined without trials. */
export function trialBin({ counters }: Register): Omit<TrialGroup, 'authors'> | undefined {
  const counts = new Map(counters)
  const allTrials = Math.min(MAX_COUNTED, counts.get(TRIALS) ?? 0)
  if (allTrials === 0) return undefined
  const allSuccesses = Math.min(allTrials, counts.get(SUCCESSES) ?? 0)
  if (allTrials <= EXACT_TRIALS) {
    return { trials: allTrials, successes: allSuccesses, allTrials, allSuccesses }
  }
  const successes = Math.floor((RATE_SCALE * allSuccesses) / allTrials)
  return { trials: RATE_SCALE, successes, allTrials, allSuccesses }
}

/**
 * The confidence of a vote as an opinion on the record, in thousandths; undefined without a vote.
 * A stale vote is none: the record held, and no longer does.
 */
export function opinionOf({ register, isRetracted }: CountedVote): number | undefined {
  if (isRetracted || register.vote === 'none' || register.vote === 'stale') return undefined
  const thousandths = Math.round(register.confidence * CONFIDENCE_SCALE)
  return register.vote === 'vouch' ? thousandths : CONFIDENCE_SCALE - thousandths
}

/** The class of a tag: the place of its prefix, from 1; 0 for any other tag. */
export function classOfTag(tag: string): number {
  return 1 + TAG_CLASSES.findIndex((prefix) => tag.startsWith(prefix))
}

/** The standing of listed votes; undefined if none says anything. */
export function sumVotes(votes: readonly CountedVote[]): Standing | undefined {
  const speaking = votes.filter(says)
  const [first] = speaking
  if (first === undefined) return undefined
  if (speaking.length === 1) return standingOf(first)
  const standing = speaking
    .filter(({ isRetracted }) => !isRetracted)
    .map(({ register }) => register)
  const vouches = standing.filter(({ vote }) => vote === 'vouch')
  const describing = standing.filter(describes)
  const sums = new Map<string, { authors: number; sum: number }>()
  for (const [name, reported] of speaking.flatMap(({ register }) => register.counters)) {
    const { authors, sum } = sums.get(name) ?? { authors: 0, sum: 0 }
    sums.set(name, { authors: authors + 1, sum: sum + Math.min(MAX_COUNTED, reported) })
  }
  return {
    vouches: vouches.length,
    disputes: standing.filter(({ vote }) => vote === 'dispute').length,
    stales: standing.filter(({ vote }) => vote === 'stale').length,
    opinions: count(speaking.flatMap((vote) => opinionOf(vote) ?? [])).toSorted(
      ([a], [b]) => a - b
    ),
    ...limitsOf(describing),
    tags: shownTags(count(describing.flatMap(({ tags }) => tags))),
    counters: shownCounters([...sums]),
    trials: groupTrials(speaking.map(({ register }) => register))
  }
}

/** Of one vote: most records have one, so it is not counted with lists and maps. */
function standingOf(counted: CountedVote): Standing {
  const { register, isRetracted } = counted
  const { vote, day, validFrom, validTo, tags, counters } = register
  const opinion = opinionOf(counted)
  const isDescribed = !isRetracted && describes(register)
  return {
    vouches: !isRetracted && vote === 'vouch' ? 1 : 0,
    disputes: !isRetracted && vote === 'dispute' ? 1 : 0,
    stales: !isRetracted && vote === 'stale' ? 1 : 0,
    opinions: opinion === undefined ? [] : [[opinion, 1]],
    ...(isDescribed ? { day } : {}),
    ...(isDescribed && validFrom !== undefined ? { validFrom } : {}),
    ...(isDescribed && validTo !== undefined ? { validTo } : {}),
    tags: isDescribed && tags.length > 0 ? shownTags(count(tags)) : [],
    counters: shownCounters(
      counters.map(([name, sum]) => [name, { authors: 1, sum: Math.min(MAX_COUNTED, sum) }])
    ),
    trials: groupTrials(counters.length === 0 ? [] : [register])
  }
}

/** Counters that most authors give; then in the order of their bytes. */
function shownCounters(
  sums: readonly (readonly [string, { readonly authors: number; readonly sum: number }])[]
): (readonly [string, number])[] {
  return sums
    .toSorted(([a, m], [b, n]) => n.authors - m.authors || compareBytes(a, b))
    .slice(0, MAX_SHOWN_COUNTERS)
    .map(([name, { sum }]) => [name, sum] as const)
}

/** Whether a vote states that the record holds or held: then its day, dates and tags count. */
export function describes({ vote }: Pick<Register, 'vote'>): boolean {
  return vote === 'vouch' || vote === 'stale'
}

/** Whether the vote adds anything: a retracted one without counters does not. */
export function says({ register, isRetracted }: CountedVote): boolean {
  return !isRetracted || register.counters.length > 0
}

/**
 * The standing without some of its votes. Counts are exact; day and dates stay, and a tag or a
 * counter that others do not repeat goes.
 */
export function withoutVotes(standing: Standing, votes: readonly CountedVote[]): Standing {
  const gone = sumVotes(votes)
  if (gone === undefined) return standing
  const goneTrials = new Map(gone.trials.map((group) => [trialName(group), group]))
  return {
    ...standing,
    vouches: Math.max(0, standing.vouches - gone.vouches),
    disputes: Math.max(0, standing.disputes - gone.disputes),
    stales: Math.max(0, standing.stales - gone.stales),
    opinions: less(standing.opinions, gone.opinions),
    tags: less(standing.tags, gone.tags),
    counters: less(standing.counters, gone.counters),
    trials: standing.trials.flatMap((group) => {
      const minus = goneTrials.get(trialName(group))
      if (minus === undefined) return [group]
      const authors = group.authors - minus.authors
      const allTrials = group.allTrials - minus.allTrials
      const allSuccesses = group.allSuccesses - minus.allSuccesses
      return authors > 0 ? [{ ...group, authors, allTrials, allSuccesses }] : []
    })
  }
}

/** Tags that most authors give, of each class; then in the order of their bytes. */
export function shownTags(
  counts: readonly (readonly [string, number])[]
): (readonly [string, number])[] {
  const byClass = Map.groupBy(counts, ([tag]) => classOfTag(tag))
  return [...byClass.keys()]
    .toSorted((a, b) => a - b)
    .flatMap((of) =>
      (byClass.get(of) ?? [])
        .toSorted(([a, m], [b, n]) => n - m || compareBytes(a, b))
        .slice(0, MAX_SHOWN_TAGS)
    )
}

function limitsOf(
  votes: readonly Register[]
): Pick<Standing, 'begins' | 'day' | 'validFrom' | 'validTo'> {
  const from = votes.flatMap(({ validFrom }) => validFrom ?? [])
  const to = votes.flatMap(({ validTo }) => validTo ?? [])
  return {
    ...(votes.length === 0 ? {} : { day: Math.min(...votes.map(({ day }) => day)) }),
    ...(from.length === 0 ? {} : { validFrom: Math.min(...from) }),
    ...(to.length === 0 ? {} : { validTo: Math.max(...to) }),
    ...beginsOf(from)
  }
}

/** The latest of the times at which a record began, one of each author. */
export function beginsOf(times: readonly number[]): Pick<Standing, 'begins'> {
  const begins = times.toSorted((a, b) => b - a).slice(0, MAX_BEGINS)
  return begins.length === 0 || begins[0] === Math.min(...times) ? {} : { begins }
}

function groupTrials(registers: readonly Register[]): TrialGroup[] {
  const groups = new Map<string, TrialGroup>()
  for (const bin of registers.flatMap((register) => trialBin(register) ?? [])) {
    const name = trialName(bin)
    const known = groups.get(name)
    groups.set(name, {
      ...bin,
      authors: 1 + (known?.authors ?? 0),
      allTrials: bin.allTrials + (known?.allTrials ?? 0),
      allSuccesses: bin.allSuccesses + (known?.allSuccesses ?? 0)
    })
  }
  return [...groups.values()].toSorted((a, b) => a.trials - b.trials || a.successes - b.successes)
}

function trialName({ trials, successes }: Pick<TrialGroup, 'trials' | 'successes'>): string {
  return `${trials} ${successes}`
}

/** The counts without those of `minus`; what is left of none goes. */
function less<T>(
  counts: readonly (readonly [T, number])[],
  minus: readonly (readonly [T, number])[]
): (readonly [T, number])[] {
  const by = new Map(minus)
  return counts.map(([key, n]) => [key, n - (by.get(key) ?? 0)] as const).filter(([, n]) => n > 0)
}

function count<T>(items: readonly T[]): [T, number][] {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return [...counts]
}

/** The order of UTF-8, which is that of keys. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
