/**
 * Goals as this node sees them: found and placed by the index, with what their authors state now.
 * Text leaves without invisible characters.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { displayText, displayTexts } from '../foreign-text/index.ts'
import { digestOfId } from '../arguments/index.ts'
import { TurnBudget } from '../turn-budget.ts'
import { GOAL_STATUSES, readStatements } from './goal-statement.ts'
import { flagOf, parentOf, statusOf, titleKey, variantOf } from './goal-rank.ts'
import type { AttestedRecord, HiveRecord, Replica } from '../../crdt/index.ts'
import type { DisplayText, DisplayTexts, InstructionKind } from '../foreign-text/index.ts'
import type { GoalNode, SearchIndex, WaitOptions } from '../search/index.ts'
import type { GoalStatus } from './goal-statement.ts'

/** A goal, merged from the statements of all authors. */
export interface Goal {
  /** SHA-256, in hex, of title and description; equal on every node. */
  readonly id: string
  readonly title: DisplayText
  readonly description: DisplayText
  /** The status that prevails among the authors' statements: achieved, abandoned, active, open. */
  readonly status: GoalStatus
  /** Number of authors that state each status. */
  readonly statusCounts: Readonly<Partial<Record<GoalStatus, number>>>
  /** The id of the parent goal. */
  readonly parent?: string
  /** The ids of the subgoals: at most 100. */
  readonly children: readonly string[]
  readonly tags: DisplayTexts
  /** Number of authors that vouch for the goal. */
  readonly corroboration: number
  /** If variants of a goal were added at once: the variant with the least id. */
  readonly variantOf?: string
  /** Why it is in quarantine: the text reads like an order to a model. */
  readonly flag?: InstructionKind
  /** Number of authors that attached each record, by id. */
  readonly templates: Readonly<Record<string, number>>
}

export interface GoalViewComponents {
  readonly replica: Pick<Replica, 'get' | 'getMany' | 'voteOn'>
  readonly index: Pick<SearchIndex, 'view'>
}

export interface GoalListing {
  readonly status?: GoalStatus
  /** Digest of a goal; null for goals without a parent. */
  readonly parent?: Uint8Array | null
  readonly tags: readonly string[]
  readonly state: 'quarantined' | 'released'
  readonly limit: number
}

/** Pages of goals that are read while goals of the list are left out. */
const MAX_PAGES = 5

/** Characters of goals that are compared in one turn of the event loop: about 5 ms. */
const TURN_CHARACTERS = 49_152

export class GoalView {
  readonly #components: GoalViewComponents

  constructor(components: GoalViewComponents) {
    this.#components = components
  }

  /** The goal of an id; undefined if no author states it any longer. */
  async get(digest: Uint8Array, wait?: WaitOptions): Promise<Goal | undefined> {
    const node = await (await this.#components.index.view(wait)).goal({ digest })
    return this.#goal(await this.#components.replica.get(digest), node)
  }

  /** The goal, or the goal that it is a variant of. */
  async canonical(digest: Uint8Array): Promise<Goal | undefined> {
    const goal = await this.get(digest)
    return goal?.variantOf === undefined ? goal : this.get(digestOfId(goal.variantOf))
  }

  /** The goal whose title is a variant of this one; of several the one with the least id. */
  async titled(title: string, wait?: WaitOptions): Promise<Goal | undefined> {
    const view = await this.#components.index.view(wait)
    const node = await view.goal({ title: titleKey(title) })
    if (node === undefined) return undefined
    return this.#goal(await this.#components.replica.get(node.digest), node)
  }

  /** The stored goal that the record is a variant of, or is itself. */
  async sameAs(record: HiveRecord): Promise<Goal | undefined> {
    const view = await this.#components.index.view({ isRequired: true })
    const node = await view.goal({ variant: variantOf(record) })
    return node === undefined ? undefined : this.canonical(node.digest)
  }

  /** Whether `id` is `ancestor` or one of its subgoals. */
  async isWithin(id: string, ancestor: string): Promise<boolean> {
    const view = await this.#components.index.view({ isRequired: true })
    const path = await view.ancestors(digestOfId(id))
    return id === ancestor || path.some((digest) => toHex(digest) === ancestor)
  }

  /** Of variants one; this node's own goals first, then by corroboration. */
  async list(
    { status, parent, tags, state, limit }: GoalListing,
    signal?: AbortSignal
  ): Promise<Goal[]> {
    const { index, replica } = this.#components
    const filter = {
      tags,
      isFlagged: state === 'quarantined',
      ...(status === undefined ? {} : { status: GOAL_STATUSES.indexOf(status) }),
      ...(parent === undefined ? {} : { parent })
    }
    const found = new Map<string, Goal>()
    const turn = new TurnBudget(TURN_CHARACTERS)
    const view = await index.view()
    for (let page = 0; page < MAX_PAGES && found.size < limit; page++) {
      signal?.throwIfAborted()
      const { nodes, recent } = await view.goals({ ...filter, offset: page * limit, limit })
      const places = new Map(nodes.map((node) => [toHex(node.digest), node]))
      const digests = [...nodes.map(({ digest }) => digest), ...recent]
      for (const attested of await replica.getMany(digests)) {
        await turn.spend(attested.record.content.length)
        const goal = this.#goal(attested, places.get(toHex(attested.digest)))
        if (goal === undefined || !matches(goal, { status, parent, tags })) continue
        if ((await this.isReleased(goal)) === (state === 'released')) found.set(goal.id, goal)
      }
      if (nodes.length < limit) break
    }
    return [...found.values()].slice(0, limit)
  }

  /** Whether the goal may influence an agent of this node. */
  async isReleased({ id, flag }: Goal): Promise<boolean> {
    if (flag === undefined) return true
    return (await this.#components.replica.voteOn(digestOfId(id))) === 'vouch'
  }

  /** A goal that is not indexed yet has the parent that its authors name, and no subgoals. */
  #goal(attested: AttestedRecord | undefined, node: GoalNode | undefined): Goal | undefined {
    if (attested?.record.kind !== 'goal' || attested.standing.vouches === 0) return undefined
    const { digest, record, standing } = attested
    const statements = readStatements(standing)
    const flag = flagOf(record)
    const parent = node === undefined ? parentOf(statements) : node.parent && toHex(node.parent)
    return {
      id: toHex(digest),
      title: displayText(record.entity),
      description: displayText(record.content),
      status: statusOf(statements),
      statusCounts: Object.fromEntries(statements.statusCounts),
      ...(parent === undefined ? {} : { parent }),
      children: (node?.children ?? []).map(toHex).toSorted(),
      tags: displayTexts(statements.tags.toSorted()),
      corroboration: standing.vouches,
      ...(node?.variantOf === undefined ? {} : { variantOf: toHex(node.variantOf) }),
      ...(flag === undefined ? {} : { flag }),
      templates: Object.fromEntries(statements.templates)
    }
  }
}

function matches(
  goal: Goal,
  { status, parent, tags }: Pick<GoalListing, 'parent' | 'status' | 'tags'>
): boolean {
  return (
    goal.variantOf === undefined &&
    (status === undefined || goal.status === status) &&
    (parent === undefined || goal.parent === (parent === null ? undefined : toHex(parent))) &&
    tags.every((tag) => goal.tags.includes(tag))
  )
}
