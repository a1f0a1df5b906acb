/**
 * The places that inviters have given: one for each member, whatever number of certificates it has of
 * the inviter. An inviter has as many as its maximum. Places are ordered by number, then by the keys of
 * the member, so that every node leaves out the same ones if an inviter has given more.
 *
 * Two members may have one number: a restored copy of an inviter counts from where it was.
 */
import { toHex } from '../bytes/index.ts'
import { MAX_NUMBER } from './constants.ts'
import type { Certificate } from './certificate.ts'

/** One inviter's. */
interface Given {
  /** Names of places, in ascending order. */
  readonly names: string[]
  /** Ids of certificates by the name of their place. */
  readonly certificates: Map<string, Set<string>>
  /** How many have left for others. */
  replaced: number
}

const DIGITS = String(MAX_NUMBER).length

/** Of what a certificate gives a place. */
export type Placed = Pick<Certificate, 'issuer' | 'member' | 'number' | 'voice'>

export class Places {
  readonly #given = new Map<string, Given>()

  /** How many members have a certificate of this issuer. */
  count(issuer: string): number {
    return this.#given.get(issuer)?.names.length ?? 0
  }

  /** The number of the member's place; undefined if it has none. */
  numberOf(
    issuer: string,
    { member, voice }: Pick<Placed, 'member' | 'voice'>
  ): number | undefined {
    const keys = keysOf({ member, voice })
    const name = this.#given.get(issuer)?.names.find((each) => each.endsWith(keys))
    return name === undefined ? undefined : Number(name.slice(0, DIGITS))
  }

  /** Whether `max` other places come before. */
  isBeyond(certificate: Placed, max: number): boolean {
    const first = this.#given.get(toHex(certificate.issuer))?.names[max]
    return first !== undefined && nameOf(certificate) >= first
  }

  /**
   * What makes place for a certificate: nothing while there is room, or the ids of the certificates
   * of the last place. One place beyond the maximum is kept: it proves that the inviter cheats.
   * `surplus`: the certificate itself has none.
   */
  displaced(certificate: Placed, max: number, mostReplaced: number): 'surplus' | readonly string[] {
    const given = this.#given.get(toHex(certificate.issuer))
    const last = given?.names[max]
    const name = nameOf(certificate)
    if (given === undefined || last === undefined || given.certificates.has(name)) return []
    if (name > last || given.replaced >= mostReplaced) return 'surplus'
    return [...(given.certificates.get(last) ?? [])]
  }

  /** A place of the issuer has left for another one. */
  countReplaced(issuer: Uint8Array): void {
    this.#of(issuer).replaced += 1
  }

  add(id: string, certificate: Placed): void {
    const { names, certificates } = this.#of(certificate.issuer)
    const name = nameOf(certificate)
    const known = certificates.get(name)
    if (known !== undefined) {
      known.add(id)
      return
    }
    certificates.set(name, new Set([id]))
    names.splice(positionOf(names, name), 0, name)
  }

  remove(id: string, certificate: Placed): void {
    const { names, certificates } = this.#of(certificate.issuer)
    const name = nameOf(certificate)
    const ids = certificates.get(name)
    if (ids?.delete(id) !== true || ids.size > 0) return
    certificates.delete(name)
    names.splice(positionOf(names, name), 1)
  }

  #of(issuer: Uint8Array): Given {
    const key = toHex(issuer)
    const known = this.#given.get(key)
    if (known !== undefined) return known
    const fresh: Given = { names: [], certificates: new Map(), replaced: 0 }
    this.#given.set(key, fresh)
    return fresh
  }
}

/** Sorts as the number does, and then as the keys. */
function nameOf(certificate: Placed): string {
  return `${String(certificate.number).padStart(DIGITS, '0')}${keysOf(certificate)}`
}

function keysOf({ member, voice }: Pick<Placed, 'member' | 'voice'>): string {
  return `/${toHex(member)}/${toHex(voice)}`
}

/** Where the name is, or would be. */
function positionOf(names: readonly string[], name: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((names[middle] ?? '') < name) low = middle + 1
    else high = middle
  }
  return low
}
