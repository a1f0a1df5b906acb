/** Changes of what was acknowledged, as lines from one process to another. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { checkAcknowledged, checkSpent, repeatPrivateFacts } from './mixed-load.ts'
import { assertConsistent } from './store-node.ts'
import type { Acknowledged, AnyState, Kind } from './acknowledged.ts'
import type { StoreNode } from './store-node.ts'

type Change = readonly [kind: Kind, name: string, states: readonly AnyState[]]

/** A bigint is its digits and an `n`. */
const BIGINT = /^\d+n$/

const Line = z.tuple([
  z.enum(['facts', 'votes', 'evidence', 'steps', 'spent', 'skills']),
  z.string(),
  z.array(z.union([z.string(), z.boolean(), z.number()]))
])

export function changeLine([kind, name, states]: Change): string {
  const plain = states.map((state) => (typeof state === 'bigint' ? `${state}n` : state))
  return JSON.stringify([kind, name, plain])
}

export function parseChange(line: string): z.infer<typeof Line> {
  return Line.parse(JSON.parse(line))
}

export function putChange(known: Acknowledged, [kind, name, plain]: z.infer<typeof Line>): void {
  const states = plain.map((state) =>
    typeof state === 'string' && BIGINT.test(state) ? BigInt(state.slice(0, -1)) : state
  )
  Reflect.apply(known[kind].set, known[kind], [name, states])
}

/** Compares a node that was just opened with what was acknowledged. */
export async function compareNode(node: StoreNode, known: Acknowledged): Promise<void> {
  const { isSuspect, condition } = node.store
  assert.equal(isSuspect, false, `damage where there is none: ${JSON.stringify(condition)}`)
  checkSpent(node, known)
  await checkAcknowledged(node, known)
  await assertConsistent(node)
  await repeatPrivateFacts(node, known)
}
