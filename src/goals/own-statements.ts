/**
 * What this node states about goals: one register of its own for each goal. A statement is durable and
 * announced when the call resolves, and noted as that of its agent.
 */
import { readRecord } from '../../crdt/index.ts'
import { readAll } from '../../crdt/bytes/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { unknownGoal } from './goal-ids.ts'
import { readStatement, writeStatement } from './goal-statement.ts'
import type { Entry, HiveRecord, Operation, Replica } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'
import type { GoalStatement } from './goal-statement.ts'

export interface OwnStatementsComponents {
  readonly replica: Pick<Replica, 'bodies' | 'ownRegister' | 'revise'>
  readonly clock: Clock
  /** Announces new entries to peers. */
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  /** Called when this node's statement about a goal changed. */
  readonly onChange: (goal: Uint8Array) => void
  /** Runs a task that states something of a goal, and notes the agent and the time. */
  readonly attributed: <T>(
    goal: Uint8Array,
    agents: readonly string[],
    task: (note: StatementNote) => Promise<T>
  ) => Promise<T>
  /** Who states it. Default: no agent, and nothing is noted. */
  readonly agent?: string
}

/** What is stored with the statement of an agent about a goal. */
export interface StatementNote {
  /** For the commit of the statement. */
  readonly operations: readonly Operation[]
  /** Stores that the agent states what this node states already. */
  repeat(): Promise<void>
}

const DAY = 24 * 60 * 60 * 1000

export class OwnStatements {
  readonly #components: OwnStatementsComponents

  constructor(components: OwnStatementsComponents) {
    this.#components = components
  }

  /** This node's statement about a goal. */
  async of(id: string): Promise<GoalStatement> {
    const register = await this.#components.replica.ownRegister(digestOfId(id))
    return readStatement(register ?? { tags: [] })
  }

  /**
   * Changes this node's statement about a goal; one that does not change is noted as the agent's too.
   * `record`: the goal, if it is new. Throws `HiveError` (GOAL_UNKNOWN).
   */
  publish(id: string, changes: Partial<GoalStatement>, record?: HiveRecord): Promise<void> {
    const { agent, attributed } = this.#components
    const agents = agent === undefined ? [] : [agent]
    return attributed(digestOfId(id), agents, (note) => this.#state(id, note, changes, record))
  }

  async #state(
    id: string,
    note: StatementNote,
    changes: Partial<GoalStatement>,
    record: HiveRecord | undefined
  ): Promise<void> {
    const { replica, clock, announce } = this.#components
    const digest = digestOfId(id)
    const before = await replica.ownRegister(digest)
    const tags = writeStatement({ ...readStatement(before ?? { tags: [] }), ...changes })
    if (before !== undefined && before.tags.join('\n') === tags.toSorted().join('\n')) {
      return note.repeat()
    }
    const [body] = record === undefined ? await replica.bodies([digest]) : []
    const goalRecord = record ?? (body === undefined ? undefined : readAll(body, readRecord))
    if (goalRecord === undefined) throw unknownGoal(id)
    const day = Math.floor(clock.now() / DAY)
    const { operations } = note
    await announce(
      await replica.revise({ record: goalRecord, confidence: 1, day, tags, operations })
    )
    this.#components.onChange(digest)
  }
}
