/**
 * Missing bodies that peers say they have, by their filters. Anybody can vote for digests of nothing, so any
 * number of bodies is missing for ever, and one that some peer has would wait among them for its turn by
 * chance. Each peer is asked for what its own filter seems to have. One that brings less than that is
 * asked at a pace of its own, and takes no turn of others.
 */
import {
  BROKEN_CLAIMS_PER_SECOND,
  CLAIM_ROUND_TIMEOUT,
  COMPARED_BODIES,
  COMPARED_PER_SECOND,
  MAX_BROKEN_CLAIMS,
  MAX_COMPARED_BURST,
  MAX_QUERIED_PEERS,
  MAX_REQUESTED_BODIES
} from '../constants.ts'
import { Pace } from '../pace.ts'
import { PeerPaces } from '../peer-paces.ts'
import type { Replica } from '../../crdt/index.ts'
import type { Have } from './have.ts'

/** Filters of peers, of what each has. */
export interface ClaimedRecords {
  peersOf(kind: 'published'): string[]
  seemsToHave(peer: string, kind: 'published', element: Uint8Array): boolean
}

export interface ClaimedBodiesInit {
  readonly replica: Pick<Replica, 'elementOf' | 'likelyMissing' | 'putBodies'>
  readonly have: () => Pick<Have, 'fetch'>
  readonly filters: () => ClaimedRecords
  /** 0 to 1; picks the peers to ask. */
  random(): number
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

export class ClaimedBodies {
  readonly #init: ClaimedBodiesInit
  readonly #compared: Pace
  readonly #broken: PeerPaces
  /** The missing body that was compared last. */
  #after: Uint8Array | undefined

  constructor(init: ClaimedBodiesInit) {
    this.#init = init
    const { now = () => performance.now() } = init
    this.#compared = new Pace(COMPARED_PER_SECOND, MAX_COMPARED_BURST, now)
    this.#broken = new PeerPaces(BROKEN_CLAIMS_PER_SECOND, MAX_BROKEN_CLAIMS, now)
  }

  /** Resolves to whether bodies came. */
  async round(): Promise<boolean> {
    const { replica } = this.#init
    const peers = this.#peersToAsk()
    const missing = peers.length === 0 ? [] : await this.#likelyMissing(peers)
    const found = await Promise.all(
      [...this.#assign(peers, missing)].map(([peer, digests]) => this.#ask(peer, digests))
    )
    const bodies = found.flat()
    if (bodies.length === 0) return false
    const stored = await replica.putBodies(bodies, true)
    return stored.length > 0
  }

  /** Of those that no round before has looked at, and of all once there are none, as far as the pace goes. */
  async #likelyMissing(peers: readonly string[]): Promise<Uint8Array[]> {
    const { replica } = this.#init
    const seemsHeld = (digest: Uint8Array): boolean => this.#claiming(peers, digest).length > 0
    while (this.#compared.isOpen) {
      const options = { after: this.#after, most: COMPARED_BODIES, seemsHeld }
      const { missing, looked, last } = await replica.likelyMissing(MAX_REQUESTED_BODIES, options)
      this.#compared.take(looked)
      this.#after = last
      if (missing.length > 0 || last === undefined) return missing
    }
    return []
  }

  /** Any of those whose claims held until now. */
  #peersToAsk(): string[] {
    const open = this.#init
      .filters()
      .peersOf('published')
      .filter((peer) => this.#broken.of(peer).isOpen)
    const chosen: string[] = []
    while (chosen.length < MAX_QUERIED_PEERS && open.length > 0) {
      chosen.push(...open.splice(this.#pick(open.length), 1))
    }
    return chosen
  }

  #claiming(peers: readonly string[], digest: Uint8Array): string[] {
    const element = this.#init.replica.elementOf(digest)
    const filters = this.#init.filters()
    return peers.filter((peer) => filters.seemsToHave(peer, 'published', element))
  }

  /** Each digest to any of the peers that claim it. */
  #assign(
    peers: readonly string[],
    missing: readonly Uint8Array[]
  ): ReadonlyMap<string, Uint8Array[]> {
    const asked = new Map<string, Uint8Array[]>()
    for (const digest of missing) {
      const claiming = this.#claiming(peers, digest)
      const peer = claiming[this.#pick(claiming.length)]
      if (peer !== undefined) asked.set(peer, [...(asked.get(peer) ?? []), digest])
    }
    return asked
  }

  async #ask(peer: string, digests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const options = { peers: [peer], within: CLAIM_ROUND_TIMEOUT }
    const found = await this.#init.have().fetch(digests, options)
    this.#broken.of(peer).take(digests.length - found.size)
    return [...found.values()]
  }

  #pick(count: number): number {
    return Math.floor(this.#init.random() * count)
  }
}
