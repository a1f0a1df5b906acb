/**
 * A hash tree over a set of items with keys of 32 bytes, by which two replicas find what they differ in.
 *
 * A node is a prefix of keys, in hexadecimal digits. The digest of a node with at most 64 items is
 * SHA-256 over these items in the order of their keys. Any other has a child for each next digit,
 * and its digest is SHA-256 over the digests of its children. So the tree follows from the set of
 * items alone, whatever came first.
 *
 * Keys are public keys or hashes, so nobody chooses their digits: n keys with d digits in common
 * cost their owner about n * 16^d keys, and the depth grows with the logarithm of that.
 *
 * Rows lie in buckets of at most 64 under a prefix. The digests of buckets and of what is above them
 * are kept, and computed again when they are asked for after a change; those below, on demand.
 */
import { sha256 } from './digest.ts'

const HASH_BYTES = 32

/** Items under a node whose digest is that of its items. */
const BUCKET_ITEMS = 64

/** Items of a node that are listed and not split into children. */
export const LEAF_ITEMS = 8

/** Children of a node: one for each hexadecimal digit. */
export const FANOUT = 16

/** Digits of a key: no prefix is longer. */
export const MAX_PREFIX_DIGITS = 2 * HASH_BYTES

/** The digest of a node without items. */
export const NO_ITEMS: Uint8Array = new Uint8Array(HASH_BYTES)

/** A node as peers compare it. */
export type PrefixNode<Item> =
  | { readonly type: 'leaf'; readonly items: readonly Item[] }
  /** Digests of the children, by digit; `NO_ITEMS` where there is none. */
  | { readonly type: 'inner'; readonly children: readonly Uint8Array[] }

/** How much a tree contains. */
export interface TreeTotals {
  readonly items: number
  /** The sum of what the items weigh. */
  readonly weight: number
}

/** The rows that a tree is built over. */
export interface TreeRows<Item> {
  /** A byte of the key of a row, also of one that does not count. */
  keyByteOf(row: number, index: number): number
  /** Not a copy; undefined if the row does not count. */
  itemOf(row: number): Item | undefined
  keyOfItem(item: Item): Uint8Array
  /** What the digest of these items is computed over, and their weight. */
  hashed(items: readonly Item[]): { readonly bytes: Uint8Array; readonly weight: number }
  /**
   * The same of the items of rows, in this order, without an object for each: a start hashes a million.
   * The bytes are valid until the next call.
   */
  hashedRows(rows: readonly number[]): TreeTotals & { readonly bytes: Uint8Array }
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

interface NodeState extends TreeTotals {
  readonly digest: Uint8Array
}

const EMPTY: NodeState = { digest: NO_ITEMS, items: 0, weight: 0 }

export class PrefixTree<Item> {
  readonly #source: TreeRows<Item>
  #root: TreeNode = bucket()

  constructor(source: TreeRows<Item>) {
    this.#source = source
  }

  /** Adds a row, or notes that its item has changed. */
  touch(row: number, isNew: boolean): void {
    let node: TreeNode = this.#root
    let parent: Branch | undefined
    let depth = 0
    for (; node.children !== undefined; depth++) {
      node.state = undefined
      parent = node
      node = node.children[this.#digitOf(row, depth)] ??= bucket()
    }
    node.state = undefined
    if (!isNew) return
    node.rows.push(row)
    if (node.rows.length <= BUCKET_ITEMS || depth === MAX_PREFIX_DIGITS) return
    const branch = this.#split(node, depth)
    if (parent === undefined) this.#root = branch
    else parent.children[this.#digitOf(row, depth - 1)] = branch
  }

  /**
   * All rows by bucket, each once, in the order of prefixes. Rows may be added meanwhile: a bucket that is
   * split stays as it was.
   */
  *buckets(): Generator<readonly number[]> {
    const nodes: TreeNode[] = [this.#root]
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node.children === undefined) yield node.rows
      else
        for (const child of node.children.toReversed()) if (child !== undefined) nodes.push(child)
    }
  }

  /** Computes the digests of all nodes, one by one: those of a million items take half a second. */
  settle(): Generator<void> {
    return this.#settle(this.#root, 0)
  }

  /** The digest of all items. */
  digest(): Uint8Array {
    return this.#stateOf(this.#root, 0).digest
  }

  /** The digest that all items would have with other ones in these rows. */
  digestWith(items: ReadonlyMap<number, Item>): Uint8Array {
    return this.#stateWith(this.#root, 0, [...items.keys()], items).digest
  }

  totals(): TreeTotals {
    const { items, weight } = this.#stateOf(this.#root, 0)
    return { items, weight }
  }

  /** The node of a prefix, with items as they are until the next change. */
  nodeAt(prefix: string): PrefixNode<Item> {
    let node: TreeNode | undefined = this.#root
    let depth = 0
    for (; node?.children !== undefined && depth < prefix.length; depth++) {
      node = node.children[Number.parseInt(prefix[depth] ?? '', 16)]
    }
    if (node === undefined) return { type: 'leaf', items: [] }
    if (node.children !== undefined) {
      if (this.#stateOf(node, depth).items <= LEAF_ITEMS) {
        return { type: 'leaf', items: this.#itemsOf(node) }
      }
      const children = Array.from({ length: FANOUT }, (_, digit) => node.children[digit])
      return {
        type: 'inner',
        children: children.map((child) =>
          child === undefined ? NO_ITEMS : this.#stateOf(child, depth + 1).digest
        )
      }
    }
    const items = this.#itemsOf(node).filter((item) =>
      hasPrefix(this.#source.keyOfItem(item), prefix)
    )
    if (items.length <= LEAF_ITEMS) return { type: 'leaf', items }
    return { type: 'inner', children: this.#childDigests(items, prefix.length) }
  }

  #digitOf(row: number, depth: number): number {
    return digitOf(this.#source.keyByteOf(row, depth >> 1), depth)
  }

  #split({ rows }: Bucket, depth: number): Branch {
    const children: (Bucket | undefined)[] = Array.from({ length: FANOUT }, () => undefined)
    for (const row of rows) {
      const child = (children[this.#digitOf(row, depth)] ??= bucket())
      child.rows.push(row)
    }
    return {
      state: undefined,
      children: children.map((child) =>
        child !== undefined && child.rows.length > BUCKET_ITEMS && depth + 1 < MAX_PREFIX_DIGITS
          ? this.#split(child, depth + 1)
          : child
      )
    }
  }

  *#settle(node: TreeNode, depth: number): Generator<void> {
    for (const child of node.children ?? []) {
      if (child !== undefined) yield* this.#settle(child, depth + 1)
    }
    this.#stateOf(node, depth)
    yield
  }

  #stateOf(node: TreeNode, depth: number): NodeState {
    return (node.state ??= this.#compute(node, depth))
  }

  #compute(node: TreeNode, depth: number): NodeState {
    if (node.children === undefined) return this.#stateOfRows(node, depth)
    return this.#stateOfBranch(node, (child) => this.#stateOf(child, depth + 1))
  }

  #stateOfRows(node: Bucket, depth: number): NodeState {
    // In place: the order of the rows in a bucket has no meaning, and sorted ones are sorted fast the next time.
    node.rows.sort((a, b) => this.#compareRows(a, b, depth >> 1))
    const { bytes, items, weight } = this.#source.hashedRows(node.rows)
    return items === 0 ? EMPTY : { digest: kept(sha256(bytes)), items, weight }
  }

  /** Compares the keys of two rows, which have the same bytes before `from`. */
  #compareRows(a: number, b: number, from: number): number {
    for (let index = from; index < HASH_BYTES; index++) {
      const difference = this.#source.keyByteOf(a, index) - this.#source.keyByteOf(b, index)
      if (difference !== 0) return difference
    }
    return 0
  }

  /** `rows`: those below the node that have other items. */
  #stateWith(
    node: TreeNode,
    depth: number,
    rows: readonly number[],
    items: ReadonlyMap<number, Item>
  ): NodeState {
    if (rows.length === 0) return this.#stateOf(node, depth)
    if (node.children === undefined) return this.#stateOfItems(this.#itemsOf(node, items))
    const groups = Map.groupBy(rows, (row) => this.#digitOf(row, depth))
    return this.#stateOfBranch(
      node,
      (child, digit) => this.#stateWith(child, depth + 1, groups.get(digit) ?? [], items),
      items
    )
  }

  #stateOfBranch(
    node: Branch,
    stateOf: (child: TreeNode, digit: number) => NodeState,
    others?: ReadonlyMap<number, Item>
  ): NodeState {
    const digests: Uint8Array[] = []
    let items = 0
    let weight = 0
    for (const [digit, child] of node.children.entries()) {
      const state = child === undefined ? EMPTY : stateOf(child, digit)
      digests.push(state.digest)
      items += state.items
      weight += state.weight
    }
    if (items <= BUCKET_ITEMS) return this.#stateOfItems(this.#itemsOf(node, others))
    return { digest: digestOfChildren(digests), items, weight }
  }

  /** By key; `others` are taken in place of those of their rows. */
  #itemsOf(node: TreeNode, others?: ReadonlyMap<number, Item>): Item[] {
    if (node.children !== undefined) {
      return node.children.flatMap((child) =>
        child === undefined ? [] : this.#itemsOf(child, others)
      )
    }
    const items: Item[] = []
    for (const row of node.rows) {
      const item = others?.get(row) ?? this.#source.itemOf(row)
      if (item !== undefined) items.push(item)
    }
    return items.toSorted((a, b) =>
      Buffer.compare(this.#source.keyOfItem(a), this.#source.keyOfItem(b))
    )
  }

  /** At most `BUCKET_ITEMS` of them, by key. */
  #stateOfItems(items: readonly Item[]): NodeState {
    if (items.length === 0) return EMPTY
    const { bytes, weight } = this.#source.hashed(items)
    return { digest: kept(sha256(bytes)), items: items.length, weight }
  }

  /** Digests of the children of a node in a bucket. */
  #childDigests(items: readonly Item[], depth: number): Uint8Array[] {
    const groups: Item[][] = Array.from({ length: FANOUT }, () => [])
    for (const item of items) groups[digitAt(this.#source.keyOfItem(item), depth)]?.push(item)
    return groups.map((group) => this.#stateOfItems(group).digest)
  }
}

function bucket(): Bucket {
  return { rows: [], state: undefined }
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

function digitAt(key: Uint8Array, depth: number): number {
  return digitOf(key[depth >> 1] ?? 0, depth)
}

function digitOf(byte: number, depth: number): number {
  return depth % 2 === 0 ? byte >> 4 : byte & 15
}

function hasPrefix(key: Uint8Array, prefix: string): boolean {
  for (let depth = 0; depth < prefix.length; depth++) {
    if (digitAt(key, depth) !== Number.parseInt(prefix[depth] ?? '', 16)) return false
  }
  return true
}
