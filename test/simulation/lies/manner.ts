/** How the last node of a plan behaves, and how a host is bent. */
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import type { StreamHandler } from '@libp2p/interface'

export const MANNERS = [
  'honest',
  'honest',
  /** Takes stems and passes nothing on. */
  'swallowing',
  /** Never answers a request. */
  'silent',
  /** Changes, repeats, or leaves out bytes of what it sends. */
  'corrupting',
  /** Signs two entries for one place of a feed. */
  'forking',
  'forking',
  'forking',
  /** Sends entries in the name of others, with signatures that it makes up. */
  'forging',
  /** Signs entries that do not follow those before. */
  'unchained'
] as const

/** In a closed swarm. */
export const CLOSED_MANNERS = [
  ...MANNERS,
  /** A member that votes under many authors, and with tags that it makes up. */
  'many-voiced',
  'many-voiced',
  'many-voiced',
  'many-voiced',
  'many-voiced'
] as const

/** Of a later version, and honest: its entries are of a format that others cannot read. */
export const NEWER = 'newer'

/** The format that the later version has more: with the content of the last known one. */
export const LATER_FORMAT = ENTRY_FORMAT + 1

export type Manner = (typeof CLOSED_MANNERS)[number] | typeof NEWER

export interface Tamper {
  /** Replaces the handler of a protocol. */
  handler(protocol: string, handler: StreamHandler): StreamHandler
  /** What is sent in place of `bytes`. */
  outgoing(bytes: Uint8Array): Uint8Array
}
