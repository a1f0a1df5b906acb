/** Answers the requests of one peer of `/sync` from what peers may see. */
import { setTimeout } from 'node:timers/promises'
import { equalBytes } from '../../crdt/bytes/index.ts'
import { MAX_PULL_BYTES, TURN_INTERVAL } from '../constants.ts'
import { sketchOf } from './fingerprints.ts'
import { readSyncRequest, writeSyncAnswer } from './sync-frames.ts'
import type { Pace } from '../pace.ts'
import type { FeedHead, PublicView } from '../../crdt/index.ts'
import type { Summary, SyncAnswer, SyncRequest } from './sync-frames.ts'

export interface SyncServerInit {
  readonly replica: Pick<
    PublicView,
    'checkpointOf' | 'entriesAfter' | 'headerAt' | 'headOf' | 'nodeAt' | 'proofOf'
  >
  /** What this node has. */
  summary(): Summary
  /** Pulls from the peer; whether all of it came. */
  pull(): Promise<boolean>
  /** Of nodes and turns of the peer, also from earlier connections. */
  readonly pace: Pick<Pace, 'take'>
  readonly turnPace: Pick<Pace, 'take'>
}

/** Headers of one walk back, at distances 0, 1, 2, 4 ... from where it begins. */
export const MAX_WALK_HEADERS = 55

export class SyncServer {
  readonly #init: SyncServerInit
  #requests = 0
  #entries = 0

  constructor(init: SyncServerInit) {
    this.#init = init
  }

  /** Requests that were answered. */
  get requests(): number {
    return this.#requests
  }

  /** Entries that the peer has got. */
  get entries(): number {
    return this.#entries
  }

  async answer(
    bytes: Uint8Array,
    writeFrame: (frame: Uint8Array) => Promise<void>,
    signal: AbortSignal
  ): Promise<void> {
    const request = readSyncRequest(bytes)
    this.#requests += 1
    const write: Write = (answer) => writeFrame(writeSyncAnswer(answer))
    switch (request.type) {
      case 'summary':
        return write({ type: 'summary', summary: this.#init.summary() })
      case 'nodes':
        return this.#nodes(request, write, signal)
      case 'pull':
        return this.#pull(request.heads, write)
      case 'turn':
        return this.#turn(write, signal)
    }
  }

  async #nodes(
    { prefixes, salt }: Extract<SyncRequest, { type: 'nodes' }>,
    write: Write,
    signal: AbortSignal
  ): Promise<void> {
    const wait = this.#init.pace.take(prefixes.length)
    if (wait > 0) await setTimeout(wait, undefined, { signal })
    for (const prefix of prefixes) {
      await write({ type: 'node', node: sketchOf(this.#init.replica.nodeAt(prefix), salt) })
    }
  }

  async #pull(heads: readonly FeedHead[], write: Write): Promise<void> {
    let left = MAX_PULL_BYTES
    for (const their of heads) {
      const our = this.#init.replica.headOf(their.author)
      if (our === undefined) continue
      left = await this.#sendFeed(our, their, left, write)
      if (left <= 0) break
    }
    await write({ type: 'done', more: left <= 0 })
  }

  /** Sends what the peer lacks of one feed; returns how many bytes are left. */
  async #sendFeed(our: FeedHead, their: FeedHead, left: number, write: Write): Promise<number> {
    const { author } = our
    const { replica } = this.#init
    if (isLowerFork(our.fork, their.fork)) {
      const bytes = await replica.proofOf(author)
      if (bytes !== undefined) await write({ type: 'proof', bytes })
    }
    if (our.base > their.base) {
      const header = await replica.checkpointOf(author)
      if (header !== undefined) await write({ type: 'header', header })
    }
    if (their.seq > 0 && their.seq <= our.seq && !(await this.#isSameAtHead(our, their))) {
      await this.#sendHeaders(author, their.seq, write)
      return left
    }
    const last = their.fork > 0 ? Math.min(our.seq, their.fork - 1) : our.seq
    return this.#sendEntries(author, Math.max(their.seq, our.base - 1), last, left, write)
  }

  /** Whether both hold the same entry at the other side's head. */
  async #isSameAtHead(our: FeedHead, their: FeedHead): Promise<boolean> {
    if (their.seq < Math.max(our.base, their.base)) return true
    if (their.seq === our.seq) return equalBytes(our.head, their.head)
    const header = await this.#init.replica.headerAt(our.author, their.seq)
    return header === undefined || equalBytes(header.hash, their.head)
  }

  async #sendHeaders(author: Uint8Array, from: number, write: Write): Promise<void> {
    for (const seq of walkBack(from)) {
      const header = await this.#init.replica.headerAt(author, seq)
      if (header !== undefined) await write({ type: 'header', header })
    }
  }

  async #sendEntries(
    author: Uint8Array,
    after: number,
    last: number,
    left: number,
    write: Write
  ): Promise<number> {
    let count = last - after
    let bytesLeft = left
    if (count <= 0) return bytesLeft
    for await (const bytes of this.#init.replica.entriesAfter(author, after)) {
      await write({ type: 'entry', bytes })
      this.#entries += 1
      bytesLeft -= bytes.length
      count -= 1
      if (count === 0 || bytesLeft <= 0) break
    }
    return bytesLeft
  }

  /** Says that it still pulls, as long as it does. */
  async #turn(write: Write, signal: AbortSignal): Promise<void> {
    const wait = this.#init.turnPace.take(1)
    if (wait > 0) await setTimeout(wait, undefined, { signal })
    const pulled = this.#init.pull()
    let writing = Promise.resolve()
    const timer = setInterval(() => {
      writing = writing.then(() => write({ type: 'wait' })).catch(() => undefined)
    }, TURN_INTERVAL)
    try {
      const isComplete = await pulled
      await writing
      await write({ type: 'done', more: !isComplete })
    } finally {
      clearInterval(timer)
    }
  }
}

type Write = (answer: SyncAnswer) => Promise<void>

export function isLowerFork(fork: number, than: number): boolean {
  return fork > 0 && (than === 0 || fork < than)
}

/** Lowest first: a proof there makes the ones above it needless. */
function walkBack(from: number): number[] {
  const places = [from]
  for (let distance = 1; distance < from; distance *= 2) places.push(from - distance)
  return places.toReversed()
}
