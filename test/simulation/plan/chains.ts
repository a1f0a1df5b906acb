/**
 * Steps that agents take one after the other with one thing: rare where each step is drawn by itself, and
 * what many faults need. Some chains pass from one agent to another.
 */
import { inOrder, isPrivateSubject, ownSubject } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { StepKind } from './kinds.ts'
import type { Plan, Step } from './step.ts'

/** What the first agent of a chain does, or another one with the same thing. */
type Link = StepKind | { readonly other: StepKind }

type Chain = readonly Link[]

const CHAINS: readonly Chain[] = [
  ['distill', 'recall', 'forget', 'distill', 'recall'],
  ['distill', 'broadcast', 'forget', 'distill', 'broadcast'],
  ['disk-full', 'broadcast', 'disk-full'],
  ['broadcast', 'crash-between-writes', 'broadcast'],
  ['vouch', 'break-connection', 'compact'],
  ['vouch', 'retract', 'vouch'],
  ['vouch', 'compact', 'retract'],
  ['stale', 'distill', 'broadcast'],
  ['distill', 'broadcast', 'recall', 'stale', 'distill', 'recall'],
  ['vouch', 'dispute', 'compact', 'restart'],
  ['distill', 'broadcast', 'crash-process', 'dispute'],
  ['distill', 'broadcast', 'crash-process', 'dispute', 'retract', 'vouch'],
  ['vouch', 'dispute', 'disk-full', 'compact', 'disk-full'],
  ['partition', 'broadcast', 'revote', 'compact', 'crash-process', 'heal'],
  ['add-skill', 'use-skill', 'restart'],
  ['add-skill', 'use-skill', 'disk-full', 'restart'],
  [
    'distill',
    'broadcast',
    { other: 'vouch' },
    { other: 'crash-process' },
    { other: 'distill' },
    { other: 'broadcast' }
  ]
]

/** Each of their steps is about another thing. */
const SPREAD: readonly Chain[] = [
  ['distill', 'distill', 'distill', 'broadcast', 'revote-all', 'revote-all'],
  ['broadcast', 'vouch', 'dispute', 'revote', 'revote']
]

/** In a closed swarm. */
const CLOSED_CHAINS: readonly Chain[] = [
  ['count', 'publish-counts', 'vouch'],
  ['count', 'publish-counts', 'dispute', 'count'],
  ['vouch', 'count', 'publish-counts', 'restart', 'revote'],
  ['distill', 'count', 'publish-counts', 'broadcast'],
  [
    'distill',
    'broadcast',
    { other: 'count' },
    { other: 'publish-counts' },
    { other: 'crash-process' },
    { other: 'distill' },
    { other: 'broadcast' }
  ]
]

/** Of two nodes of one member: what one has said stands again when what the other said later is gone. */
const CLONE_CHAINS: readonly Chain[] = [
  ['vouch', { other: 'dispute' }, { other: 'retract' }, { other: 'compact' }],
  ['distill', 'broadcast', { other: 'dispute' }, { other: 'retract' }, { other: 'compact' }]
]
const CLONE_RATE = 0.5

/** The part of seeds with chains, and the steps for each of them at least. */
const CHAIN_RATE = 0.6
const STEPS = 10

/** Milliseconds from one step to the next, at most. */
const AT_ONCE = 20
const SOON = 4_000
const LATER = 20_000

/** Milliseconds until another agent has heard of it, at least. */
const HEARD = 15_000

/** Writes after which a fault of a chain comes, at most. */
const MAX_WRITES = 8

/** The same with chains, in the place of other steps. */
export function withChains(plan: Plan, random: Seeded): Plan {
  const { members, nodes, subjects, end, steps } = plan
  if (!random.chance(CHAIN_RATE)) return plan
  const chains = members === undefined ? CHAINS : [...CHAINS, ...CLOSED_CHAINS, ...CLOSED_CHAINS]
  const count = 1 + random.below(Math.ceil(steps.length / STEPS))
  const added = Array.from({ length: count }, () => {
    const links = random.pick([...chains, ...SPREAD])
    return stepsOf(links, { nodes, subjects, at: random.next() * end }, random)
  }).flat()
  const left = random.stream('left')
  const rate = Math.max(0, 1 - added.length / steps.length)
  return { ...plan, steps: inOrder([...steps.filter(() => left.chance(rate)), ...added]) }
}

/** The same with a chain that passes from one node of a member to another one. */
export function withCloneChain(plan: Plan, random: Seeded): Plan {
  const { members = [], nodes, subjects, end, steps } = plan
  const second = members.findIndex((member, i) => members.indexOf(member) < i)
  if (second === -1 || !random.chance(CLONE_RATE)) return plan
  const at = random.next() * end
  const pair = [members.indexOf(members[second] ?? 0), second] as const
  const added = stepsOf(random.pick(CLONE_CHAINS), { nodes, subjects, at, pair }, random)
  return { ...plan, steps: inOrder([...steps, ...added]) }
}

interface Begin {
  readonly nodes: number
  readonly subjects: number
  readonly at: number
  /** The nodes; by default drawn. */
  readonly pair?: readonly [first: number, second: number]
}

function stepsOf(links: Chain, { nodes, subjects, at, pair }: Begin, random: Seeded): Step[] {
  const first = pair?.[0] ?? random.below(nodes)
  const subject = subjectOf(links, subjects, random)
  const second = pair?.[1] ?? (first + 1 + random.below(nodes - 1)) % nodes
  const pauses = random.pick([[AT_ONCE], [SOON], [LATER], [AT_ONCE, SOON, LATER]])
  const distance = SPREAD.includes(links) ? 1 : 0
  let [time, last] = [at, first]
  return links.map((link, i) => {
    const [kind, node] = typeof link === 'string' ? [link, first] : [link.other, second]
    time += random.next() * random.pick(pauses) + (node === last ? 0 : HEARD)
    last = node
    const writes = random.below(MAX_WRITES + 1)
    return { at: time, kind, node, subject: subject + i * distance, chained: { writes } }
  })
}

/** Half of the chains that find their fact themselves are about one of their own. */
function subjectOf([first]: Chain, subjects: number, random: Seeded): number {
  if (first === 'distill' && random.chance(0.5)) return ownSubject(random)
  const subject = random.below(subjects)
  return isPrivateSubject(subject) ? subject - 1 : subject
}
