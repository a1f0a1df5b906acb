/** Failures to dial and to listen in plain words. libp2p's own name the layer that broke, not what to do. */

/** A handshake that ends like this met another swarm key, or a key on one side only. */
const KEY_FAILURES: ReadonlySet<string> = new Set([
  'EncryptionFailedError',
  'UnexpectedEOFError',
  'StreamResetError',
  'InvalidCryptoExchangeError'
])

export function explainDialFailure(error: Error, hasKey: boolean): string {
  const failures = [error, ...(error instanceof AggregateError ? error.errors : [])]
  const text = failures.map((each: unknown) => String(each)).join(' ')
  if (/ECONNREFUSED/.test(text)) return 'nothing listens there (connection refused)'
  if (/EHOSTUNREACH|ENETUNREACH/.test(text)) return 'there is no route to that host'
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'that host name does not resolve'
  if (failures.some(isKeyFailure) || /ECONNRESET/.test(text)) {
    return hasKey
      ? 'it hung up during the handshake: its swarm key differs from ours, or it has none'
      : 'it hung up during the handshake: it most likely needs a swarm key (--swarm-key), and this node has none'
  }
  if (/timed? ?out|aborted/i.test(text)) return 'no answer within the time limit'
  return error.message
}

export function explainListenFailure(error: unknown): string {
  const text = String(error)
  if (/EADDRINUSE/.test(text)) return 'another process listens there'
  if (/EADDRNOTAVAIL/.test(text)) return 'this machine has no such address'
  if (/EACCES/.test(text)) return 'that port needs more rights; use one above 1023'
  return text.split('\n')[0] ?? text
}

function isKeyFailure(error: unknown): boolean {
  return error instanceof Error && KEY_FAILURES.has(error.name)
}
