/** Names of playbook documents: one for each goal, by the digest of the goal's record. */
import { HASH_BYTES } from '../constants.ts'
import { fromHex, toHex } from '../bytes/index.ts'

const PREFIX = 'playbook/'

/** The document of a goal's playbook. */
export function playbookDoc(goal: Uint8Array): string {
  return `${PREFIX}${toHex(goal)}`
}

/** Digest of the goal of a playbook document; undefined for any other document. */
export function goalOfDoc(doc: string): Uint8Array | undefined {
  return doc.startsWith(PREFIX) ? fromHex(doc.slice(PREFIX.length), HASH_BYTES) : undefined
}
