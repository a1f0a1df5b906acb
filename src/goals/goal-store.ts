/**
 * The Global Goal Store: goals that the whole swarm shares, each with its status, its part in
 * others, records that show how to reach it, and a playbook.
 *
 * What this node says of a goal is one register of its own (`own-statements.ts`); what the goal is, is
 * merged from all authors' registers (`goal-view.ts`).
 */
import { z } from 'zod'
import { canonicalRecord, digestOf, readRecord, Serial } from '../../crdt/index.ts'
import { readAll, toHex } from '../../crdt/bytes/index.ts'
import { HiveError } from '../errors.ts'
import { digestOfId, idDigits, MIN_ID_DIGITS, parse, resolveId } from '../arguments/index.ts'
import { insightOf, recordIds } from '../judgement/index.ts'
import { anonymizeTags, anonymizeText } from './anonymize-text.ts'
import { backedGoal } from './backed-goal.ts'
import { goalTags, MAX_TEMPLATES } from './goal-statement.ts'
import {
  GoalFilterSchema,
  GoalInitSchema,
  GoalStatusSchema,
  TemplateOptions,
  SignalOptions
} from './goal-options.ts'
import { goalIds, unknownGoal } from './goal-ids.ts'
import { GoalView } from './goal-view.ts'
import { MAX_SEARCH_WAIT } from '../search/index.ts'
import { OpenPlaybooks } from './open-playbooks.ts'
import { OwnStatements } from './own-statements.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { HiveRecord, Replica } from '../../crdt/index.ts'
import type { Anonymizer } from '../anonymity/index.ts'
import type { Insight, Judge } from '../judgement/index.ts'
import type { Playbook, StepNotes } from './goal-playbook.ts'
import type { BackedGoal } from './backed-goal.ts'
import type { GoalStatus } from './goal-statement.ts'
import type { AddedGoal, GoalFilter, GoalInit, GoalTemplate } from './goal-options.ts'
import type { Goal, GoalViewComponents } from './goal-view.ts'
import type { OwnStatementsComponents } from './own-statements.ts'

export interface GoalsComponents extends OwnStatementsComponents {
  readonly replica: Pick<
    Replica,
    | 'bodies'
    | 'editPlaybook'
    | 'get'
    | 'getMany'
    | 'has'
    | 'idsFrom'
    | 'on'
    | 'playbook'
    | 'revise'
    | 'ownRegister'
    | 'voteOn'
  >
  readonly index: GoalViewComponents['index']
  readonly anonymizer: Anonymizer
  readonly judge: Judge
  /** Notes the steps that an agent inserts. */
  readonly stepNotes: (agent: string) => StepNotes
  /** Throws if the agent is frozen. Default: for no agent. */
  readonly assertActive?: () => void
}

/** What the interfaces of all agents share. */
interface SharedGoals {
  readonly view: GoalView
  /** Serial, so that each change sees the change before it. */
  readonly serial: Serial
  readonly playbooks: OpenPlaybooks
}

/** The form of an id or its beginning. */
const ID = new RegExp(`^[0-9a-f]{${MIN_ID_DIGITS},64}$`, 'i')

/**
 * The goals of the swarm.
 *
 * @example
 * ```ts
 * const { goals } = db.agent.cortex.hive
 * const { id } = await goals.add({ title: 'Ship version 2', tags: ['release'] })
 * const [notes] = await goals.decompose(id, [{ title: 'Write the notes' }])
 * if (notes !== undefined) await goals.status(notes.id, 'achieved')
 * using playbook = goals.playbook(id)
 * ```
 */
export class Goals {
  readonly #components: GoalsComponents
  readonly #shared: SharedGoals
  readonly #statements: OwnStatements

  constructor(components: GoalsComponents, shared?: SharedGoals) {
    this.#components = components
    this.#shared = shared ?? shareGoals(components)
    this.#statements = new OwnStatements(components)
  }

  /**
   * The same goals for an agent, which may be frozen.
   *
   * @internal
   */
  for(agent: string, assertActive: () => void): Goals {
    return new Goals({ ...this.#components, agent, assertActive }, this.#shared)
  }

  /**
   * Adds a goal, anonymised, for the whole swarm. A variant of an existing goal is not added again.
   * Throws `HiveError` (WITHHELD, GOAL_UNKNOWN for the parent, GOAL_CYCLE) and `LimitError`.
   */
  async add(goal: GoalInit, options: AbortOptions = {}): Promise<AddedGoal> {
    const init = parse(GoalInitSchema, goal, 'goals.add')
    const { signal } = parse(SignalOptions, options, 'goals.add')
    return this.#change(() => this.#add(init, signal))
  }

  /** Adds subgoals of a goal, in their order. An existing goal becomes a subgoal. */
  async decompose(
    id: string,
    subgoals: readonly Omit<GoalInit, 'parent'>[],
    options: AbortOptions = {}
  ): Promise<AddedGoal[]> {
    const inits = parse(z.array(z.looseObject({})), subgoals, 'goals.decompose').map((goal) =>
      parse(GoalInitSchema, { ...goal, parent: id }, 'goals.decompose')
    )
    const { signal } = parse(SignalOptions, options, 'goals.decompose')
    return this.#change(async () => {
      const added: AddedGoal[] = []
      for (const init of inits) added.push(await this.#add(init, signal))
      return added
    })
  }

  /** Replaces this node's statement of the status. Returns the merged goal. */
  async status(id: string, status: GoalStatus, options: AbortOptions = {}): Promise<Goal> {
    const valid = parse(GoalStatusSchema, status, 'goals.status')
    const { signal } = parse(SignalOptions, options, 'goals.status')
    return this.#change(async () => {
      const goal = await this.#requireGoal(id, signal)
      await this.#statements.publish(goal.id, { status: valid })
      return this.#requireGoal(goal.id, signal)
    })
  }

  /** The goal of an id; undefined if this node has none. */
  async get(id: string, options: AbortOptions = {}): Promise<Goal | undefined> {
    const { signal } = parse(SignalOptions, options, 'goals.get')
    signal?.throwIfAborted()
    const digest = await this.#resolve(id)
    return digest === undefined ? undefined : this.#shared.view.get(digest)
  }

  /**
   * Goals by title; of several variants only one. Of more than `limit`, those that this node states
   * something of, then those that most authors vouch for. Waits 2 s at most for an index that is behind
   * (`status.index`; `janitor.finishIndex` waits for all); then older ones may be missing.
   */
  async list(options: GoalFilter = {}): Promise<Goal[]> {
    const { signal, parent, ...filter } = parse(GoalFilterSchema, options, 'goals.list')
    const of = typeof parent === 'string' ? await this.#resolve(parent) : parent
    if (of === undefined && parent !== undefined) return []
    const found = await this.#shared.view.list({ ...filter, parent: of }, signal)
    return found.toSorted((a, b) =>
      a.title === b.title ? (a.id < b.id ? -1 : 1) : a.title < b.title ? -1 : 1
    )
  }

  /** Attaches a record of the hive to a goal, as a template for reaching it. */
  async attach(id: string, insight: string, options: AbortOptions = {}): Promise<void> {
    const { signal } = parse(SignalOptions, options, 'goals.attach')
    const { replica } = this.#components
    const digest = await resolveId(insight, recordIds(replica, { accepts: isTemplate }))
    return this.#change(async () => {
      const { id: goal } = await this.#requireGoal(id, signal)
      const [body] = digest === undefined ? [] : await replica.bodies([digest])
      if (digest === undefined || body === undefined || !isTemplate(readAll(body, readRecord))) {
        throw new HiveError(
          'GOAL_UNKNOWN',
          `Record ${insight} is not stored on this node, so it cannot become a template. Promote the fact, or call \`hive.synchronize()\`.`
        )
      }
      const { templates } = await this.#statements.of(goal)
      if (templates.includes(toHex(digest))) return
      if (templates.length === MAX_TEMPLATES) {
        throw new HiveError(
          'LIMIT_EXCEEDED',
          `This node has attached ${MAX_TEMPLATES} templates to the goal, which is the limit.`
        )
      }
      await this.#statements.publish(goal, { templates: [...templates, toHex(digest)] })
    })
  }

  /**
   * Records attached to a goal, those with the most attachments first. Default: released records
   * only.
   */
  async templates(
    id: string,
    options: { readonly state?: Insight['state'] } & AbortOptions = {}
  ): Promise<GoalTemplate[]> {
    const { state: wantedState, signal } = parse(TemplateOptions, options, 'goals.templates')
    const { templates } = await this.#requireGoal(id, signal)
    const { replica, judge } = this.#components
    const found: GoalTemplate[] = []
    for (const [template, attachments] of Object.entries(templates)) {
      const digest = digestOfId(template)
      const attested = await replica.get(digest)
      if (attested === undefined) continue
      const judgement = await judge.judge(attested)
      if (judgement === undefined || judgement.state !== wantedState) continue
      found.push({ ...insightOf(attested, judgement), attachments })
    }
    return found.toSorted(
      (a, b) =>
        b.attachments - a.attachments || b.corroboration - a.corroboration || (a.id < b.id ? -1 : 1)
    )
  }

  /** Ids of the records attached to a goal, in any state; none for an unknown goal. */
  async templateIds(id: string, signal?: AbortSignal): Promise<readonly string[]> {
    const goal = await this.get(id, { signal })
    const canonical =
      goal?.variantOf === undefined ? goal : await this.get(goal.variantOf, { signal })
    return Object.keys(canonical?.templates ?? {})
  }

  /**
   * The text of a goal, found by its id or by a variant of its title, and its released templates.
   */
  async describe(
    idOrTitle: string,
    signal?: AbortSignal
  ): Promise<{ text: string; templates: GoalTemplate[] } | undefined> {
    signal?.throwIfAborted()
    const goal = await this.#named(idOrTitle)
    if (goal === undefined || !(await this.#shared.view.isReleased(goal))) return undefined
    const text = `${goal.title} ${goal.description}`.trim()
    return { text, templates: await this.templates(goal.id, { signal }) }
  }

  /**
   * A released goal, found by its id or by a variant of its title, with what this node or at least
   * `k` authors state of it. For decisions that one author must not influence.
   */
  async backed(idOrTitle: string, options: AbortOptions = {}): Promise<BackedGoal | undefined> {
    const { signal } = parse(SignalOptions, options, 'goals.backed')
    signal?.throwIfAborted()
    const named = await this.#named(idOrTitle)
    const digest = named === undefined ? undefined : digestOfId(named.variantOf ?? named.id)
    const goal = digest === undefined ? undefined : await this.#shared.view.get(digest)
    if (digest === undefined || goal === undefined || !(await this.#shared.view.isReleased(goal)))
      return undefined
    const { replica, judge } = this.#components
    const attested = await replica.get(digest)
    return (
      attested && backedGoal(goal, attested.standing, await replica.ownRegister(digest), judge.k)
    )
  }

  /** Opens the playbook of a goal. Close it when it is no longer needed. */
  playbook(id: string): Playbook {
    const goal = idDigits(id)
    const { replica, anonymizer, announce, agent, stepNotes, assertActive } = this.#components
    return this.#shared.playbooks.open({
      goal,
      resolve: async () => {
        const digest = await resolveId(goal, goalIds(replica))
        if (digest === undefined) throw unknownGoal(goal)
        return digest
      },
      replica,
      anonymizer,
      announce,
      assertActive,
      notes: agent === undefined ? undefined : stepNotes(agent)
    })
  }

  /** One change at a time. Throws `HiveError` (AGENT_FROZEN). */
  #change<T>(change: () => Promise<T>): Promise<T> {
    this.#components.assertActive?.()
    return this.#shared.serial.run(change)
  }

  async #add(
    init: z.output<typeof GoalInitSchema>,
    signal: AbortSignal | undefined
  ): Promise<AddedGoal> {
    signal?.throwIfAborted()
    const { anonymizer } = this.#components
    const tags = anonymizeTags(anonymizer, goalTags(init.tags))
    const { title, body } = anonymizeText(anonymizer, { title: init.title, body: init.description })
    const record = canonicalRecord({ kind: 'goal', entity: title, content: body })
    const parent =
      init.parent === undefined ? undefined : (await this.#requireGoal(init.parent, signal)).id
    const same = await this.#shared.view.sameAs(record)
    const target = same?.id ?? toHex(digestOf(record))
    if (parent !== undefined && (await this.#shared.view.isWithin(parent, target))) {
      throw new HiveError(
        'GOAL_CYCLE',
        `The goal "${title}" would become its own subgoal. Choose another parent.`
      )
    }
    const before = await this.#statements.of(target)
    await this.#statements.publish(
      target,
      {
        parent: parent ?? before.parent,
        tags: goalTags([...new Set([...before.tags, ...tags])])
      },
      same === undefined ? record : undefined
    )
    return { id: target, status: same === undefined ? 'new' : 'duplicate' }
  }

  /** The goal of an id, or else the one whose title is a variant of this one. */
  async #named(idOrTitle: string): Promise<Goal | undefined> {
    const wait = { maxWait: MAX_SEARCH_WAIT }
    const digest = ID.test(idOrTitle) ? await this.#resolve(idOrTitle) : undefined
    const identified = digest === undefined ? undefined : await this.#shared.view.get(digest, wait)
    return identified ?? this.#shared.view.titled(idOrTitle, wait)
  }

  /** The goal, or the goal that it is a variant of. */
  async #requireGoal(id: string, signal: AbortSignal | undefined): Promise<Goal> {
    signal?.throwIfAborted()
    const digest = await this.#resolve(id)
    const goal = digest === undefined ? undefined : await this.#shared.view.canonical(digest)
    if (goal === undefined) throw unknownGoal(id)
    return goal
  }

  /** Undefined if no goal has an id that begins so. */
  #resolve(id: string): Promise<Uint8Array | undefined> {
    return resolveId(id, goalIds(this.#components.replica))
  }
}

/** Whether a record can show how to reach a goal. */
function isTemplate({ kind }: HiveRecord): boolean {
  return kind !== 'goal'
}

function shareGoals(components: GoalsComponents): SharedGoals {
  return {
    view: new GoalView(components),
    serial: new Serial(),
    playbooks: new OpenPlaybooks(components.replica)
  }
}
