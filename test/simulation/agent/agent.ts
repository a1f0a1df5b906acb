/** Does the work of a plan on a node, and notes what was acknowledged. */
import { CodedError, MemberError, StoreError } from '../../../crdt/index.ts'
import { CHAINED_WORK, CLOSED_WORK, WORK } from '../plan/kinds.ts'
import { checkFilters } from '../promises/index-lists.ts'
import { GoalWork } from './goal-work.ts'
import { entityOf, textOf } from './texts.ts'
import { SkillWork } from './skill-work.ts'
import { VoteWork } from './vote-work.ts'
import type { Cortex } from '../../../src/runtime/cortex.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { WorkKind } from '../plan/kinds.ts'
import type { Step } from '../plan/step.ts'
import type { Life, Subject } from '../subject.ts'

/** Steps that wait for the next life, at most. */
const MAX_WAITING = 5

/** What needs no order: nothing is expected of it afterwards. */
const BESIDE: ReadonlySet<string> = new Set<WorkKind>([
  'compact',
  'insights',
  'read-steps',
  'rebuild-filters',
  'synchronize'
])

export class Agent {
  readonly #node: Subject
  readonly #acknowledged: Acknowledged
  readonly #tell: (text: string) => void
  readonly #check: (text: string) => void
  /** Whether a node may have no valid certificate. */
  readonly #mayBeRefused: boolean
  readonly #votes: VoteWork
  readonly #goals: GoalWork
  readonly #skills: SkillWork
  /** The work of one life is done in order, so that what is expected of it is known. */
  readonly #queues = new WeakMap<Life, Promise<void>>()
  readonly #waiting: Step[] = []
  /** Calls of a life that have not ended. */
  readonly #begun = new WeakMap<Life, Map<symbol, string>>()

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
    this.#votes = new VoteWork(acknowledged, node.name, check)
    this.#goals = new GoalWork(acknowledged, node.name)
    this.#skills = new SkillWork(acknowledged, node.name, check)
  }

  /** Calls of the node that runs which have not ended, in words. */
  get unfinished(): readonly string[] {
    const { running } = this.#node
    return running === undefined ? [] : [...(this.#begun.get(running)?.values() ?? [])]
  }

  /** A life has begun: the agent goes on, and may look at playbooks that change. */
  begin(isFollowing: boolean): void {
    const { running } = this.#node
    if (running === undefined) return
    if (isFollowing) this.#goals.follow(running)
    running
      .run(() => this.#acknowledged.heard.listen(running, this.#check))
      .catch((error: unknown) => this.#tell(`cannot read what is released: ${String(error)}`))
    for (const step of this.#waiting.splice(0)) void this.do(step)
  }

  publishCounts(running: Life): Promise<number> {
    return this.#votes.publishCounts(running)
  }

  /** Never rejects; of a node that is down some steps wait for its next life. */
  do(step: Step): Promise<void> {
    const running = this.#node.running
    if (!isWork(step.kind)) return Promise.resolve()
    if (running === undefined) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(step)
      return Promise.resolve()
    }
    const kind = step.kind
    if (BESIDE.has(kind)) return this.#try(kind, step, running)
    // A life that ended leaves work that never ends.
    const before = this.#queues.get(running) ?? Promise.resolve()
    const work = before.then(() => this.#try(kind, step, running))
    this.#queues.set(running, work)
    return work
  }

  async #try(kind: WorkKind, step: Step, running: Life): Promise<void> {
    const { cortex } = running.hive.agent
    const call = Symbol(kind)
    const begun = this.#begun.get(running) ?? new Map<symbol, string>()
    this.#begun.set(running, begun.set(call, `${kind} at ${Math.round(step.at)} ms`))
    try {
      const told = await running.run(() => this.#perform(kind, step, cortex, running))
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
    } finally {
      begun.delete(call)
    }
  }

  async #perform(
    kind: WorkKind,
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
        return this.#votes.vote(kind, step, cortex, running)
      case 'forget':
        return this.#forget(step, cortex)
      case 'recall':
        return this.#recall(step, cortex)
      case 'insights':
        return `${(await cortex.hive.getGlobalInsights({ state: 'released' })).length} released`
      case 'goal':
        return this.#goals.add(step, cortex)
      case 'insert-step':
      case 'edit-step':
      case 'move-step':
      case 'remove-step':
      case 'insert-steps':
        return this.#goals.change(kind, step, cortex)
      case 'read-steps':
        return this.#goals.read(step, cortex)
      case 'add-skill':
        return this.#skills.add(step, cortex)
      case 'use-skill':
        return this.#skills.use(step, cortex)
      case 'compact':
        return `${(await cortex.janitor.compact()).entries} entries`
      case 'rebuild-filters':
        return this.#rebuild(cortex, running)
      case 'count':
        return this.#votes.count(step, cortex, running)
      case 'publish-counts':
        return `${await this.publishCounts(running)} entries`
      case 'revote':
        return this.#votes.revote(step, cortex, running)
      case 'revote-all':
        return this.#votes.revoteAll(cortex, running)
      case 'synchronize': {
        const { peers, failed } = await cortex.hive.synchronize()
        return `with ${peers}, ${failed} failed`
      }
    }
  }

  async #rebuild({ janitor }: Cortex, running: Life): Promise<string> {
    const { elements } = await janitor.rebuildBloomFilter()
    await checkFilters(running, this.#check)
    return `${elements} elements`
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
    // A repetition of what the hive has told this node is no fact of its own.
    const wasTold = (await hive.get(id))?.state === 'released'
    const { status } = await knowledge.distill(input.entity, text, 0.95, { private: isPrivate })
    const isTold = wasTold || (await hive.get(id))?.state === 'released'
    const wasMissing = known === undefined || known.isThere === false
    if (status === 'duplicate' && wasMissing && !isTold) {
      this.#check(`distill took fact ${subject} for known, and nobody has it`)
    }
    const isThere = status === 'duplicate' && known?.isThere !== true ? undefined : true
    facts.set(id, { text, isPrivate, isThere, mayBeStale: isThere !== true })
    return `fact ${subject} ${status}`
  }

  async #broadcast({ hive }: Cortex, running: Life): Promise<string> {
    const { parts } = running
    const { name } = this.#node
    const facts = this.#acknowledged.factsOf(name)
    const shared = [...facts].filter(
      ([, { isPrivate, isThere }]) => !isPrivate && isThere !== false
    )
    // A vote of a broadcast that was cut off may be in its copy alone, which a damaged node reads.
    const doubted = new Set(
      this.#node.hasFlippedBit
        ? shared.flatMap(([id]) => (this.#acknowledged.stance(name, id).size > 1 ? [id] : []))
        : []
    )
    for (const [id] of shared) {
      if (this.#acknowledged.stance(name, id).has('none')) {
        this.#acknowledged.mayState(name, id, 'vouch')
      }
    }
    const held: string[] = []
    for (const [id] of shared) {
      const isVoted = (await parts.replica.voteOn(Buffer.from(id, 'hex'))) !== undefined
      if (!isVoted && (await hive.get(id))?.state === 'quarantined') held.push(id)
    }
    const report = await hive.broadcastKnowledge()
    // What the node says of them now was acknowledged, and stays.
    for (const [id] of shared) {
      const vote = await parts.replica.voteOn(Buffer.from(id, 'hex'))
      if (!doubted.has(id)) this.#acknowledged.states(name, id, vote ?? 'none')
      if (held.includes(id) && vote === 'vouch') this.#acknowledged.heard.corroborate(running, id)
    }
    return `${report.promoted} new, ${report.corroborated} votes`
  }

  async #forget({ subject }: Step, { knowledge }: Cortex): Promise<string | undefined> {
    const { name } = this.#node
    const facts = this.#acknowledged.factsOf(name)
    const own = [...facts].find(([, { text }]) => text === textOf(subject, name).text)
    const [id, fact] = own ?? [...facts][subject % Math.max(1, facts.size)] ?? []
    if (id === undefined || fact === undefined) return undefined
    this.#acknowledged.mayForget(name, id)
    const { forgotten, retracted } = await knowledge.forget(id)
    facts.set(id, { ...fact, isThere: false })
    // What it says of the record without having promoted its fact, it may go on saying.
    const said = [...this.#acknowledged.stance(name, id)].filter(
      (stance) => stance !== 'vouch' || this.#votes.vouchedByHand.has(id)
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
}

function isWork(kind: Step['kind']): kind is WorkKind {
  return [...WORK, ...CLOSED_WORK, ...CHAINED_WORK].some((work) => work === kind)
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
