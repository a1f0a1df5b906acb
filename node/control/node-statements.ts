/** The statements of a node, in this process: for the holder of a root, who signs on top of them. */
import type { MemberStatements } from '../../crdt/index.ts'
import type { Call } from '../operations/index.ts'

/** As the node has them, in hexadecimal digits. */
export async function listStatements(
  call: Call,
  signal: AbortSignal
): Promise<{ readonly swarm: string; readonly statements: readonly string[] }> {
  const all: string[] = []
  for (;;) {
    const { swarm, total, statements } = await call(
      'member-statements',
      { after: all.length },
      { signal }
    )
    all.push(...statements)
    if (all.length >= total || statements.length === 0) return { swarm, statements: all }
  }
}

/** Each statement is checked again: the node may be wrong. */
export async function statementsOfNode(call: Call, signal: AbortSignal): Promise<MemberStatements> {
  // Loaded here: most commands need no library.
  const { heldStatements } = await import('../../src/index.ts')
  const { swarm, statements } = await listStatements(call, signal)
  return heldStatements(
    swarm,
    statements.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))
  )
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
