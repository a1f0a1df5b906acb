/**
 * The network that an address is of: /24 of IPv4, /48 of IPv6. Who has one address mostly has the others
 * of its group as well, so places for peers are limited by it.
 */
import { hostOf, scopeOf } from './addresses.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Of a relayed address that of the relay; undefined for those of this machine and its network, and names. */
export function groupOf(address: Multiaddr): string | undefined {
  const scope = scopeOf(address)
  const host = hostOf(address)
  if (host === undefined || scope === 'loopback' || scope === 'private') return undefined
  if (host.includes('.') && !host.includes(':')) return host.split('.').slice(0, 3).join('.')
  const words = wordsOf(host)
  return isMapped(words) ? mappedGroup(words) : words.slice(0, 3).join(':')
}

/** An IPv4 address in the form of IPv6 (RFC 4291). */
function isMapped(words: readonly string[]): boolean {
  return words.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
}

function mappedGroup([, , , , , , front = '', back = '']: readonly string[]): string {
  const [first, last] = [Number.parseInt(front, 16), Number.parseInt(back, 16)]
  return [first >> 8, first & 255, last >> 8].join('.')
}

/** The eight words of an IPv6 address, without leading zeros. */
function wordsOf(host: string): string[] {
  const [front = '', back] = host.toLowerCase().split('::')
  const first = front === '' ? [] : front.split(':')
  const last = back === undefined || back === '' ? [] : back.split(':')
  const zeros = back === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const words = [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
  return words.map((word) => word.replace(/^0+(?=.)/, ''))
}
