/**
 * Who pays for an entry, and how much each may take in a day.
 *
 * In a closed swarm it is the member. In an open one keys cost nothing, so these pay: the author, the
 * peer that brought the author first, and all peers together. New authors may use half of what a peer
 * and all peers have, so that a flood of new authors does not stop those that are known from an earlier
 * day. Where the budget of the first peer is full, another peer that brings an entry pays for the author
 * from there on: so a peer cannot keep an author back by bringing it first.
 */
import { toHex } from '../bytes/index.ts'
import { payingPeer } from './introductions.ts'
import type { Claim, DayBudget, DayBudgets } from './day-budgets.ts'
import type { Introductions } from './introductions.ts'
import type { FeedVoice } from '../feeds/feed-voices.ts'
import type { Operation } from '../store/section.ts'

/** The budgets of a replica. */
export interface BudgetLimits {
  /** Of one member of a closed swarm. */
  readonly member: DayBudget
  /** Of one author of an open swarm. */
  readonly author: DayBudget
  /** Of one peer of an open swarm, for the authors that it brought first. */
  readonly peer: DayBudget
  /** Of all peers of an open swarm together. */
  readonly all: DayBudget
  /** Of bodies that come without an entry. */
  readonly bodies: DayBudget
}

const GIB = 1024 ** 3

/**
 * A million facts of one author in an hour take 0.6 GiB. A newcomer gets 100,000 authors and 4 GiB of
 * the swarm from one peer in its first day, and as much from each further one, up to four.
 */
export const BUDGET_LIMITS: BudgetLimits = {
  member: { authors: 1_024, entries: 1_000_000, bytes: 2 * GIB },
  author: { authors: Infinity, entries: 100_000, bytes: 2 * GIB },
  peer: { authors: 200_000, entries: 2_000_000, bytes: 8 * GIB },
  all: { authors: 800_000, entries: 8_000_000, bytes: 32 * GIB },
  bodies: { authors: 0, entries: 1_000_000, bytes: 2 * GIB }
}

/** Whose budget is used up; with `peer-quota` another peer may bring the entry. */
export type OverBudget = 'peer-quota' | 'quota' | 'swarm-quota'

/** What the budgets know of an entry. */
export interface Charged {
  readonly author: Uint8Array
  /** Whether the replica has none of the author. */
  readonly isNew: boolean
  /** The peer that brings it; without one nothing is counted in an open swarm. */
  readonly from: string | undefined
  /** In a closed swarm. */
  readonly voice: FeedVoice | undefined
  readonly bytes: number
}

export interface EntryBudgets {
  /** Whether an entry that is not unpacked yet fits, at most `bytes`; undefined if so. */
  refusal(entry: Omit<Charged, 'voice'>): Promise<OverBudget | undefined>
  /** Counts the entry: operations for its commit. Nothing is counted if it does not fit. */
  charge(entry: Charged): Promise<OverBudget | readonly Operation[]>
}

/** Of a closed swarm. */
export class MemberBudgets implements EntryBudgets {
  readonly #budgets: DayBudgets
  readonly #limit: DayBudget

  constructor(budgets: DayBudgets, limits: BudgetLimits) {
    this.#budgets = budgets
    this.#limit = limits.member
  }

  /** The member is known once the voice is checked. */
  refusal(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  async charge({ isNew, voice, bytes }: Charged): Promise<OverBudget | readonly Operation[]> {
    if (voice === undefined) return []
    const cost = { authors: isNew ? 1 : 0, entries: 1, bytes }
    // By the tag of the epoch: one for each member that publishes, two where an epoch begins.
    const claims = [{ payer: `member/${toHex(voice.tag)}`, limit: this.#limit }]
    return this.#budgets.fits(claims, cost) ? this.#budgets.take(claims, cost) : 'quota'
  }
}

/** Of an open swarm. */
export class OpenBudgets implements EntryBudgets {
  readonly #budgets: DayBudgets
  readonly #introductions: Introductions
  readonly #limits: BudgetLimits

  constructor(budgets: DayBudgets, introductions: Introductions, limits: BudgetLimits) {
    this.#budgets = budgets
    this.#introductions = introductions
    this.#limits = limits
  }

  async refusal(entry: Omit<Charged, 'voice'>): Promise<OverBudget | undefined> {
    if (entry.from === undefined) return undefined
    const payment = await this.#paymentOf(entry, entry.from)
    return typeof payment === 'string' ? payment : undefined
  }

  async charge(entry: Charged): Promise<OverBudget | readonly Operation[]> {
    if (entry.from === undefined) return []
    const payment = await this.#paymentOf(entry, entry.from)
    if (typeof payment === 'string') return payment
    const { claims, cost, peer, day, isPaid } = payment
    const operations = this.#budgets.take(claims, cost)
    if (!isPaid) operations.push(this.#introductions.put(entry.author, { day, peer }))
    return operations
  }

  /** The claims that the entry fits, with the peer that pays. */
  async #paymentOf(
    { author, isNew, bytes }: Omit<Charged, 'voice'>,
    from: string
  ): Promise<Payment | OverBudget> {
    const budgets = this.#budgets
    const known = await this.#introductions.of(author)
    // Authors of earlier versions have no introduction.
    const day = known?.day ?? (isNew ? budgets.day : 0)
    const isOfToday = day === budgets.day
    const cost = { authors: known === undefined && isNew ? 1 : 0, entries: 1, bytes }
    const { author: ofAuthor, all, peer: ofPeer } = this.#limits
    const own = [{ payer: `author/${toHex(author)}`, limit: ofAuthor }]
    if (!budgets.fits(own, cost)) return 'quota'
    const ofAll = claimsOf('all', all, isOfToday)
    if (!budgets.fits(ofAll, cost)) return 'swarm-quota'
    const bringing = payingPeer(from)
    for (const peer of new Set([known?.peer ?? bringing, bringing])) {
      const ofThis = claimsOf(`peer/${peer}`, ofPeer, isOfToday)
      if (!budgets.fits(ofThis, cost)) continue
      const isPaid = known?.peer === peer
      return { claims: [...own, ...ofAll, ...ofThis], cost, peer, day, isPaid }
    }
    return 'peer-quota'
  }
}

interface Payment {
  readonly claims: readonly Claim[]
  readonly cost: DayBudget
  readonly peer: string
  readonly day: number
  /** Whether this peer pays for the author already. */
  readonly isPaid: boolean
}

/** New authors take from a half of the budget as well. */
function claimsOf(payer: string, limit: DayBudget, isOfToday: boolean): Claim[] {
  if (!isOfToday) return [{ payer, limit }]
  return [
    { payer, limit },
    { payer: `${payer}/new`, limit: halfOf(limit) }
  ]
}

export function halfOf({ authors, entries, bytes }: DayBudget): DayBudget {
  return {
    authors: Math.floor(authors / 2),
    entries: Math.floor(entries / 2),
    bytes: Math.floor(bytes / 2)
  }
}
