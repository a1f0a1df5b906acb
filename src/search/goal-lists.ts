/**
 * The goals of the hive as a forest: each goal under the parent that most of its authors name. A
 * link to a goal that is not stored, or that would make a goal its own subgoal, does not count: in
 * each loop the goal with the least digest has no parent. Equal on nodes with equal replicas.
 */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { bytesOf, numberOf } from './projection-file.ts'
import { keyOf, tagText } from './search-schema.ts'
import { Statements } from './statements.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { GoalName, GoalNode, GoalQuery } from './search-query.ts'
import type { Row } from './search-ranking.ts'

/** Links that are followed upwards; a loop of more goals stays one. */
const MAX_DEPTH = 64

/** Subgoals of a goal that are delivered, and variants of it that may be named as the parent. */
const MAX_CHILDREN = 100
const MAX_VARIANTS = 64

/** Rows that a list examines. */
const MAX_EXAMINED = 5_000

const COLUMNS = 'item, digest, variant, is_canonical, parent, tags'
const ORDER = 'is_own DESC, vouches DESC, key'

export class GoalLists {
  readonly #statements: Statements

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database)
  }

  /** This node's own goals first, then by vouches. */
  list(query: GoalQuery): GoalNode[] {
    const { tags, offset, limit, parent } = query
    const wanted = tags.map((tag) => tagText([tag]))
    const nodes: GoalNode[] = []
    let examined = 0
    let left = offset
    for (const row of this.#rows(query)) {
      if (examined === MAX_EXAMINED || nodes.length === limit) break
      examined += 1
      const text = String(row['tags'])
      if (!wanted.every((tag) => text.includes(tag))) continue
      if (parent !== undefined && !isSame(this.#parentOf(row), parent)) continue
      left -= 1
      if (left < 0) nodes.push(this.#node(row))
    }
    return nodes
  }

  /** The goal; of several with the title the canonical one with the least digest. */
  find(name: GoalName): GoalNode | undefined {
    const row = this.#row(name)
    return row === undefined ? undefined : this.#node(row)
  }

  /** The goal and those that it is part of, the nearest first. */
  ancestors(digest: Uint8Array): Uint8Array[] {
    const found: Uint8Array[] = []
    let row = this.#row({ digest })
    while (row !== undefined && found.length < MAX_DEPTH) {
      found.push(bytesOf(row['digest']))
      const parent = this.#parentOf(row)
      row = parent === undefined ? undefined : this.#row({ digest: parent })
    }
    return found
  }

  #rows({ isFlagged, status, parent }: GoalQuery): Iterable<Row> {
    const flagged = Number(isFlagged)
    if (parent instanceof Uint8Array) {
      return this.#childRows(parent).filter(
        (row) =>
          numberOf(row['is_flagged']) === flagged &&
          (status === undefined || numberOf(row['status']) === status)
      )
    }
    const where = status === undefined ? 'is_flagged = ?' : 'status = ? AND is_flagged = ?'
    return this.#statements
      .of(`SELECT ${COLUMNS} FROM goals WHERE ${where} AND is_canonical = 1 ORDER BY ${ORDER}`)
      .iterate(...(status === undefined ? [] : [status]), flagged)
  }

  /** Of a parent with few variants the rows are few; they are ordered here. */
  #childRows(parent: Uint8Array): Row[] {
    const rows: Row[] = []
    for (const name of this.#variantsOf(parent)) {
      const left = MAX_EXAMINED - rows.length
      rows.push(
        ...this.#statements
          .of(
            `SELECT ${COLUMNS}, status, is_flagged, is_own, vouches, key FROM goals
             WHERE parent = ? AND is_canonical = 1 ORDER BY ${ORDER} LIMIT ?`
          )
          .all(name, left)
      )
    }
    return rows.toSorted(
      (a, b) =>
        numberOf(b['is_own']) - numberOf(a['is_own']) ||
        numberOf(b['vouches']) - numberOf(a['vouches']) ||
        Buffer.compare(bytesOf(a['digest']), bytesOf(b['digest']))
    )
  }

  #variantsOf(digest: Uint8Array): Uint8Array[] {
    const row = this.#row({ digest })
    if (row === undefined) return []
    return this.#statements
      .of('SELECT digest FROM goals WHERE variant = ? ORDER BY digest LIMIT ?')
      .all(bytesOf(row['variant']), MAX_VARIANTS)
      .map((variant) => bytesOf(variant['digest']))
  }

  #node(row: Row): GoalNode {
    const digest = bytesOf(row['digest'])
    const canonical = this.#canonicalOf(row)
    const parent = this.#parentOf(row)
    const children = this.#childRows(digest)
      .slice(0, MAX_CHILDREN)
      .filter((child) => isSame(this.#parentOf(child), digest))
      .map((child) => bytesOf(child['digest']))
    return {
      digest,
      children,
      ...(parent === undefined ? {} : { parent }),
      ...(equalBytes(canonical, digest) ? {} : { variantOf: canonical })
    }
  }

  /** The parent that counts; undefined for a variant of another goal. */
  #parentOf(row: Row): Uint8Array | undefined {
    const digest = bytesOf(row['digest'])
    const stated = this.#statedParent(row)
    if (stated === undefined) return undefined
    const path = [digest]
    let at = this.#row({ digest: stated })
    while (at !== undefined && path.length < MAX_DEPTH) {
      const reached = bytesOf(at['digest'])
      if (equalBytes(reached, digest)) return isLeast(digest, path) ? undefined : stated
      if (path.some((each) => equalBytes(each, reached))) break
      path.push(reached)
      const next = this.#statedParent(at)
      at = next === undefined ? undefined : this.#row({ digest: next })
    }
    return stated
  }

  /** The parent that its authors name, if it is stored; of variants the canonical one. */
  #statedParent(row: Row): Uint8Array | undefined {
    if (numberOf(row['is_canonical']) === 0 || !(row['parent'] instanceof Uint8Array))
      return undefined
    const parent = this.#row({ digest: row['parent'] })
    if (parent === undefined) return undefined
    const canonical = this.#canonicalOf(parent)
    return equalBytes(canonical, bytesOf(row['digest'])) ? undefined : canonical
  }

  #canonicalOf(row: Row): Uint8Array {
    if (numberOf(row['is_canonical']) === 1) return bytesOf(row['digest'])
    const first = this.#statements
      .of('SELECT digest FROM goals WHERE variant = ? ORDER BY digest LIMIT 1')
      .get(bytesOf(row['variant']))
    return bytesOf(first?.['digest'] ?? row['digest'])
  }

  #row(name: GoalName): Row | undefined {
    if ('digest' in name) {
      const sql = `SELECT ${COLUMNS} FROM goals WHERE key = ? AND digest = ?`
      return this.#statements.of(sql).get(keyOf(name.digest), name.digest)
    }
    if ('title' in name) {
      const sql = `SELECT ${COLUMNS} FROM goals WHERE title = ? AND is_canonical = 1 ORDER BY digest`
      return this.#statements.of(sql).get(name.title)
    }
    const sql = `SELECT ${COLUMNS} FROM goals WHERE variant = ? ORDER BY digest`
    return this.#statements.of(sql).get(name.variant)
  }
}

function isLeast(digest: Uint8Array, digests: readonly Uint8Array[]): boolean {
  return digests.every((each) => toHex(digest) <= toHex(each))
}

function isSame(parent: Uint8Array | undefined, other: Uint8Array | null): boolean {
  if (parent === undefined || other === null) return parent === undefined && other === null
  return equalBytes(parent, other)
}
