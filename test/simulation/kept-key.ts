/** The key of an author is on disk only while its node is stopped. */
import * as decoding from 'lib0/decoding'
import { toHex, unseal } from '../../crdt/bytes/index.ts'
import { KEY_BYTES } from '../../crdt/constants.ts'
import { authorOf } from '../../crdt/feeds/author.ts'
import type { SimulatedNode } from './simulated-node.ts'

const KEY = Buffer.from('author')

/** An author that has signed something in this run, and whose key is on disk; in words. */
export function keyOnDisk({ disk, running }: SimulatedNode): string | undefined {
  const sealed = disk.durable('!kept-author!author')
  const bytes = sealed === undefined ? undefined : unseal(KEY, sealed)
  if (running === undefined || bytes === undefined) return undefined
  const decoder = decoding.createDecoder(bytes)
  decoding.readVarString(decoder)
  const { key } = authorOf(decoding.readUint8Array(decoder, KEY_BYTES).slice())
  const last = decoding.readVarUint(decoder)
  const name = toHex(key)
  const head = running.parts.replica.heads().find(({ author }) => toHex(author) === name)
  if (head === undefined || head.seq <= last) return undefined
  return `the key of the author ${name.slice(0, 6)} is on disk, and has signed entry ${head.seq}`
}
