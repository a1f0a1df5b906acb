/**
 * One pull of all that a peer has beyond this replica: goes down the peer's tree of heads where its
 * fingerprints differ, depth first and from a random digit on, and pulls feeds as soon as a leaf names
 * them.
 *
 * Guaranteed: after a complete run this side has every entry that the peer had when it answered, unless
 * it refused one. Nothing is expected of what changes meanwhile: both sides answer from what
 * they have at that moment. A run that takes too long, or whose tree has no end, is left; the
 * next one begins elsewhere.
 */
import { randomBytes } from 'node:crypto'
import { MAX_PREFIX_DIGITS } from '../../crdt/index.ts'
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { MAX_FRUITLESS_NODES, MAX_PULLED_FEEDS, NODES_PER_ENTRY } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { unexpected } from './feed-pull.ts'
import { batchOf } from './tree-walk.ts'
import { fingerprint, SALT_BYTES, sketchOf } from './fingerprints.ts'
import { inTurn } from './in-turn.ts'
import { readSyncAnswer, writeSyncRequest } from './sync-frames.ts'
import { isLowerFork } from './sync-server.ts'
import type { PublicView } from '../../crdt/index.ts'
import type { Pace } from '../pace.ts'
import type { FeedPull } from './feed-pull.ts'
import type { Request } from './placed-request.ts'
import type { HeadSketch, NodeSketch } from './fingerprints.ts'

export interface DescentInit {
  readonly replica: Pick<PublicView, 'headOf' | 'nodeAt'>
  readonly feeds: FeedPull
  readonly request: Request
  /** Of nodes of the peer that brought nothing, also in earlier runs. */
  readonly fruitless: Pick<Pace, 'isOpen' | 'take'>
  /** Whether the time of the run is over. */
  isLate(): boolean
  /** 0 to 1. */
  random(): number
}

const DIGITS = 16

export class Descent {
  readonly #init: DescentInit
  readonly #salt = new Uint8Array(randomBytes(SALT_BYTES))
  readonly #firstDigit: number
  /** Prefixes to ask for, the next one last. */
  readonly #prefixes = ['']
  /** Feeds that the peer has more of. */
  #wanted = new Map<string, HeadSketch>()
  #visited = 0

  constructor(init: DescentInit) {
    this.#init = init
    this.#firstDigit = Math.floor(init.random() * DIGITS)
  }

  /** Resolves to whether all of the tree was compared. */
  async run(): Promise<boolean> {
    const { fruitless, feeds } = this.#init
    if (!fruitless.isOpen) return false
    const before = feeds.received
    try {
      return await this.#walk()
    } finally {
      fruitless.take(Math.max(0, this.#visited - NODES_PER_ENTRY * (feeds.received - before)))
    }
  }

  async #walk(): Promise<boolean> {
    const { feeds } = this.#init
    while (this.#prefixes.length > 0) {
      const allowed = MAX_FRUITLESS_NODES + NODES_PER_ENTRY * feeds.received
      if (this.#visited >= allowed || this.#init.isLate()) return false
      await this.#compare(this.#prefixes.splice(-batchOf(this.#prefixes)).toReversed())
      if (this.#wanted.size >= MAX_PULLED_FEEDS || this.#prefixes.length === 0) await this.#pull()
    }
    return !feeds.isCut
  }

  async #compare(prefixes: readonly string[]): Promise<void> {
    const salt = this.#salt
    const request = writeSyncRequest({ type: 'nodes', salt, prefixes })
    this.#visited += prefixes.length
    const deeper = await this.#init.request(request, (read) =>
      inTurn(prefixes, async (prefix) => {
        const answer = readSyncAnswer(await read())
        if (answer.type !== 'node') throw unexpected(answer)
        return this.#differences(prefix, answer.node)
      })
    )
    this.#prefixes.push(...deeper.toReversed())
  }

  /** Prefixes of children that differ; notes the feeds of a leaf. */
  #differences(prefix: string, theirs: NodeSketch): string[] {
    if (theirs.type === 'leaf') {
      checkLeaf(prefix, theirs.heads)
      for (const head of theirs.heads) {
        if (this.#isBehind(head)) this.#wanted.set(toHex(head.author), head)
      }
      return []
    }
    if (prefix.length === MAX_PREFIX_DIGITS) {
      throw new ProtocolError('a node below a whole author key')
    }
    const ours = sketchOf(this.#init.replica.nodeAt(prefix), this.#salt)
    const found: string[] = []
    for (let i = 0; i < DIGITS; i++) {
      const digit = (i + this.#firstDigit) % DIGITS
      const their = theirs.children[digit]
      const our = ours.type === 'inner' ? ours.children[digit] : undefined
      const differs = their !== undefined && (our === undefined || !equalBytes(our, their))
      if (differs) found.push(prefix + digit.toString(16))
    }
    return found
  }

  /** Whether the peer has more of a feed, or another branch of it. */
  #isBehind(their: HeadSketch): boolean {
    const our = this.#init.replica.headOf(their.author)
    if (our === undefined) return their.seq > 0 || their.fork > 0
    if (isLowerFork(their.fork, our.fork) || their.base > our.base) return true
    const seq = our.fork > 0 ? Math.min(their.seq, our.fork - 1) : their.seq
    if (seq !== our.seq || our.seq < our.base) return seq > our.seq
    return their.seq === seq && !equalBytes(fingerprint(this.#salt, our.head), their.fingerprint)
  }

  async #pull(): Promise<void> {
    const wanted = this.#wanted
    this.#wanted = new Map()
    await this.#init.feeds.pull(wanted, (author) => {
      const head = wanted.get(toHex(author))
      return head !== undefined && this.#isBehind(head)
    })
  }
}

/** Throws `ProtocolError` unless the heads are under the prefix, in the order of their authors. */
function checkLeaf(prefix: string, heads: readonly HeadSketch[]): void {
  let before = ''
  for (const { author } of heads) {
    const name = toHex(author)
    if (!name.startsWith(prefix) || name <= before) {
      throw new ProtocolError('a leaf with heads that do not belong there')
    }
    before = name
  }
}
