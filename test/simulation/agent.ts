/** Does the work of a plan on a node, and notes what was acknowledged. */
import { toHex } from '../../crdt/bytes/index.ts'
import { CodedError, MemberError, StoreError } from '../../crdt/index.ts'
import { FeedVoices } from '../../crdt/feeds/feed-voices.ts'
import { CLOSED_WORK, WORK } from './plan.ts'
import type { Cortex } from '../../src/runtime/cortex.ts'
import type { Acknowledged, Stance } from './acknowledged.ts'
import type { Life, Subject } from './subject.ts'
import type { Step } from './plan.ts'

type Work = (typeof WORK)[number] | (typeof CLOSED_WORK)[number]

/** Texts with this word are private: it must not be on another node. */
export const CANARY = 'Quetzalword'

/** One fact of seven is private. */
const PRIVATE_EVERY = 7

const WORDS = 'amber basin cedar delta ember fjord grove heath inlet jetty knoll lagoon'.split(' ')

/** What the step's subject says: the same on all nodes, unless it is private. */
export function textOf(subject: number, node: string): { text: string; isPrivate: boolean } {
  const isPrivate = subject % PRIVATE_EVERY === PRIVATE_EVERY - 1
  const word = WORDS[subject % WORDS.length] ?? ''
  const other = WORDS[(subject * 5 + 3) % WORDS.length] ?? ''
  const text = `Deploy step ${subject}: restart ${word} before ${other} and wait ${subject * 3 + 2} seconds.`
  return { text: isPrivate ? `${text} ${CANARY} of ${node}.` : text, isPrivate }
}

export function entityOf(subject: number): string {
  return `service ${WORDS[subject % WORDS.length] ?? ''}`
}

/** The counter that the work raises. */
export const COUNTER = 'seen'

/** Records that are voted on again and again. */
const CONTESTED = 4

const DAY = 86_400_000

/** Different skills, and uses in one step. */
const SKILLS = 3
const USES = 25

export class Agent {
  readonly #node: Subject
  readonly #acknowledged: Acknowledged
  readonly #tell: (text: string) => void
  readonly #check: (text: string) => void
  /** Whether a node may have no valid certificate. */
  readonly #mayBeRefused: boolean
  /** Records that were not only vouched for by a broadcast. */
  readonly #vouchedByHand = new Set<string>()
  /** The work of one life is done in order, so that what is expected of it is known. */
  readonly #queues = new WeakMap<Life, Promise<void>>()

  /** `tell`: for the story; `check`: what must not be. */
  constructor(
    node: Subject,
    acknowledged: Acknowledged,
    {
      tell,
      check,
      mayBeRefused
    }: {
      readonly tell: (text: string) => void
      readonly check: (text: string) => void
      readonly mayBeRefused: boolean
    }
  ) {
    this.#node = node
    this.#acknowledged = acknowledged
    this.#tell = tell
    this.#check = check
    this.#mayBeRefused = mayBeRefused
  }

  /** Never rejects; a node that is down does nothing. */
  do(step: Step): Promise<void> {
    const running = this.#node.running
    if (running === undefined || !isWork(step.kind)) return Promise.resolve()
    const kind = step.kind
    // A life that ended leaves work that never ends.
    const before = this.#queues.get(running) ?? Promise.resolve()
    const work = before.then(() => this.#try(kind, step, running))
    this.#queues.set(running, work)
    return work
  }

  async #try(kind: Work, step: Step, running: Life): Promise<void> {
    const { cortex } = running.hive.agent
    try {
      const told = await this.#perform(kind, step, cortex, running)
      if (told !== undefined) this.#tell(`${kind} ${told}`)
    } catch (error) {
      if (error instanceof CodedError) {
        this.#tell(`${kind} refused: ${error.code}`)
        // A node that stops refuses what it cannot do any more.
        const isOver = this.#node.running !== running
        const isRefused = this.#mayBeRefused && error instanceof MemberError
        if (!isOver && !isRefused && !(error instanceof StoreError) && !EXPECTED.has(error.code)) {
          this.#check(`${kind} failed with ${error.code}: ${error.message}`)
        }
      } else
        this.#check(`${kind} threw ${error instanceof Error ? (error.stack ?? '') : String(error)}`)
    }
  }

  async #perform(
    kind: Work,
    step: Step,
    cortex: Cortex,
    running: Life
  ): Promise<string | undefined> {
    switch (kind) {
      case 'distill':
        return this.#distill(step, cortex)
      case 'broadcast':
        return this.#broadcast(cortex, running)
      case 'vouch':
      case 'dispute':
      case 'stale':
      case 'retract':
        return this.#vote(kind, step, cortex, running)
      case 'forget':
        return this.#forget(step, cortex)
      case 'recall':
        return this.#recall(step, cortex)
      case 'insights':
        return `${(await cortex.hive.getGlobalInsights({ state: 'released' })).length} released`
      case 'goal':
        return this.#goal(step, cortex)
      case 'insert-step':
      case 'edit-step':
      case 'move-step':
      case 'remove-step':
        return this.#playbook(kind, step, cortex)
      case 'add-skill':
        return this.#addSkill(step, cortex)
      case 'use-skill':
        return this.#useSkill(step, cortex)
      case 'compact':
        return `${(await cortex.janitor.compact()).entries} entries`
      case 'rebuild-filters':
        return `${(await cortex.janitor.rebuildBloomFilter()).elements} elements`
      case 'count':
        return this.#count(step, running)
      case 'publish-counts':
        return `${await this.publishCounts(running)} entries`
      case 'revote':
        return this.#revote(step, cortex, running)
      case 'synchronize': {
        const { peers, failed } = await cortex.hive.synchronize()
        return `with ${peers}, ${failed} failed`
      }
    }
  }

  async #distill({ subject }: Step, { knowledge, hive }: Cortex): Promise<string> {
    const { text, isPrivate } = textOf(subject, this.#node.name)
    const facts = this.#acknowledged.factsOf(this.#node.name)
    const input = { entity: entityOf(subject), content: text, confidence: 0.95 }
    const id = knowledge.identify(input)
    const known = facts.get(id)
    facts.set(id, {
      text,
      isPrivate,
      isThere: known?.isThere === true ? true : undefined,
      mayBeStale: known?.mayBeStale === true
    })
    const { status } = await knowledge.distill(input.entity, text, 0.95, { private: isPrivate })
    // A repetition of what the hive has told this node is no fact of its own.
    const isTold = (await hive.get(id))?.state === 'released'
    if (status === 'duplicate' && known?.isThere === false && !isTold) {
      this.#check(`distill took fact ${subject} for known, and nobody has it`)
    }
    const isThere = status === 'duplicate' && known?.isThere !== true ? undefined : true
    facts.set(id, { text, isPrivate, isThere, mayBeStale: isThere !== true })
    return `fact ${subject} ${status}`
  }

  async #broadcast({ hive }: Cortex, { parts }: Life): Promise<string> {
    const { name } = this.#node
    const facts = this.#acknowledged.factsOf(name)
    const shared = [...facts].filter(
      ([, { isPrivate, isThere }]) => !isPrivate && isThere !== false
    )
    for (const [id] of shared) {
      if (this.#acknowledged.stance(name, id).has('none')) {
        this.#acknowledged.mayState(name, id, 'vouch')
      }
    }
    const report = await hive.broadcastKnowledge()
    // What the node says of them now was acknowledged, and stays.
    for (const [id] of shared) {
      const vote = await parts.replica.voteOn(Buffer.from(id, 'hex'))
      this.#acknowledged.states(name, id, vote ?? 'none')
    }
    return `${report.promoted} new, ${report.corroborated} votes`
  }

  async #count({ subject }: Step, { parts }: Life): Promise<string | undefined> {
    const known = (await parts.replica.newestRecords(0, 100)).toSorted((a, b) =>
      Buffer.compare(a, b)
    )
    const digest = known[subject % Math.max(1, known.length)]
    if (digest === undefined) return undefined
    const id = toHex(digest)
    const count = this.#acknowledged.countOf(this.#node.name, id)
    const seen = 1 + (subject % 5)
    count.most += seen
    await parts.replica.addEvidence(digest, { [COUNTER]: seen })
    count.least += seen
    return `${id.slice(0, 6)}, ${seen} more`
  }

  /** Publishes what was counted; resolves to the number of entries. */
  async publishCounts({ parts }: Life): Promise<number> {
    const epoch = parts.members?.membership.epoch()
    const entries = await parts.replica.publishEvidence(Math.floor(Date.now() / DAY))
    await parts.swarm?.announce(entries)
    const voices = new FeedVoices(parts.store)
    for (const { author } of entries) {
      const signed = (await voices.of(author))?.epoch
      if (signed !== epoch && parts.members?.membership.epoch() === epoch) {
        this.#check(`an author of epoch ${signed} has signed in epoch ${epoch}`)
      }
    }
    return entries.length
  }

  /** The opposite of what the node says of one of a few records. */
  async #revote(step: Step, cortex: Cortex, running: Life): Promise<string | undefined> {
    const known = (await running.parts.replica.newestRecords(0, 100)).map(toHex).toSorted()
    const contested = known.filter((id) => !this.#acknowledged.goals.has(id)).slice(0, CONTESTED)
    const id = contested[step.subject % Math.max(1, contested.length)]
    if (id === undefined) return undefined
    const isVouched = this.#acknowledged.stance(this.#node.name, id).has('vouch')
    const subject = known.indexOf(id)
    const kind = isVouched ? 'dispute' : 'vouch'
    return `${kind} ${await this.#vote(kind, { ...step, subject }, cortex, running)}`
  }

  async #vote(
    kind: 'vouch' | 'dispute' | 'stale' | 'retract',
    { subject }: Step,
    { hive }: Cortex,
    { parts }: Life
  ): Promise<string | undefined> {
    const known = (await parts.replica.newestRecords(0, 100)).map(toHex)
    const id = known.toSorted()[subject % Math.max(1, known.length)]
    if (id === undefined || this.#acknowledged.goals.has(id)) return undefined
    const { name } = this.#node
    const stance: Stance = kind === 'retract' ? 'none' : kind
    this.#acknowledged.mayState(name, id, stance, 'none')
    const fact = this.#acknowledged.factsOf(name).get(id)
    if (kind === 'stale' && fact !== undefined) {
      this.#acknowledged.factsOf(name).set(id, { ...fact, mayBeStale: true })
    }
    if (kind === 'vouch') this.#vouchedByHand.add(id)
    if (kind === 'retract') await hive.retract(id)
    // False of a fact that is no record any more, and of a repeated statement.
    else if (kind === 'stale') {
      if (!(await hive.stale(id)).hive) return `${id.slice(0, 6)}, which changed nothing`
    } else await hive[kind](id)
    this.#acknowledged.states(name, id, stance)
    return id.slice(0, 6)
  }

  async #forget({ subject }: Step, { knowledge }: Cortex): Promise<string | undefined> {
    const { name } = this.#node
    const facts = this.#acknowledged.factsOf(name)
    const [id, fact] = [...facts][subject % Math.max(1, facts.size)] ?? []
    if (id === undefined || fact === undefined) return undefined
    facts.set(id, { ...fact, isThere: undefined })
    this.#acknowledged.mayState(name, id, 'none')
    const { forgotten, retracted } = await knowledge.forget(id)
    facts.set(id, { ...fact, isThere: false })
    // What it says of the record without having promoted its fact, it may go on saying.
    const said = [...this.#acknowledged.stance(name, id)].filter(
      (stance) => stance !== 'vouch' || this.#vouchedByHand.has(id)
    )
    if (forgotten || retracted) this.#acknowledged.states(name, id, 'none', ...said)
    return `${id.slice(0, 6)}${forgotten ? '' : ' (was not there)'}`
  }

  async #recall({ subject }: Step, { knowledge }: Cortex): Promise<string> {
    const { text } = textOf(subject, this.#node.name)
    const { items } = await knowledge.recall(text, { maxWait: Infinity })
    const facts = this.#acknowledged.factsOf(this.#node.name)
    for (const { fact, origin } of items) {
      const isForgotten = facts.get(fact.id)?.isThere === false
      if (isForgotten && origin === 'local')
        this.#check(`recall gave the forgotten fact ${fact.id}`)
    }
    const own = [...facts].filter(([, fact]) => fact.text === text && fact.isThere === true)
    for (const [id] of own) {
      const isStale = facts.get(id)?.mayBeStale === true
      if (!isStale && !items.some(({ fact }) => fact.id === id)) {
        this.#check(`recall did not find fact ${id}: ${text}`)
      }
    }
    return `${items.length} items`
  }

  async #goal({ subject }: Step, { hive }: Cortex): Promise<string> {
    const { id } = await hive.goals.add({ title: `Reach harbour ${subject % 4}` })
    this.#acknowledged.goals.add(id)
    return id.slice(0, 6)
  }

  async #addSkill({ subject }: Step, { capabilities }: Cortex): Promise<string> {
    const name = `add-${subject % SKILLS}`
    const { id, status } = await capabilities.registerCapability({
      name,
      description: `Adds ${subject % SKILLS} to a number.`,
      kind: 'code',
      source: `export default (number) => number + ${subject % SKILLS}`,
      tests: [{ input: 1, output: 1 + (subject % SKILLS) }]
    })
    this.#acknowledged.skillsOf(this.#node.name).set(id, name)
    return `${id.slice(0, 6)} ${status}`
  }

  /** Often enough that uses verify it, and it is shared. */
  async #useSkill({ subject }: Step, { capabilities }: Cortex): Promise<string | undefined> {
    const skills = [...this.#acknowledged.skillsOf(this.#node.name)]
    const [id, name] = skills[subject % Math.max(1, skills.length)] ?? []
    if (id === undefined || name === undefined) return undefined
    for (let number = 0; number < USES; number++) {
      const { output } = await capabilities.invoke(id, number)
      const sum = number + Number(name.slice('add-'.length))
      if (output !== sum) this.#check(`${name} gave ${JSON.stringify(output)} for ${number}`)
    }
    return `${name}, ${(await capabilities.get(id)).status}`
  }

  async #playbook(
    kind: 'insert-step' | 'edit-step' | 'move-step' | 'remove-step',
    { subject, at }: Step,
    { hive }: Cortex
  ): Promise<string | undefined> {
    const goals = [...this.#acknowledged.goals]
    const goal = goals[subject % Math.max(1, goals.length)]
    if (goal === undefined || (await hive.goals.get(goal)) === undefined) return undefined
    using playbook = hive.goals.playbook(goal)
    if (kind === 'insert-step') {
      await playbook.insert(subject % 3, {
        title: `Step of ${this.#node.name} at ${Math.round(at)}`
      })
      return goal.slice(0, 6)
    }
    const steps = await playbook.steps()
    const step = steps[subject % Math.max(1, steps.length)]
    if (step === undefined) return undefined
    if (kind === 'edit-step') await playbook.edit(step.id, { body: `Body of ${Math.round(at)}` })
    else if (kind === 'move-step') await playbook.move(step.id, subject % steps.length)
    else await playbook.remove(step.id)
    return goal.slice(0, 6)
  }
}

function isWork(kind: Step['kind']): kind is Work {
  return [...WORK, ...CLOSED_WORK].some((work) => work === kind)
}

/** What a call may be refused with, when peers and faults come in between. */
const EXPECTED: ReadonlySet<string> = new Set([
  'RECORD_UNKNOWN',
  'SEARCH_FAILED',
  'GOAL_UNKNOWN',
  'STEP_UNKNOWN',
  'STOPPED',
  'WITHHELD'
])
