/** What `hive members` does with a root: it signs in this process, and the node gets what it signed. */
import { renewWithRoot, revokeWithRoot } from '../../src/index.ts'
import { hexOf, statementsOfNode } from '../control/node-statements.ts'
import { openRoot } from '../root-file.ts'
import type { Call } from '../operations/index.ts'
import type { RootSource } from '../root-file.ts'

/** Whose certificate, by which root. */
export interface RootAct {
  readonly call: Call
  readonly signal: AbortSignal
  readonly source: RootSource
  /** Of the member. */
  readonly id: string
}

export async function revokeByRoot(act: RootAct, withInvited: boolean): Promise<void> {
  await sign(act, (statements, root, seconds) =>
    revokeWithRoot(statements, root, { id: act.id, seconds, withInvited })
  )
}

export async function renewByRoot(act: RootAct, days: number | undefined): Promise<void> {
  await sign(act, (statements, root, seconds) => [
    renewWithRoot(statements, root, { id: act.id, seconds, days })
  ])
}

type Parameter<At extends 0 | 1> = Parameters<typeof revokeWithRoot>[At]

async function sign(
  { call, signal, source }: RootAct,
  make: (statements: Parameter<0>, root: Parameter<1>, seconds: number) => readonly Uint8Array[]
): Promise<void> {
  const statements = await statementsOfNode(call, signal)
  const { root } = await openRoot(source)
  const signed = make(statements, root, Math.floor(Date.now() / 1000))
  await call('member-add', { statements: signed.map(hexOf) }, { signal })
}
