/**
 * Names of closed swarms. `NAME~` and 32 hexadecimal digits: the digits bind the name to the root and to
 * the commitment to its successor. So the name alone tells which root is the right one.
 */
import { sha256, toHex } from '../bytes/index.ts'
import { BINDING_BYTES } from './constants.ts'
import { labelled } from './domain.ts'

/** The root of a swarm, and the commitment to the root that may follow it. */
export interface RootBinding {
  /** Public key of the root, 32 bytes. */
  readonly root: Uint8Array
  /** `successorCommitment` of the next root, 32 bytes. */
  readonly successor: Uint8Array
}

const CLOSED = /^(.+)~([0-9a-f]{32})$/s

/** SHA-256 over the domain and the public key of the root that may follow. */
export function successorCommitment(root: Uint8Array): Uint8Array {
  return sha256(labelled('successor', root))
}

/** The full name of a closed swarm, from the name that people use. */
export function closedSwarmName(name: string, binding: RootBinding): string {
  return `${name}~${digitsOf(binding)}`
}

/** The name that people use: without the digits. */
export function plainSwarmName(name: string): string {
  return CLOSED.exec(name)?.[1] ?? name
}

/** Whether the name binds this root and this commitment. */
export function bindsRoot(name: string, binding: RootBinding): boolean {
  return CLOSED.exec(name)?.[2] === digitsOf(binding)
}

function digitsOf({ root, successor }: RootBinding): string {
  return toHex(sha256(labelled('swarm-root', root, successor)).subarray(0, BINDING_BYTES))
}
