/**
 * Steps that agents take one after the other with one thing: rare where each step is drawn by itself, and
 * what many faults need.
 */
import { inOrder } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { StepKind } from './kinds.ts'
import type { Plan, Step } from './step.ts'

const CHAINS: readonly (readonly StepKind[])[] = [
  ['recall', 'forget', 'distill', 'recall'],
  ['distill', 'broadcast', 'forget', 'distill', 'broadcast'],
  ['disk-full', 'broadcast', 'disk-full'],
  ['broadcast', 'crash-between-writes', 'broadcast'],
  ['vouch', 'break-connection', 'compact'],
  ['vouch', 'retract', 'vouch'],
  ['stale', 'distill', 'broadcast'],
  ['vouch', 'dispute', 'compact', 'restart'],
  ['partition', 'broadcast', 'revote', 'compact', 'crash-process', 'heal'],
  ['add-skill', 'use-skill', 'restart']
]

/** Each of their steps is about another thing. */
const SPREAD: readonly (readonly StepKind[])[] = [
  ['distill', 'distill', 'distill', 'broadcast', 'revote-all', 'revote-all'],
  ['broadcast', 'vouch', 'dispute', 'revote', 'revote']
]

/** In a closed swarm. */
const CLOSED_CHAINS: readonly (readonly StepKind[])[] = [
  ['count', 'publish-counts', 'vouch'],
  ['count', 'publish-counts', 'dispute', 'count'],
  ['vouch', 'count', 'publish-counts', 'restart', 'revote'],
  ['distill', 'count', 'publish-counts', 'broadcast']
]

/** The part of seeds with chains, and the steps for each of them at least. */
const CHAIN_RATE = 0.4
const STEPS = 12

/** Milliseconds from one step to the next, at most. */
const AT_ONCE = 20
const SOON = 4_000
const LATER = 20_000

/** The same with chains. */
export function withChains(plan: Plan, random: Seeded): Plan {
  const { members, nodes, subjects, end, steps } = plan
  if (!random.chance(CHAIN_RATE)) return plan
  const chains = members === undefined ? CHAINS : [...CHAINS, ...CLOSED_CHAINS, ...CLOSED_CHAINS]
  const count = 1 + random.below(Math.ceil(steps.length / STEPS))
  const added = Array.from({ length: count }, (): Step[] => {
    const both = { node: random.below(nodes), subject: random.below(subjects) }
    const pause = random.pick([AT_ONCE, SOON, SOON, LATER])
    const kinds = random.pick([...chains, ...SPREAD])
    const distance = SPREAD.includes(kinds) ? 1 : 0
    let at = random.next() * end
    return kinds.map((kind, i) => {
      at += random.next() * pause
      return { ...both, subject: (both.subject + i * distance) % subjects, kind, at }
    })
  })
  return { ...plan, steps: inOrder([...steps, ...added.flat()]) }
}
