/**
 * The relays of own authors. An author sends by one relay for its life, also over a restart: each
 * further one would be another chance for a spy to see what begins here. A relay that swallows, or is
 * gone for long, is replaced, at most `MAX_RELAYS - 1` times. After that the same ones are tried again.
 */
import { fromHex, readAll, readText, readUint, toHex } from '../../crdt/bytes/index.ts'
import * as encoding from 'lib0/encoding'
import { MAX_AUTHOR_RELAYS, MAX_STORED_RELAYS, RELAY_ABSENCE } from '../constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { Store } from '../../crdt/index.ts'
import type { Clock } from '../peers/offences.ts'

export interface AuthorRelaysInit {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly clock: Clock
  /** 0 to 1. */
  random(): number
  /** Connected peers that take stems. */
  peers(): readonly PeerId[]
}

/** The relay of an author now. */
export type AuthorRelay =
  | { readonly type: 'relay'; readonly peer: PeerId }
  /** It is gone, and may come back. */
  | { readonly type: 'gone' }
  /** No peer takes stems. */
  | { readonly type: 'none' }

interface Relays {
  /** Peer ids in the order in which they were chosen. */
  readonly used: readonly string[]
  /** Which of them it is now. */
  readonly at: number
}

const MAX_PEER_ID_BYTES = 128
const KEY_BYTES = 32

export class AuthorRelays {
  readonly #init: AuthorRelaysInit
  /** By author in hex, the oldest first. */
  #relays: Map<string, Relays> | undefined
  /** Since when the relay of an author is gone. */
  readonly #goneSince = new Map<string, number>()

  constructor(init: AuthorRelaysInit) {
    this.#init = init
  }

  /** The relay of the author; chooses one for a new author, and in place of one that is gone for long. */
  async relayOf(author: Uint8Array): Promise<AuthorRelay> {
    const relays = (await this.#all()).get(toHex(author))
    if (relays === undefined) return (await this.#choose(author)) ? this.relayOf(author) : NONE
    const name = relays.used[relays.at]
    const peer = this.#init.peers().find((each) => each.toString() === name)
    if (peer === undefined) this.miss(author)
    // Also one that is connected, and takes nothing.
    const since = this.#goneSince.get(toHex(author)) ?? this.#init.clock.now()
    if (this.#init.clock.now() - since >= RELAY_ABSENCE) {
      this.#goneSince.delete(toHex(author))
      if ((await this.replace(author)) || (await this.tryNext(author))) return this.relayOf(author)
    }
    return peer === undefined ? { type: 'gone' } : { type: 'relay', peer }
  }

  /** The relay takes nothing at the moment. */
  miss(author: Uint8Array): void {
    const name = toHex(author)
    if (!this.#goneSince.has(name)) this.#goneSince.set(name, this.#init.clock.now())
  }

  /** The relay has taken something. */
  reach(author: Uint8Array): void {
    this.#goneSince.delete(toHex(author))
  }

  /** Chooses another relay; false if the author has used up its relays, or there is no other peer. */
  replace(author: Uint8Array): Promise<boolean> {
    return this.#choose(author)
  }

  /** Goes on with another one of the used relays; false if there is one only. */
  async tryNext(author: Uint8Array): Promise<boolean> {
    const all = await this.#all()
    const relays = all.get(toHex(author))
    if (relays === undefined || relays.used.length < 2) return false
    await this.#set(author, { ...relays, at: (relays.at + 1) % relays.used.length })
    return true
  }

  async #choose(author: Uint8Array): Promise<boolean> {
    const used = (await this.#all()).get(toHex(author))?.used ?? []
    if (used.length >= MAX_AUTHOR_RELAYS) return false
    const peers = this.#init.peers().map(String)
    const others = peers.filter((peer) => !used.includes(peer))
    const chosen = others[Math.floor(this.#init.random() * others.length)]
    if (chosen === undefined) return false
    await this.#set(author, { used: [...used, chosen], at: used.length })
    return true
  }

  async #set(author: Uint8Array, relays: Relays): Promise<void> {
    const { store } = this.#init
    const section = store.section('author-relays')
    const all = await this.#all()
    const name = toHex(author)
    all.delete(name)
    all.set(name, relays)
    const old = [...all.keys()].slice(0, Math.max(0, all.size - MAX_STORED_RELAYS))
    for (const each of old) all.delete(each)
    const removals = old.flatMap((each) => {
      const key = fromHex(each, KEY_BYTES)
      return key === undefined ? [] : [section.del(key)]
    })
    try {
      await store.commit([section.put(author, writeRelays(relays)), ...removals])
    } catch (error) {
      // A relay that is not on disk would be another one after a restart.
      this.#relays = undefined
      throw error
    }
  }

  async #all(): Promise<Map<string, Relays>> {
    if (this.#relays !== undefined) return this.#relays
    const relays = new Map<string, Relays>()
    for await (const [author, bytes] of this.#init.store.section('author-relays').entries()) {
      relays.set(toHex(author), readRelays(bytes))
    }
    return (this.#relays ??= relays)
  }
}

const NONE: AuthorRelay = { type: 'none' }

/** Peer ids of the relays that an author has used, in the order in which they were chosen. */
export async function usedRelays(
  store: Pick<Store, 'section'>,
  author: Uint8Array
): Promise<readonly string[]> {
  const bytes = await store.section('author-relays').get(author)
  return bytes === undefined ? [] : readRelays(bytes).used
}

function writeRelays({ used, at }: Relays): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, at)
    encoding.writeVarUint(encoder, used.length)
    for (const peer of used) encoding.writeVarString(encoder, peer)
  })
}

function readRelays(bytes: Uint8Array): Relays {
  return readAll(bytes, (decoder) => {
    const at = readUint(decoder, MAX_AUTHOR_RELAYS)
    const count = readUint(decoder, MAX_AUTHOR_RELAYS)
    const used = Array.from({ length: count }, () => readText(decoder, MAX_PEER_ID_BYTES))
    return { at, used }
  })
}
