/** Keeps the table of goals: of each group of variants the one with the least digest is canonical. */
import { bytesOf, numberOf } from './projection-file.ts'
import { keyOf, tagText } from './search-schema.ts'
import type { GoalRank, RecordRow } from './record-row.ts'
import type { Row } from './search-ranking.ts'
import type { Statements } from './statements.ts'

export class GoalWriter {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  put(digest: Uint8Array, { vouches, tags }: RecordRow, goal: GoalRank): void {
    const found = this.#find(digest)
    const numbers = [goal.status, vouches, Number(goal.isOwn), Number(goal.isFlagged)]
    if (found !== undefined) {
      this.#statements
        .of(
          `UPDATE goals SET status = ?, vouches = ?, is_own = ?, is_flagged = ?, parent = ?, tags = ?
           WHERE item = ?`
        )
        .run(...numbers, goal.parent ?? null, tagText(tags), numberOf(found['item']))
      return
    }
    const canonical = this.#canonical(goal.variant)
    const isCanonical =
      canonical === undefined || Buffer.compare(digest, bytesOf(canonical['digest'])) < 0
    if (isCanonical && canonical !== undefined) this.#setCanonical(canonical, 0)
    this.#statements
      .of(
        `INSERT INTO goals (status, vouches, is_own, is_flagged, parent, tags, key, digest, variant,
           title, is_canonical) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
      )
      .run(
        ...numbers,
        goal.parent ?? null,
        tagText(tags),
        keyOf(digest),
        digest,
        goal.variant,
        goal.title,
        Number(isCanonical)
      )
  }

  remove(digest: Uint8Array): void {
    const found = this.#find(digest)
    if (found === undefined) return
    this.#statements.of('DELETE FROM goals WHERE item = ?').run(numberOf(found['item']))
    if (numberOf(found['is_canonical']) === 0) return
    const next = this.#statements
      .of('SELECT item FROM goals WHERE variant = ? ORDER BY digest LIMIT 1')
      .get(bytesOf(found['variant']))
    if (next !== undefined) this.#setCanonical(next, 1)
  }

  #find(digest: Uint8Array): Row | undefined {
    return this.#statements
      .of('SELECT item, variant, is_canonical FROM goals WHERE key = ? AND digest = ?')
      .get(keyOf(digest), digest)
  }

  /** The least digest of the group: the first of the index. */
  #canonical(variant: Uint8Array): Row | undefined {
    return this.#statements
      .of('SELECT item, digest FROM goals WHERE variant = ? ORDER BY digest LIMIT 1')
      .get(variant)
  }

  #setCanonical(row: Row, isCanonical: number): void {
    this.#statements
      .of('UPDATE goals SET is_canonical = ? WHERE item = ?')
      .run(isCanonical, numberOf(row['item']))
  }
}
