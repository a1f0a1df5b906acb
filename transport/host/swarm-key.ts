/** Swarm keys, in the standard `swarm.key` text format, and the names of a swarm. */
import { hash, randomBytes } from 'node:crypto'
import { SwarmError } from '../errors.ts'

const FORMAT = /^\/key\/swarm\/psk\/1\.0\.0\/\r?\n\/base16\/\r?\n([0-9a-f]{64})\s*$/i
const HEADER = '/key/swarm/psk/1.0.0/\n/base16/\n'
const KEY_BYTES = 32
const ID_BYTES = 8

/** A new key, as the text of a `swarm.key` file. */
export function generateSwarmKey(): string {
  return `${HEADER}${randomBytes(KEY_BYTES).toString('hex')}\n`
}

/** The text of a `swarm.key` file from its 64 hexadecimal digits. */
export function swarmKeyText(hex: string): string {
  const text = `${HEADER}${hex}\n`
  swarmKeyHex(text)
  return text
}

/** The text in the form that pnet reads. Throws `SwarmError` when it is not a swarm key. */
export function parseSwarmKey(text: string): Uint8Array {
  return Buffer.from(`${HEADER}${swarmKeyHex(text)}`)
}

/** The 32 bytes that the text stands for. Throws `SwarmError` when it is not a swarm key. */
export function swarmKeyBytes(text: string): Uint8Array {
  return Buffer.from(swarmKeyHex(text), 'hex')
}

/**
 * Names a swarm in topics and protocols: the first 8 bytes, in hex, of SHA-256 over the domain and
 * the name. The key is not in it: peers with the old and with the new key are one swarm while it is
 * replaced, and the key gate keeps out who has neither.
 */
export function swarmId(name: string): string {
  const text = JSON.stringify(['noormme-hive/swarm', name])
  return hash('sha256', text, 'buffer').subarray(0, ID_BYTES).toString('hex')
}

/** The 64 hexadecimal digits that the text stands for. Throws `SwarmError` when it is not a swarm key. */
export function swarmKeyHex(text: string): string {
  const hex = FORMAT.exec(text.trim())?.[1]
  if (hex === undefined) {
    throw new SwarmError(
      'SWARM_KEY_INVALID',
      'This is not a swarm key. Make a swarm key with "hive keygen > swarm.key" and give it to every peer.'
    )
  }
  return hex.toLowerCase()
}
