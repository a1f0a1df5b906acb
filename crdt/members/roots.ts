/**
 * The roots of a swarm, one after the other: the founding has the first, and each succession the next.
 * A root that signed several successions has the one with the lowest id, on every node.
 */
import { toHex } from '../bytes/index.ts'
import { successorCommitment } from './closed-swarm.ts'
import type { Founding } from './founding.ts'
import type { Succession } from './succession.ts'

interface Reign {
  readonly root: Uint8Array
  /** Ids that this root kept, in hex; undefined for the first root, which has nothing to keep. */
  readonly kept: ReadonlySet<string> | undefined
}

export class Roots {
  #founding: Founding | undefined
  readonly #successions = new Map<string, Succession>()
  /** Keys of all roots that any succession names: their signatures can be checked. */
  readonly #keys = new Set<string>()
  /** Commitments of all roots, whether they count or not. */
  readonly #commitments = new Set<string>()
  /** The successions that count, in their order. */
  #counted: Succession[] = []
  #reigns: readonly Reign[] = []
  /** Positions of the keys of `#reigns`. */
  readonly #positions = new Map<string, number>()

  get founding(): Founding | undefined {
    return this.#founding
  }

  /** The key of the root that reigns now; undefined without a founding. */
  get current(): Uint8Array | undefined {
    return this.#reigns.at(-1)?.root
  }

  get successions(): number {
    return this.#successions.size
  }

  /** The founding and the successions that led to the root that reigns, in their order. */
  line(): (Founding | Succession)[] {
    return this.#founding === undefined ? [] : [this.#founding, ...this.#counted]
  }

  /** Whether the key is that of any root. */
  isRoot(key: string): boolean {
    return this.#keys.has(key)
  }

  /** The commitment that a succession of this root must match, in hex; undefined if one does. */
  missingCommitment({ root }: Pick<Succession, 'root'>): string | undefined {
    const commitment = toHex(successorCommitment(root))
    return this.#commitments.has(commitment) ? undefined : commitment
  }

  addFounding(founding: Founding): void {
    this.#founding = founding
    this.#note(founding)
  }

  addSuccession(succession: Succession): void {
    this.#successions.set(toHex(succession.id), succession)
    this.#note(succession)
  }

  /** Whether a statement that `root` signed counts: the root reigns, or each root since keeps it. */
  stands(id: string, root: string): boolean {
    const position = this.#positions.get(root)
    if (position === undefined) return false
    return this.#reigns.slice(position + 1).every(({ kept }) => kept?.has(id) === true)
  }

  #note({ root, successor }: Founding | Succession): void {
    this.#keys.add(toHex(root))
    this.#commitments.add(toHex(successor))
    this.#reigns = this.#inOrder()
    this.#positions.clear()
    for (const [at, reign] of this.#reigns.entries()) this.#positions.set(toHex(reign.root), at)
  }

  #inOrder(): Reign[] {
    this.#counted = []
    if (this.#founding === undefined) return []
    const reigns: Reign[] = [{ root: this.#founding.root, kept: undefined }]
    const seen = new Set([toHex(this.#founding.root)])
    let commitment = toHex(this.#founding.successor)
    for (;;) {
      const next = this.#nextOf(commitment)
      // A root may name itself or an earlier one as its successor: that ends the line.
      if (next === undefined || seen.has(toHex(next.root))) return reigns
      seen.add(toHex(next.root))
      this.#counted.push(next)
      reigns.push({ root: next.root, kept: new Set(next.kept.map(toHex)) })
      commitment = toHex(next.successor)
    }
  }

  #nextOf(commitment: string): Succession | undefined {
    return [...this.#successions.values()]
      .filter(({ root }) => toHex(successorCommitment(root)) === commitment)
      .toSorted((a, b) => Buffer.compare(a.id, b.id))[0]
  }
}
