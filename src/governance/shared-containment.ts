/**
 * The part of a containment that withdraws goals and skills, and steps of playbooks
 * (`step-containment.ts`). A record is withdrawn if only the agent stated or added it, within the
 * window, and this node vouches for it. This node's statement of a goal
 * is retracted. A skill goes back to the sandbox, and the votes on it and its receipts are retracted.
 *
 * A skill is put back before its votes are retracted, so a containment that is killed in between does
 * both again, to the same effect.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { displayText } from '../foreign-text/index.ts'
import { stepOf } from './attributions.ts'
import { WITHDRAW_BATCH } from './constants.ts'
import { StepContainment } from './step-containment.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { Operation, Replica, Store } from '../../crdt/index.ts'
import type { PublicationWindow } from '../knowledge/index.ts'
import type { AttributedKind, Attribution, Attributions } from './attributions.ts'
import type { ContainmentRow } from './containment-rows.ts'
import type { StepContainmentComponents } from './step-containment.ts'
import type { StayReason } from './standing.ts'

/** A goal, a skill or a step that an agent published in the window. */
export interface SharedRecord {
  /** Id of the goal or the skill; of a step, the id of its goal. */
  readonly record: string
  /** Of a step: its id in the playbook of the goal. */
  readonly step?: string
  /** Title of the goal or the step, or name of the skill. */
  readonly title: DisplayText
  /** When the agent published it first. */
  readonly at: Date
  /** Why it is not withdrawn; absent for one that is. */
  readonly stays?: StayReason
  /** Other agents of this node that stated it or added it, at most 16. */
  readonly agents: readonly string[]
  /** Other authors of the swarm that vouch for it: their votes stay. 0 for a step. */
  readonly vouchers: number
}

/** Numbers of goals and skills. */
export interface SharedCounts {
  readonly goals: number
  readonly skills: number
}

/** Numbers of what was withdrawn beside records of facts. */
export interface WithdrawnShared extends SharedCounts {
  /** Steps of playbooks that were removed. */
  readonly steps: number
}

/** Goals, skills and steps of a window. */
export interface SharedListing {
  /** The first ones of each. */
  readonly goals: readonly SharedRecord[]
  readonly skills: readonly SharedRecord[]
  readonly steps: readonly SharedRecord[]
  readonly withdraws: WithdrawnShared
  readonly stays: number
}

export interface SharedContainmentComponents extends StepContainmentComponents {
  readonly attributions: Attributions
  readonly store: Pick<Store, 'commit'>
  readonly replica: Pick<Replica, 'editPlaybook' | 'get' | 'idsFrom' | 'playbook' | 'voteOn'>
  /** Skills of this node with the agents that added them. */
  readonly skills: {
    get(id: string): { readonly agents: readonly string[] } | undefined
    all(): Iterable<{ readonly id: string }>
  }
  /** Puts a skill back to the sandbox; returns what is to be retracted, the skill itself last. */
  readonly recallSkill: (skill: Uint8Array, reason: string) => Promise<readonly Uint8Array[]>
  /** Retracts this node's votes in one commit with the operations, and announces it. */
  readonly retract: (
    digests: readonly Uint8Array[],
    operations: readonly Operation[]
  ) => Promise<unknown>
  /** Stores a row of a containment. */
  readonly put: (row: ContainmentRow) => Operation
}

interface SharedFate {
  readonly at: number
  readonly stays?: StayReason
  readonly agents: readonly string[]
  /** Of a step. */
  readonly title?: string
}

/** The position before all steps. */
const STEPS = 'step/'

/** Goals that are looked through for some that no agent is noted of. */
const MAX_GOALS = 10_000

export class SharedContainment {
  readonly #components: SharedContainmentComponents
  readonly #steps: StepContainment

  constructor(components: SharedContainmentComponents) {
    this.#components = components
    this.#steps = new StepContainment(components)
  }

  /** Removes what is noted of goals and skills without a vote, and of steps that are gone. */
  async forgetGone(): Promise<void> {
    const { attributions, store } = this.#components
    await attributions.forgetRetracted()
    const gone: Attribution[] = []
    this.#steps.forget()
    for await (const each of attributions.all(STEPS)) {
      if ((await this.#steps.now(each)) === undefined) gone.push(each)
    }
    if (gone.length > 0) await store.commit(attributions.remove(gone))
  }

  /** What is in a window, at most `limit` of each kind by name. */
  async list(window: ContainmentRow, limit: number): Promise<SharedListing> {
    const lists: Record<AttributedKind, SharedRecord[]> = { goal: [], skill: [], step: [] }
    const withdraws = { goal: 0, skill: 0, step: 0 }
    let stays = 0
    this.#steps.forget()
    for await (const each of this.#components.attributions.all()) {
      const found = await this.#fateOf(each, window)
      if (found === undefined) continue
      // The edit that removes a step may exceed a limit of the playbook.
      const isLeft = window.state === 'done' && each.kind === 'step' && found.stays === undefined
      const fate: SharedFate = isLeft ? { ...found, stays: 'too-large' } : found
      if (fate.stays === undefined) withdraws[each.kind] += 1
      else stays += 1
      const list = lists[each.kind]
      if (list.length < limit) list.push(await this.#describe(each, fate))
    }
    return {
      goals: lists.goal,
      skills: lists.skill,
      steps: lists.step,
      withdraws: { goals: withdraws.goal, skills: withdraws.skill, steps: withdraws.step },
      stays
    }
  }

  /**
   * Goals and skills that this node vouches for and no agent is noted of: of earlier versions, vouched
   * for by hand, or adopted by the node itself. Of the goals of the swarm it reads the first 10,000.
   */
  async notAttributed(): Promise<SharedCounts> {
    const { replica, skills } = this.#components
    const goals = await replica.idsFrom('', MAX_GOALS, 'goal')
    return {
      goals: await this.#countUnattributed('goal', goals),
      skills: await this.#countUnattributed(
        'skill',
        [...skills.all()].map(({ id }) => digestOfId(id))
      )
    }
  }

  /** At most one commit; returns the row after it. */
  withdrawBatch(row: ContainmentRow): Promise<ContainmentRow> {
    const { attributions, recallSkill, retract, put } = this.#components
    return attributions.runExclusive(async () => {
      const digests: Uint8Array[] = []
      const gone: Attribution[] = []
      let position: string | undefined
      this.#steps.forget()
      for await (const each of attributions.all(row.sharedCursor)) {
        if (each.kind === 'step' && gone.length > 0) break
        const fate = await this.#fateOf(each, row)
        if (fate === undefined || fate.stays !== undefined) continue
        if (each.kind === 'step') {
          const next = { ...row, sharedCursor: each.position, steps: row.steps + 1 }
          const operations = [...attributions.remove([each]), put(next)]
          if (await this.#steps.remove(each, operations)) return next
          continue
        }
        ;({ position } = each)
        gone.push(each)
        const digest = digestOfId(each.id)
        const isSkill = each.kind === 'skill'
        digests.push(...(isSkill ? await recallSkill(digest, reasonOf(row)) : [digest]))
        // A skill may have many receipts, and at most 500 votes are one commit.
        if (isSkill || gone.length === WITHDRAW_BATCH) break
      }
      if (position === undefined) return { ...row, isSharedDone: true }
      const goals = gone.filter(({ kind }) => kind === 'goal').length
      const next: ContainmentRow = {
        ...row,
        sharedCursor: position,
        goals: row.goals + goals,
        skills: row.skills + gone.length - goals
      }
      await retract(digests, [...attributions.remove(gone), put(next)])
      return next
    })
  }

  /** Undefined if the agent did not publish it in the window. */
  async #fateOf(
    attribution: Attribution,
    window: PublicationWindow
  ): Promise<SharedFate | undefined> {
    const { kind, id, agents: known, isSigned } = attribution
    const { agent, from, to } = window
    const own = known.find((each) => each.agent === agent)
    if (own === undefined || own.first > to || own.last < from) return undefined
    if (kind === 'step') return this.#stepFate(attribution, own, window)
    const { replica, skills } = this.#components
    const added = kind === 'skill' ? (skills.get(id)?.agents ?? []) : []
    const agents = new Set([...known.map((each) => each.agent), ...added])
    agents.delete(agent)
    const fate = { at: own.first, agents: [...agents] }
    if ((await replica.voteOn(digestOfId(id))) !== 'vouch') return { stays: 'no-vouch', ...fate }
    if (agents.size > 0) return { stays: 'other-agent', ...fate }
    if (own.first < from || own.last > to) return { stays: 'other-time', ...fate }
    return isSigned ? fate : { stays: 'voted-before', ...fate }
  }

  async #stepFate(
    attribution: Attribution,
    { first, last }: { readonly first: number; readonly last: number },
    { from, to }: PublicationWindow
  ): Promise<SharedFate | undefined> {
    const now = await this.#steps.now(attribution)
    if (now === undefined) return undefined
    const fate = { at: first, agents: [] }
    if (now === 'too-large') return { stays: now, ...fate }
    const titled = { ...fate, title: now.title }
    if (!now.isUntouched) return { stays: 'edited', ...titled }
    return first < from || last > to ? { stays: 'other-time', ...titled } : titled
  }

  async #describe(
    { kind, id }: Attribution,
    { at, stays, agents, title = '' }: SharedFate
  ): Promise<SharedRecord> {
    const reason = stays === undefined ? {} : { stays }
    if (kind === 'step') {
      const { goal: record, step } = stepOf(id)
      const described = { title: displayText(title), at: new Date(at), ...reason }
      return { record, step, ...described, agents, vouchers: 0 }
    }
    const attested = await this.#components.replica.get(digestOfId(id))
    const own = stays === 'no-vouch' ? 0 : 1
    return {
      record: id,
      title: displayText(attested?.record.entity ?? ''),
      at: new Date(at),
      ...reason,
      agents,
      vouchers: Math.max(0, (attested?.standing.vouches ?? 0) - own)
    }
  }

  async #countUnattributed(kind: AttributedKind, digests: readonly Uint8Array[]): Promise<number> {
    const { attributions, replica } = this.#components
    let count = 0
    for (const digest of digests) {
      if ((await replica.voteOn(digest)) !== 'vouch') continue
      if (!(await attributions.has(kind, toHex(digest)))) count += 1
    }
    return count
  }
}

function reasonOf({ agent, why = '' }: ContainmentRow): string {
  return `what "${agent}" published was withdrawn: ${why}`
}
