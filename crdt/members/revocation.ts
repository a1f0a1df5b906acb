/**
 * Revocations: the root, or an ancestor in the chain of a certificate, ends it. All that the revoked
 * member issued ends too, since it may be backdated, unless the revocation keeps it by its id.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES } from '../constants.ts'
import { readBytes, readUint } from '../bytes/index.ts'
import { MAX_NUMBER } from './constants.ts'
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
import type { SigningKey } from '../bytes/index.ts'
import type { StatementBytes } from './statement-bytes.ts'

/** What a revocation states. */
export interface RevocationInit {
  /** Id of the certificate that ends, 32 bytes. */
  readonly target: Uint8Array
  /** The public key of the root, or the id of a certificate above the target: 32 bytes. */
  readonly issuer: Uint8Array
  /** Rings of this epoch and later ones leave the voice out. Doors close at once. */
  readonly epoch: number
  /** Ids of certificates and revocations that the target issued and that stand. */
  readonly kept: readonly Uint8Array[]
}

/** A signed revocation. */
export interface Revocation extends StatementBytes, RevocationInit {
  readonly kind: 'revocation'
}

/** Signs a revocation. Throws `MemberError` (STATEMENT_INVALID). */
export function createRevocation(
  swarm: string,
  { target, issuer, epoch, kept }: RevocationInit,
  signer: Pick<SigningKey, 'sign'>
): Revocation {
  if ([target, issuer].some((bytes) => bytes.length !== HASH_BYTES)) {
    throw invalid('The target and the issuer of a revocation have 32 bytes each.')
  }
  if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch > MAX_NUMBER) {
    throw invalid(`The epoch of a revocation is 0 to ${MAX_NUMBER}.`)
  }
  const sorted = sortIds(kept)
  const body = encoding.encode((encoder) => {
    encoding.writeUint8(encoder, KINDS.revocation)
    encoding.writeUint8Array(encoder, target)
    encoding.writeUint8Array(encoder, issuer)
    encoding.writeVarUint(encoder, epoch)
    writeKept(encoder, sorted)
  })
  const bytes = signBody(swarm, 'revocation', body, signer)
  return { kind: 'revocation', target, issuer, epoch, kept: sorted, ...bytes }
}

/** Reads what follows the kind. The signature is not checked. */
export function readRevocation(decoder: Decoder): Revocation {
  const target = readBytes(decoder, HASH_BYTES)
  const issuer = readBytes(decoder, HASH_BYTES)
  const epoch = readUint(decoder, MAX_NUMBER)
  const kept = readKept(decoder)
  return { kind: 'revocation', target, issuer, epoch, kept, ...readSignature(decoder) }
}
