/** Lists of records in their stored order: a question reads the rows that it returns. */
import { bytesOf, numberOf } from './projection-file.ts'
import { ROW_KINDS, STATES } from './record-row.ts'
import { ORIGINS } from './search-query.ts'
import { earliestOf, tagText } from './search-schema.ts'
import { tagKeyOf } from './tag-key.ts'
import { Statements } from './statements.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { Row } from './search-ranking.ts'
import type {
  ClaimHit,
  ClaimQuery,
  CurrentQuery,
  ListQuery,
  OfferQuery,
  RecordCount
} from './search-query.ts'

/** Rows that a list examines for tags. */
const MAX_EXAMINED = 5_000

/** Claims that are examined to find those that hold, and those that are returned. */
const MAX_CLAIMS = 1_000
const MAX_CURRENT = 16

/** Rows of one value among the current claims, in case one of them is no longer valid. */
const MAX_SAME_VALUE = 3

export class RecordLists {
  readonly #statements: Statements

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database)
  }

  /** Digests by vouches, then confidence, both descending, then by digest. */
  list({ kinds, states, tags, offset, limit }: ListQuery): Uint8Array[] {
    const [first] = tags
    const rows: Row[] = []
    for (const kind of kinds.map((name) => ROW_KINDS.indexOf(name))) {
      for (const state of states.map((name) => STATES.indexOf(name))) {
        const range = first === undefined ? [kind, state] : [tagKeyOf(first), kind, state]
        const sql = first === undefined ? RANKED : TAGGED
        const wanted = tags.map((tag) => tagText([tag]))
        const isChecked = wanted.length > 0
        let left = offset + limit
        let examined = 0
        for (const row of this.#statements.of(sql).iterate(...range)) {
          examined += 1
          const text = String(row['tags'])
          if (!isChecked || wanted.every((tag) => text.includes(tag))) {
            rows.push(row)
            left -= 1
          }
          if (left === 0 || (isChecked && examined === MAX_EXAMINED)) break
        }
      }
    }
    return rows
      .toSorted(byRank)
      .slice(offset, offset + limit)
      .map((row) => bytesOf(row['digest']))
  }

  /** How many records there are, by kind and state. */
  counts(): RecordCount[] {
    return this.#statements
      .of(COUNTS)
      .all()
      .flatMap((row) => {
        const kind = ROW_KINDS[numberOf(row['kind'])]
        const state = STATES[numberOf(row['state'])]
        const count = numberOf(row['n'])
        return kind === undefined || state === undefined ? [] : [{ kind, state, count }]
      })
  }

  /** Digests of offered skills by support, then head start, both descending, then by digest. */
  offers({ isFlagged, offset, limit }: OfferQuery): Uint8Array[] {
    return this.#statements
      .of(OFFERS)
      .all(Number(isFlagged), limit, offset)
      .map((row) => bytesOf(row['digest']))
  }

  /** Claims on an attribute, or on all of the entity: by attribute, then the latest first. */
  claims({ slot, offset, limit }: ClaimQuery): ClaimHit[] {
    const end = Buffer.concat([slot, Buffer.from([0xff])])
    return this.#statements
      .of(CLAIMS)
      .all(slot, ...(slot.length === SLOT_BYTES ? [slot] : [end]), limit, offset)
      .map(claimOf)
  }

  /**
   * The claims that hold at a time and began last; those that began before them, as far as there is
   * room, in case these are no longer valid. Of each value at most three.
   */
  current({ slot, asOf }: CurrentQuery): ClaimHit[] {
    const found: ClaimHit[] = []
    const same = new Map<string, number>()
    let examined = 0
    for (const row of this.#statements.of(HOLDING).iterate(slot, asOf)) {
      if (examined === MAX_CLAIMS || found.length === MAX_CURRENT) break
      examined += 1
      const claim = claimOf(row)
      // The same claim as a fact of this node and in the hive began at the earlier time.
      const isLater = claim.begin > claim.earliest
      if (claim.until <= asOf || isLater) continue
      const name = `${claim.begin} ${Buffer.from(claim.value).toString('hex')}`
      const count = same.get(name) ?? 0
      if (count === MAX_SAME_VALUE) continue
      same.set(name, count + 1)
      found.push(claim)
    }
    return found
  }
}

const SLOT_BYTES = 32

const RANKED = `SELECT digest, vouches, confidence, tags FROM records
  WHERE kind = ? AND state = ? ORDER BY vouches DESC, confidence DESC, key`

// It reads the index `ranked` alone.
const COUNTS = 'SELECT kind, state, count(*) AS n FROM records GROUP BY kind, state'

const TAGGED = `SELECT records.digest, records.vouches, records.confidence, records.tags
  FROM tagged CROSS JOIN records ON records.item = tagged.item
  WHERE tagged.tag = ? AND tagged.kind = ? AND tagged.state = ?
  ORDER BY tagged.vouches DESC, tagged.confidence DESC, tagged.key`

const OFFERS = `SELECT digest FROM records WHERE support IS NOT NULL AND is_flagged = ?
  ORDER BY support DESC, head_start DESC, key LIMIT ? OFFSET ?`

const CLAIM_COLUMNS = `items.digest, items.origin, claims.slot, claims.value, claims.begin,
  claims.until, iif(claims.is_first, ${earliestOf('items')}, claims.begin) AS earliest
  FROM claims CROSS JOIN items ON items.item = claims.item`

const CLAIMS = `SELECT ${CLAIM_COLUMNS} WHERE claims.slot >= ? AND claims.slot <= ?
  ORDER BY claims.slot, claims.begin DESC, claims.item LIMIT ? OFFSET ?`

const HOLDING = `SELECT ${CLAIM_COLUMNS} WHERE claims.slot = ? AND claims.begin <= ?
  ORDER BY claims.begin DESC, claims.item`

function claimOf(row: Row): ClaimHit {
  return {
    digest: bytesOf(row['digest']),
    origin: ORIGINS[numberOf(row['origin'])] ?? 'local',
    slot: bytesOf(row['slot']),
    value: bytesOf(row['value']),
    begin: numberOf(row['begin']),
    until: numberOf(row['until']),
    earliest: numberOf(row['earliest'])
  }
}

function byRank(a: Row, b: Row): number {
  return (
    numberOf(b['vouches']) - numberOf(a['vouches']) ||
    numberOf(b['confidence']) - numberOf(a['confidence']) ||
    Buffer.compare(bytesOf(a['digest']), bytesOf(b['digest']))
  )
}
