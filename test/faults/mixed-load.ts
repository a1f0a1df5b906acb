/** A mixed load on a node: each operation, and what it makes of what was acknowledged. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { preparePublication } from '../../crdt/publishing/publication.ts'
import { insertStep } from '../../crdt/playbooks/steps.ts'
import { identifyFact, prepareFact } from '../../src/facts/index.ts'
import { afterBlacklisting } from '../../src/skills/lifecycle/lifecycle.ts'
import { identifySkill } from '../../src/skills/skill-identity.ts'
import { publication } from '../fixtures/publications.ts'
import { NOW } from './store-node.ts'
import type { Acknowledged, FactState, SkillState } from './acknowledged.ts'
import type { Expected } from './expected.ts'
import type { StoreNode } from './store-node.ts'

type Random = () => number
type Operation = (node: StoreNode, known: Acknowledged, random: Random) => Promise<void>

const DAY = 20_000

/** What an operation may end with while commits fail; an edit may build on one that was not written. */
const REFUSALS: ReadonlySet<unknown> = new Set(['STORE_WRITE_FAILED', 'EDIT_OUTDATED'])

/** Steps of one playbook; a node opens none of more than 10,000 changes. */
const PLAYBOOK_STEPS = 300
const NAMES = 8

/** No two of them change the same name. */
const OPERATIONS: readonly Operation[] = [
  addSome,
  oneOf(addMany, forget),
  vote,
  addEvidence,
  publishEvidence,
  editPlaybook,
  spend,
  oneOf(addSkill, addSkill, blacklistSkill, removeSkill),
  (node) => node.facts.filter.rebuild(),
  (node) => node.replica.published.rebuild(),
  (node) => node.replica.compact().then(() => node.replica.whenCompacted())
]

/**
 * Runs `count` operations at once, on different names, and returns how many failed; these may have
 * landed or not.
 */
export async function runOperations(
  node: StoreNode,
  known: Acknowledged,
  { count, random }: { readonly count: number; readonly random: Random }
): Promise<number> {
  const chosen = new Set(Array.from({ length: count }, () => pick(OPERATIONS, random)))
  const outcomes = await Promise.allSettled(
    [...chosen].map((operation) => operation(node, known, random))
  )
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  for (const outcome of failed) {
    const error: unknown = outcome.reason
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // Each door fails in one of these ways.
    if (!REFUSALS.has(code)) throw error
  }
  return failed.length
}

/** Compares all that was acknowledged with what is there; nothing may fail meanwhile. */
export async function checkAcknowledged(node: StoreNode, known: Acknowledged): Promise<void> {
  for (const name of known.facts.names()) known.facts.found(name, await factState(node, name))
  for (const name of known.votes.names()) {
    known.votes.found(name, (await node.replica.voteOn(recordOf(name))) !== undefined)
  }
  await node.replica.publishEvidence(DAY)
  const registers = await Array.fromAsync(node.replica.votes(recordOf('evidence')))
  const counters = registers.flatMap(({ register }) => register.counters)
  known.evidence.found(
    'evidence',
    counters.reduce((sum, [, count]) => sum + count, 0)
  )
  for (const name of known.steps.names()) {
    known.steps.found(name, (await node.replica.playbook(goalOf(name))).steps.length)
  }
  for (const name of known.skills.names()) known.skills.found(name, skillState(node, name))
}

/** After a restart: reservations that were not settled are booked in full by then. */
export function checkSpent(node: StoreNode, known: Acknowledged): void {
  for (const agent of known.spent.names()) known.spent.found(agent, spentBy(node, agent))
}

/** A private fact that comes again without the flag is a duplicate, and stays private. */
export async function repeatPrivateFacts(node: StoreNode, known: Acknowledged): Promise<void> {
  for (const name of known.facts.names()) {
    const [state, ...others] = known.facts.of(name)
    if (state !== 'private' || others.length > 0) continue
    const [added] = await node.facts.add([factOf(name, false)])
    assert.equal(added?.status, 'duplicate', `${name} came back`)
    assert.equal(await factState(node, name), 'private')
  }
}

function oneOf(...operations: readonly Operation[]): Operation {
  return (node, known, random) => pick(operations, random)(node, known, random)
}

/** Several calls at once, which may share a commit. */
async function addSome(node: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  const first = Math.floor(random() * NAMES)
  const calls = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) =>
    add(node, known, { name: `fact ${(first + i) % NAMES}`, isPrivate: random() < 0.5 })
  )
  await Promise.allSettled(calls)
  await Promise.all(calls)
}

async function add(
  { facts }: StoreNode,
  known: Acknowledged,
  { name, isPrivate }: { readonly name: string; readonly isPrivate: boolean }
): Promise<void> {
  const before = known.facts.of(name)
  await expectWrite(
    known.facts,
    [name],
    (state): FactState => (isPrivate || state === 'private' ? 'private' : 'public'),
    async () => {
      const [added] = await facts.add([factOf(name, isPrivate)])
      if (!before.includes('absent')) assert.equal(added?.status, 'duplicate', name)
      if (before.join() === 'absent') assert.equal(added?.status, 'new', name)
    }
  )
}

async function addMany({ facts }: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  const from = Math.floor(random() * 1_000)
  const names = Array.from({ length: 20 }, (_, i) => `many ${from + i}`)
  const many = names.map((name) => factOf(name, false))
  await expectWrite(
    known.facts,
    names,
    (): FactState => 'public',
    () => facts.add(many)
  )
}

async function forget({ facts }: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  // Not a name that is added at the same time.
  const name = `many ${Math.floor(random() * 1_000)}`
  await expectWrite(
    known.facts,
    [name],
    (): FactState => 'absent',
    () => facts.forget([digestOf(name)])
  )
}

async function vote({ replica }: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  const name = `published ${Math.floor(random() * NAMES)}`
  const isVote = random() < 0.5
  await expectWrite(
    known.votes,
    [name],
    () => isVote,
    () => (isVote ? replica.publish([publication(name)]) : replica.retract(recordOf(name)))
  )
}

async function addEvidence({ replica }: StoreNode, known: Acknowledged): Promise<void> {
  await expectWrite(
    known.evidence,
    ['evidence'],
    (trials) => trials + 1,
    () => replica.addEvidence(recordOf('evidence'), { trials: 1 })
  )
}

async function publishEvidence({ replica }: StoreNode): Promise<void> {
  await replica.publishEvidence(DAY)
}

async function editPlaybook({ replica }: StoreNode, known: Acknowledged): Promise<void> {
  const name = openPlaybook(known)
  await expectWrite(
    known.steps,
    [name],
    (steps) => steps + 1,
    () =>
      replica.editPlaybook(goalOf(name), (doc) =>
        insertStep(doc, 0, { title: 'step', body: 'work' })
      )
  )
}

/** A call is paid for whether or not its settlement can be written. */
async function spend({ ledger }: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  const agent = 'limited'
  const signal = AbortSignal.timeout(10_000)
  const maximum = 1_000n
  const before = known.spent.of(agent)
  const reserving = known.spent.begin(agent, (spent) => spent + maximum)
  let reservation
  try {
    reservation = await ledger.reserve(
      { agent, task: 'any', model: 'any', cost: maximum, tokens: 10 },
      signal
    )
  } catch (error) {
    reserving.refuse()
    throw error
  }
  reserving.acknowledge()
  const cost = random() < 0.5 ? 400n : maximum
  reservation.settle({ input: 5, cacheRead: 0, cacheWrite: 0, output: 5 }, cost)
  known.spent.set(
    agent,
    before.flatMap((spent) => [spent + cost, ...(known.isKilled ? [spent + maximum] : [])])
  )
}

async function addSkill({ skills }: StoreNode, known: Acknowledged, random: Random): Promise<void> {
  const name = skillName(random)
  await expectWrite(
    known.skills,
    [name],
    (state) => {
      if (state === 'removed as blacklisted') return 'blacklisted'
      return state === 'blacklisted' ? state : 'present'
    },
    () => skills.add(skillOf(name), { from: 'local' })
  )
}

async function blacklistSkill(
  { skills }: StoreNode,
  known: Acknowledged,
  random: Random
): Promise<void> {
  await changeSkill(skills, known, {
    name: skillName(random),
    next: () => 'blacklisted',
    change: (id) => skills.apply(id, (lifecycle) => afterBlacklisting(lifecycle, 'a test'))
  })
}

async function removeSkill(
  { skills }: StoreNode,
  known: Acknowledged,
  random: Random
): Promise<void> {
  await changeSkill(skills, known, {
    name: skillName(random),
    next: (state) => (state === 'blacklisted' ? 'removed as blacklisted' : 'removed'),
    change: (id) => skills.remove(id)
  })
}

interface SkillChange {
  readonly name: string
  readonly next: (state: SkillState) => SkillState
  readonly change: (id: string) => Promise<unknown>
}

async function changeSkill(
  skills: StoreNode['skills'],
  known: Acknowledged,
  { name, next, change }: SkillChange
): Promise<void> {
  const { id } = skillOf(name)
  if (skills.get(id) !== undefined) {
    await expectWrite(known.skills, [name], next, () => change(id))
  }
}

/** Runs an operation, and notes what it makes of the states of the names. */
async function expectWrite<State>(
  expected: Expected<State>,
  names: readonly string[],
  next: (state: State) => State,
  run: () => Promise<unknown>
): Promise<void> {
  const begun = names.map((name) => expected.begin(name, next))
  await run()
  for (const each of begun) each.acknowledge()
}

async function factState({ facts }: StoreNode, name: string): Promise<FactState> {
  const stored = await facts.get(digestOf(name))
  if (stored === undefined) return 'absent'
  return stored.private ? 'private' : 'public'
}

function skillState({ skills }: StoreNode, name: string): SkillState {
  const { id } = skillOf(name)
  const skill = skills.get(id)
  const removed = skills.removedLifecycle(id)
  if (skill !== undefined) {
    return skill.lifecycle.status === 'blacklisted' ? 'blacklisted' : 'present'
  }
  if (removed === undefined) return 'absent'
  return removed.status === 'blacklisted' ? 'removed as blacklisted' : 'removed'
}

function spentBy({ ledger }: StoreNode, agent: string): bigint {
  return ledger
    .rows()
    .filter((row) => row.agent === agent)
    .reduce((sum, { cost }) => sum + cost, 0n)
}

function factOf(name: string, isPrivate: boolean): ReturnType<typeof prepareFact> {
  const input = {
    entity: 'load',
    content: `The text of ${name}.`,
    confidence: 0.9,
    private: isPrivate
  }
  return prepareFact(input, identifyFact(input), { agent: 'a', now: NOW, heuristic: false })
}

function digestOf(name: string): Uint8Array {
  return factOf(name, false).digest
}

/** The first goal whose playbook has room. */
function openPlaybook({ steps }: Acknowledged): string {
  for (let i = 0; ; i++) {
    const name = `goal ${i}`
    if (steps.of(name).every((count) => count < PLAYBOOK_STEPS)) return name
  }
}

function goalOf(name: string): Uint8Array {
  return hash('sha256', name, 'buffer')
}

function recordOf(name: string): Uint8Array {
  return preparePublication(publication(name)).digest
}

function skillName(random: Random): string {
  return `skill ${Math.floor(random() * NAMES)}`
}

const skillOf = memoize((name: string) =>
  identifySkill({
    name: name.replace(' ', '-'),
    description: 'Counts letters.',
    kind: 'code',
    source: 'export default (text) => text.length',
    tests: [{ input: 'four', output: 4 }]
  })
)

function memoize<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>()
  return (name) => {
    const value = made.get(name) ?? make(name)
    made.set(name, value)
    return value
  }
}

function pick<T>(choices: readonly T[], random: Random): T {
  const choice = choices[Math.floor(random() * choices.length)]
  if (choice === undefined) throw new Error('nothing to pick from')
  return choice
}
