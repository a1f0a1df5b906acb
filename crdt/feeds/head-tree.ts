/**
 * A hash tree over the heads of all feeds, by which two replicas find what they differ in.
 *
 * A node is a prefix of author keys, in hexadecimal digits. The digest of a node with at most 64
 * heads is SHA-256 over these heads in the order of their authors. Any other has a child for each
 * next digit, and its digest is SHA-256 over the digests of its children. So the tree follows from
 * the set of heads alone, whatever came first.
 *
 * Author keys are public keys, so nobody chooses their digits: n keys with d digits in common cost
 * their owner about n * 16^d keys, and the depth grows with the logarithm of that.
 *
 * Rows lie in buckets of at most 64 under a prefix. The digests of buckets and of what is above them
 * are kept, and computed again when they are asked for after a change; those below, on demand.
 */
import { sha256 } from '../bytes/index.ts'
import { HASH_BYTES } from '../constants.ts'
import { HeadBytes } from './head-bytes.ts'
import type { FeedHead } from './feed.ts'

/** Heads under a node whose digest is that of its heads. */
const BUCKET_HEADS = 64

/** Heads of a node that are listed and not split into children. */
export const LEAF_HEADS = 8

/** Children of a node: one for each hexadecimal digit. */
export const FANOUT = 16

/** Digits of an author key: no prefix is longer. */
export const MAX_PREFIX_DIGITS = 2 * HASH_BYTES

/** What a node without heads has for a digest. */
export const NO_HEADS: Uint8Array = new Uint8Array(HASH_BYTES)

/** A node as peers compare it. */
export type HeadNode =
  | { readonly type: 'leaf'; readonly heads: readonly FeedHead[] }
  /** Digests of the children, by digit; `NO_HEADS` where there is none. */
  | { readonly type: 'inner'; readonly children: readonly Uint8Array[] }

/** How much a tree holds. */
export interface HeadTotals {
  readonly authors: number
  /** Entries in the windows of all feeds. */
  readonly entries: number
}

/** The rows that a tree is built over. */
export interface HeadRows {
  authorOf(row: number): Uint8Array
  /** The head of a feed, not a copy; undefined if the feed does not count. */
  headOf(row: number): FeedHead | undefined
}

interface Bucket {
  readonly rows: number[]
  readonly children?: undefined
  state: NodeState | undefined
}

interface Branch {
  readonly children: (TreeNode | undefined)[]
  readonly rows?: undefined
  state: NodeState | undefined
}

type TreeNode = Bucket | Branch

interface NodeState extends HeadTotals {
  readonly digest: Uint8Array
}

const EMPTY: NodeState = { digest: NO_HEADS, authors: 0, entries: 0 }

export class HeadTree {
  readonly #source: HeadRows
  #root: TreeNode = bucket()

  constructor(source: HeadRows) {
    this.#source = source
  }

  /** Adds a row, or notes that its head has changed. */
  touch(row: number, isNew: boolean): void {
    const author = this.#source.authorOf(row)
    let node: TreeNode = this.#root
    let parent: Branch | undefined
    let depth = 0
    for (; node.children !== undefined; depth++) {
      node.state = undefined
      parent = node
      node = node.children[digitAt(author, depth)] ??= bucket()
    }
    node.state = undefined
    if (!isNew) return
    node.rows.push(row)
    if (node.rows.length <= BUCKET_HEADS || depth === MAX_PREFIX_DIGITS) return
    const branch = this.#split(node, depth)
    if (parent === undefined) this.#root = branch
    else parent.children[digitAt(author, depth - 1)] = branch
  }

  /** The digest of all heads. */
  digest(): Uint8Array {
    return this.#stateOf(this.#root, 0).digest
  }

  /** The digest that all heads would have with other ones in these rows. */
  digestWith(heads: ReadonlyMap<number, FeedHead>): Uint8Array {
    return this.#stateWith(this.#root, 0, [...heads.keys()], heads).digest
  }

  totals(): HeadTotals {
    const { authors, entries } = this.#stateOf(this.#root, 0)
    return { authors, entries }
  }

  /** The node of a prefix, with heads as they are until the next change. */
  nodeAt(prefix: string): HeadNode {
    let node: TreeNode | undefined = this.#root
    let depth = 0
    for (; node?.children !== undefined && depth < prefix.length; depth++) {
      node = node.children[Number.parseInt(prefix[depth] ?? '', 16)]
    }
    if (node === undefined) return { type: 'leaf', heads: [] }
    if (node.children !== undefined) {
      if (this.#stateOf(node, depth).authors <= LEAF_HEADS) {
        return { type: 'leaf', heads: this.#headsOf(node) }
      }
      const children = Array.from({ length: FANOUT }, (_, digit) => node.children[digit])
      return {
        type: 'inner',
        children: children.map((child) =>
          child === undefined ? NO_HEADS : this.#stateOf(child, depth + 1).digest
        )
      }
    }
    const heads = this.#headsOf(node).filter(({ author }) => hasPrefix(author, prefix))
    if (heads.length <= LEAF_HEADS) return { type: 'leaf', heads }
    return { type: 'inner', children: childDigests(heads, prefix.length) }
  }

  #split({ rows }: Bucket, depth: number): Branch {
    const children: (Bucket | undefined)[] = Array.from({ length: FANOUT }, () => undefined)
    for (const row of rows) {
      const child = (children[digitAt(this.#source.authorOf(row), depth)] ??= bucket())
      child.rows.push(row)
    }
    return {
      state: undefined,
      children: children.map((child) =>
        child !== undefined && child.rows.length > BUCKET_HEADS && depth + 1 < MAX_PREFIX_DIGITS
          ? this.#split(child, depth + 1)
          : child
      )
    }
  }

  #stateOf(node: TreeNode, depth: number): NodeState {
    return (node.state ??= this.#compute(node, depth))
  }

  #compute(node: TreeNode, depth: number): NodeState {
    if (node.children === undefined) return stateOfHeads(this.#headsOf(node))
    return this.#stateOfBranch(node, (child) => this.#stateOf(child, depth + 1))
  }

  /** `rows`: those below the node that have other heads. */
  #stateWith(
    node: TreeNode,
    depth: number,
    rows: readonly number[],
    heads: ReadonlyMap<number, FeedHead>
  ): NodeState {
    if (rows.length === 0) return this.#stateOf(node, depth)
    if (node.children === undefined) return stateOfHeads(this.#headsOf(node, heads))
    const groups = Map.groupBy(rows, (row) => digitAt(this.#source.authorOf(row), depth))
    return this.#stateOfBranch(
      node,
      (child, digit) => this.#stateWith(child, depth + 1, groups.get(digit) ?? [], heads),
      heads
    )
  }

  #stateOfBranch(
    node: Branch,
    stateOf: (child: TreeNode, digit: number) => NodeState,
    heads?: ReadonlyMap<number, FeedHead>
  ): NodeState {
    const digests: Uint8Array[] = []
    let authors = 0
    let entries = 0
    for (const [digit, child] of node.children.entries()) {
      const state = child === undefined ? EMPTY : stateOf(child, digit)
      digests.push(state.digest)
      authors += state.authors
      entries += state.entries
    }
    if (authors <= BUCKET_HEADS) return stateOfHeads(this.#headsOf(node, heads))
    return { digest: digestOfChildren(digests), authors, entries }
  }

  /** By author; `others` are taken in place of those of their rows. */
  #headsOf(node: TreeNode, others?: ReadonlyMap<number, FeedHead>): FeedHead[] {
    if (node.children !== undefined) {
      return node.children.flatMap((child) =>
        child === undefined ? [] : this.#headsOf(child, others)
      )
    }
    const heads: FeedHead[] = []
    for (const row of node.rows) {
      const head = others?.get(row) ?? this.#source.headOf(row)
      if (head !== undefined) heads.push(head)
    }
    return heads.toSorted((a, b) => Buffer.compare(a.author, b.author))
  }
}

function bucket(): Bucket {
  return { rows: [], state: undefined }
}

/** At most `BUCKET_HEADS` of them, by author. */
function stateOfHeads(heads: readonly FeedHead[]): NodeState {
  if (heads.length === 0) return EMPTY
  const written = new HeadBytes(heads.length)
  let entries = 0
  for (const [i, head] of heads.entries()) entries += written.set(i, head)
  return { digest: kept(sha256(written.bytes)), authors: heads.length, entries }
}

/** Digests of the children of a node in a bucket. */
function childDigests(heads: readonly FeedHead[], depth: number): Uint8Array[] {
  const groups: FeedHead[][] = Array.from({ length: FANOUT }, () => [])
  for (const head of heads) groups[digitAt(head.author, depth)]?.push(head)
  return groups.map((group) => stateOfHeads(group).digest)
}

function digestOfChildren(digests: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + FANOUT * HASH_BYTES)
  bytes[0] = 1
  let at = 1
  for (const digest of digests) {
    bytes.set(digest, at)
    at += HASH_BYTES
  }
  return kept(sha256(bytes))
}

/** A copy: a digest of the hash function holds a pool of many. */
function kept(digest: Uint8Array): Uint8Array {
  return new Uint8Array(digest)
}

function digitAt(author: Uint8Array, depth: number): number {
  const byte = author[depth >> 1] ?? 0
  return depth % 2 === 0 ? byte >> 4 : byte & 15
}

function hasPrefix(author: Uint8Array, prefix: string): boolean {
  for (let depth = 0; depth < prefix.length; depth++) {
    if (digitAt(author, depth) !== Number.parseInt(prefix[depth] ?? '', 16)) return false
  }
  return true
}
