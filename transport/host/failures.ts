/** Failures to dial and to listen in plain words. libp2p's own name the layer that broke, not what to do. */

/** A handshake that ends like this met another swarm key, or a key on one side only. */
const KEY_FAILURES: ReadonlySet<string> = new Set([
  'EncryptionFailedError',
  'UnexpectedEOFError',
  'StreamResetError',
  'InvalidCryptoExchangeError'
])

/** libp2p keeps only the message of an error of the door. */
const DOOR_CLOSED = /((?:The peer|This node) refused [^:]* at the door: .*?)\.(?: |$)/

export function explainDialFailure(error: Error, hasKey: boolean): string {
  const failures = [error, ...(error instanceof AggregateError ? error.errors : [])]
  const text = failures.map((each: unknown) => String(each)).join(' ')
  const closed = DOOR_CLOSED.exec(text)?.[1]
  if (closed !== undefined) return closed
  if (/could not negotiate/.test(text)) {
    return 'the peer is of another swarm: one of the two swarms is closed, or both are and have different roots'
  }
  if (/ECONNREFUSED/.test(text)) return 'no node listens at this address (connection refused)'
  if (/EHOSTUNREACH|ENETUNREACH/.test(text)) return 'there is no route to this host'
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'the host name cannot be resolved'
  if (failures.some(isKeyFailure) || /ECONNRESET/.test(text)) {
    return hasKey
      ? 'the peer closed the connection during the handshake: its swarm key differs from the key of this node, or it has none'
      : 'the peer closed the connection during the handshake: it probably requires a swarm key (--swarm-key), and this node has none'
  }
  if (/timed? ?out|aborted/i.test(text)) return 'no response within the time limit'
  return error.message
}

export function explainListenFailure(error: unknown): string {
  const text = String(error)
  if (/EADDRINUSE/.test(text)) return 'another process listens at this address'
  if (/EADDRNOTAVAIL/.test(text)) return 'this machine does not have this address'
  if (/EACCES/.test(text)) return 'the port needs more rights; use a port above 1023'
  return text.split('\n')[0] ?? text
}

function isKeyFailure(error: unknown): boolean {
  return error instanceof Error && KEY_FAILURES.has(error.name)
}
