/**
 * What payers may make this node store in a day: authors and peers of an open swarm, members of a
 * closed one. What is over a budget waits until a later day, without blame. Own entries do not count.
 *
 * Counts are on disk once they have grown by a 256th of a budget, in the commit of the entry that
 * makes them grow. So a restart loses less than that, and is no way around a budget.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint } from '../bytes/index.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** What one entry, or all of a day, takes. */
export interface DayBudget {
  /** New authors. */
  readonly authors: number
  readonly entries: number
  /** Of the store, as `entry-cost.ts` estimates them. */
  readonly bytes: number
}

/** A payer, and its budget. */
export interface Claim {
  readonly payer: string
  readonly limit: DayBudget
}

export interface DayBudgetsInit {
  readonly store: Pick<Store, 'section'>
  /** The number of the day. */
  readonly day: () => number
}

interface Use {
  used: DayBudget
  written: DayBudget
}

const NOTHING: DayBudget = { authors: 0, entries: 0, bytes: 0 }

/** A count is written when it has grown by this part of its budget. */
const PARTS = 256

/** Rows of earlier days that one commit removes. */
const MAX_REMOVED_ROWS = 64

const TEXT = new TextEncoder()

export class DayBudgets {
  readonly #section: Section
  readonly #now: () => number
  readonly #uses = new Map<string, Use>()
  /** Of each unit the most that a payer of a kind has used today. */
  readonly #most = new Map<string, DayBudget>()
  /** Keys of rows of earlier days. */
  #expired: Uint8Array[] = []
  #day: number

  constructor({ store, day }: DayBudgetsInit) {
    this.#section = store.section('day-budgets')
    this.#now = day
    this.#day = day()
  }

  /** The number of the day. */
  get day(): number {
    return this.#now()
  }

  /** Reads the counts of the day, also after a failed commit. */
  async load(): Promise<void> {
    this.#uses.clear()
    this.#most.clear()
    this.#expired = []
    this.#day = this.#now()
    for await (const [key, bytes] of this.#section.entries()) {
      const { day, used } = readAll(bytes, readRow)
      if (day === this.#day) this.#set(Buffer.from(key).toString(), { used, written: used })
      else this.#expired.push(key.slice())
    }
  }

  /** What the payer has used today. */
  used(payer: string): DayBudget {
    this.#beginDay()
    return this.#uses.get(payer)?.used ?? NOTHING
  }

  /** Of each unit the most that one payer has used today: `peer` is the kind of `peer/ID`. */
  most(kind: string): DayBudget | undefined {
    this.#beginDay()
    return this.#most.get(kind)
  }

  fits(claims: readonly Claim[], cost: DayBudget): boolean {
    return claims.every(({ payer, limit }) => isWithin(sum(this.used(payer), cost), limit))
  }

  /** Counts for all payers; returns operations for the commit of the entry. */
  take(claims: readonly Claim[], cost: DayBudget): Operation[] {
    this.#beginDay()
    const operations = this.#expired.splice(-MAX_REMOVED_ROWS).map((key) => this.#section.del(key))
    for (const { payer, limit } of claims) {
      const { used: before, written } = this.#uses.get(payer) ?? { used: NOTHING, written: NOTHING }
      const used = sum(before, cost)
      const isDue = hasGrown(written, used, limit)
      this.#set(payer, { used, written: isDue ? used : written })
      if (isDue) operations.push(this.#section.put(TEXT.encode(payer), writeRow(this.#day, used)))
    }
    return operations
  }

  #set(payer: string, use: Use): void {
    this.#uses.set(payer, use)
    const kind = kindOf(payer)
    const { authors, entries, bytes } = this.#most.get(kind) ?? NOTHING
    this.#most.set(kind, {
      authors: Math.max(authors, use.used.authors),
      entries: Math.max(entries, use.used.entries),
      bytes: Math.max(bytes, use.used.bytes)
    })
  }

  #beginDay(): void {
    const day = this.#now()
    if (day === this.#day) return
    this.#day = day
    for (const [payer, { written }] of this.#uses) {
      if (written !== NOTHING) this.#expired.push(TEXT.encode(payer))
    }
    this.#uses.clear()
    this.#most.clear()
  }
}

/** `peer` of `peer/ID`, `peer-new` of `peer/ID/new`. */
function kindOf(payer: string): string {
  const end = payer.indexOf('/')
  if (end === -1) return payer
  return `${payer.slice(0, end)}${payer.endsWith('/new') ? '-new' : ''}`
}

function sum(a: DayBudget, b: DayBudget): DayBudget {
  return {
    authors: a.authors + b.authors,
    entries: a.entries + b.entries,
    bytes: a.bytes + b.bytes
  }
}

function isWithin({ authors, entries, bytes }: DayBudget, limit: DayBudget): boolean {
  return authors <= limit.authors && entries <= limit.entries && bytes <= limit.bytes
}

function hasGrown(written: DayBudget, used: DayBudget, limit: DayBudget): boolean {
  return (['authors', 'entries', 'bytes'] as const).some(
    (each) => (used[each] - written[each]) * PARTS >= Math.max(1, limit[each])
  )
}

function writeRow(day: number, { authors, entries, bytes }: DayBudget): Uint8Array {
  return encoding.encode((encoder) => {
    for (const number of [day, authors, entries, bytes]) encoding.writeVarUint(encoder, number)
  })
}

function readRow(decoder: Parameters<typeof readUint>[0]): {
  readonly day: number
  readonly used: DayBudget
} {
  const read = (): number => readUint(decoder, Number.MAX_SAFE_INTEGER)
  const day = read()
  return { day, used: { authors: read(), entries: read(), bytes: read() } }
}
