/** Foundings: the root of a swarm and the commitment to its successor. The swarm's name proves it. */
import { HASH_BYTES, KEY_BYTES } from '../constants.ts'
import { concat, readBytes, sha256 } from '../bytes/index.ts'
import { closedSwarmName, successorCommitment } from './closed-swarm.ts'
import { KINDS } from './statement-bytes.ts'
import type { Decoder } from '../bytes/index.ts'
import type { RootBinding } from './closed-swarm.ts'
import type { StatementBytes } from './statement-bytes.ts'

/** The first statement of a closed swarm. */
export interface Founding extends StatementBytes, RootBinding {
  readonly kind: 'founding'
}

/** The public keys of a swarm's root and of its successor. */
export interface FoundingInit {
  readonly root: Uint8Array
  readonly successor: Uint8Array
}

/** A founding, and the full name of its swarm. */
export function foundSwarm(
  name: string,
  { root, successor }: FoundingInit
): { readonly swarm: string; readonly founding: Founding } {
  const binding = { root, successor: successorCommitment(successor) }
  const bytes = concat(Uint8Array.of(KINDS.founding), root, binding.successor)
  const founding: Founding = { kind: 'founding', id: sha256(bytes), bytes, ...binding }
  return { swarm: closedSwarmName(name, binding), founding }
}

/** Reads what follows the kind. */
export function readFounding(decoder: Decoder): Founding {
  const root = readBytes(decoder, KEY_BYTES)
  const successor = readBytes(decoder, HASH_BYTES)
  const bytes = decoder.arr.subarray(0, decoder.pos)
  return { kind: 'founding', id: sha256(bytes), bytes, root, successor }
}
