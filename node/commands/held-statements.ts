/** The statements of a node, in this process: for the holder of a root, who signs on top of them. */
import { heldStatements } from '../../src/index.ts'
import type { MemberStatements } from '../../crdt/index.ts'
import type { Call } from '../operations/index.ts'

/** Each statement is checked again: the node may be wrong. */
export async function statementsOfNode(
  call: Call,
  signal: AbortSignal
): Promise<MemberStatements> {
  const all: Uint8Array[] = []
  for (;;) {
    const page = await call('member-statements', { after: all.length }, { signal })
    all.push(...page.statements.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))))
    if (all.length >= page.total || page.statements.length === 0) {
      return heldStatements(page.swarm, all)
    }
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
