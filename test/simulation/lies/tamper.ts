/** Hosts that are bent at one place, so that they get as far into others as anybody can. */
import type { Stream, StreamHandler } from '@libp2p/interface'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Manner, Tamper } from './manner.ts'

/** The part of all chunks that a corrupting node changes. */
const CORRUPTION = 0.05

export function tamperOf(manner: Manner, random: Seeded): Tamper | undefined {
  const keep = { handler: (_: string, handler: StreamHandler) => handler, outgoing: same }
  switch (manner) {
    case 'swallowing':
      return { ...keep, handler: (name, handler) => (name.includes('/stem/') ? swallow : handler) }
    case 'silent':
      return { ...keep, handler: (name, handler) => (SILENT.test(name) ? keepOpen : handler) }
    case 'corrupting':
      return {
        ...keep,
        outgoing: (bytes) => (random.chance(CORRUPTION) ? corrupt(bytes, random) : bytes)
      }
    default:
      return undefined
  }
}

/** All protocols of ours that answer. */
const SILENT = /\/(?:sync|have|filter|retractions)\//

function same(bytes: Uint8Array): Uint8Array {
  return bytes
}

function swallow(stream: Stream): void {
  stream.addEventListener('message', () => undefined)
  stream.addEventListener('remoteCloseWrite', () => void stream.close())
}

function keepOpen(stream: Stream): void {
  stream.addEventListener('message', () => undefined)
}

function corrupt(bytes: Uint8Array, random: Seeded): Uint8Array {
  const changed = Uint8Array.from(bytes)
  if (random.chance(0.3)) return changed.subarray(0, random.below(changed.length))
  if (random.chance(0.3)) return Buffer.concat([changed, changed])
  const at = random.below(changed.length)
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
  return changed
}
