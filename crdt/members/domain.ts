/** What signatures and hashes of members cover: a label for each use, and the swarm. */
import * as encoding from 'lib0/encoding'
import { DOMAIN } from '../constants.ts'
import { concat } from '../bytes/index.ts'

/** The label of one use, length-prefixed, and `parts` behind it. */
export function labelled(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(text(`${DOMAIN}/${label}`), ...parts)
}

/** As `labelled`, with the swarm's name between. */
export function labelledFor(
  swarm: string,
  label: string,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return labelled(label, text(swarm), ...parts)
}

/** A length and that many bytes of UTF-8. */
function text(value: string): Uint8Array {
  return encoding.encode((encoder) => encoding.writeVarString(encoder, value))
}
