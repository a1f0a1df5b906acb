/**
 * Successions: the next root takes over. Its key matches the commitment of the root before, so that
 * only the holder of the successor's seed can sign one. Of the statements of earlier roots, those that
 * it keeps by their ids stand; all others end.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES } from '../constants.ts'
import { readBytes } from '../bytes/index.ts'
import { successorCommitment } from './closed-swarm.ts'
import {
  invalid,
  KINDS,
  readKept,
  readSignature,
  signBody,
  sortIds,
  writeKept
} from './statement-bytes.ts'
import type { Decoder } from '../bytes/index.ts'
import type { RootBinding } from './closed-swarm.ts'
import type { SigningKey } from '../bytes/index.ts'
import type { StatementBytes } from './statement-bytes.ts'

/** A signed succession: the new root, and the commitment to the root after it. */
export interface Succession extends StatementBytes, RootBinding {
  readonly kind: 'succession'
  /** Ids of certificates and revocations of earlier roots that stand. */
  readonly kept: readonly Uint8Array[]
}

/** What a succession states. */
export interface SuccessionInit {
  /** The public key of the root that may follow the new one, 32 bytes. */
  readonly successor: Uint8Array
  /** See `Succession`. */
  readonly kept: readonly Uint8Array[]
}

/** The new root signs that it takes over. Throws `MemberError` (STATEMENT_INVALID). */
export function createSuccession(
  swarm: string,
  { successor, kept }: SuccessionInit,
  newRoot: SigningKey
): Succession {
  if (successor.length !== KEY_BYTES) throw invalid('The key of a successor has 32 bytes.')
  const root = newRoot.key
  const commitment = successorCommitment(successor)
  const sorted = sortIds(kept)
  const body = encoding.encode((encoder) => {
    encoding.writeUint8(encoder, KINDS.succession)
    encoding.writeUint8Array(encoder, root)
    encoding.writeUint8Array(encoder, commitment)
    writeKept(encoder, sorted)
  })
  const bytes = signBody(swarm, 'succession', body, newRoot)
  return { kind: 'succession', root, successor: commitment, kept: sorted, ...bytes }
}

/** Reads what follows the kind. The signature is not checked. */
export function readSuccession(decoder: Decoder): Succession {
  const root = readBytes(decoder, KEY_BYTES)
  const successor = readBytes(decoder, HASH_BYTES)
  const kept = readKept(decoder)
  return { kind: 'succession', root, successor, kept, ...readSignature(decoder) }
}
