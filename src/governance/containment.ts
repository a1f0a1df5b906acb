/**
 * Containment: withdraws what an agent published in a window of time, and freezes it. Goals,
 * skills and steps of playbooks go first (`shared-containment.ts`), then records of facts.
 *
 * Guarantees: the freeze and the start are one commit. The votes of a batch are retracted in the
 * commit that removes their publications and moves the cursor. So a containment that is killed goes
 * on where it was, and retracts nothing twice; one that fails, as on a full disk, goes on by itself. A window ends at the latest with its preview, so what
 * is withdrawn is what the preview names, without what was forgotten in between.
 */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { Retry } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { Key, parse } from '../arguments/index.ts'
import { KeyedSerial } from '../stored/index.ts'
import { Reason } from './agent-rules.ts'
import { SharedContainment } from './shared-containment.ts'
import { ContainmentRows } from './containment-rows.ts'
import { MAX_LISTED, MAX_NAMED, WITHDRAW_BATCH } from './constants.ts'
import { Standing } from './standing.ts'
import type { Replica, Store } from '../../crdt/index.ts'
import type { Publication, Publications } from '../knowledge/index.ts'
import type { AgentRules, GovernReason } from './agent-rules.ts'
import type { ContainmentRow } from './containment-rows.ts'
import type {
  SharedContainmentComponents,
  SharedCounts,
  SharedListing,
  SharedRecord,
  WithdrawnShared
} from './shared-containment.ts'
import type { RecordFate, StandingComponents, StayReason } from './standing.ts'

const Window = z.strictObject({
  agent: Key,
  from: z.date(),
  to: z.date().optional()
})

const ContainTarget = z.union([z.strictObject({ id: z.string().min(1).max(64) }), Window])

const PreviewOptions = Window.extend({
  limit: z.int().min(1).max(MAX_LISTED).default(MAX_LISTED)
})

/** A time in which an agent published. */
export interface ContainmentWindow {
  readonly agent: string
  /** Both ends are included. What versions without these times published is at 1970-01-01. */
  readonly from: Date
  /** Default: now, which is also the latest end. */
  readonly to?: Date
}

/** A fact that an agent published in the window. */
export interface PublishedFact {
  /** Id of the fact, and of the record that it was published as. */
  readonly fact: string
  readonly record: string
  readonly at: Date
  /** Why the record is not withdrawn; absent for one that is. */
  readonly stays?: StayReason
  /** Other facts of this node that stand on the record, and other agents; of each at most 16. */
  readonly facts: readonly string[]
  readonly agents: readonly string[]
  /** Other authors of the swarm that vouch for the record: their votes stay. */
  readonly vouchers: number
}

/** Numbers of records of facts, of goals, of skills and of steps. */
export interface WithdrawnCounts extends WithdrawnShared {
  readonly facts: number
}

/** What a containment would do. Votes by hand belong to the node: they have no agent. */
export interface ContainmentPreview {
  /** For `contain`. */
  readonly id: string
  readonly agent: string
  readonly from: Date
  readonly to: Date
  /** Publications of facts in the window, the first 1,000 of them in `published`. */
  readonly total: number
  readonly published: readonly PublishedFact[]
  /** Goals, skills and steps of playbooks of the window, the first 1,000 of each. */
  readonly goals: readonly SharedRecord[]
  readonly skills: readonly SharedRecord[]
  readonly steps: readonly SharedRecord[]
  /** Records and steps that would be withdrawn, and records that would stay. */
  readonly withdraws: number
  readonly stays: number
  /** The same records that would be withdrawn, by kind. */
  readonly withdrawsOf: WithdrawnCounts
  /**
   * Goals and skills that this node vouches for and no agent is noted of: published by an earlier
   * version, vouched for by hand, or adopted by the node itself. No containment withdraws them.
   */
  readonly notAttributed: SharedCounts
}

/** What a containment did. */
export interface ContainmentReport {
  readonly id: string
  readonly agent: string
  readonly from: Date
  readonly to: Date
  /** Records whose vote of this node was retracted, and steps that were removed. */
  readonly withdrawn: number
  /** The same records, by kind. */
  readonly withdrawnOf: WithdrawnCounts
  /**
   * Records and steps that stay, the first 1,000 of each kind with the reason: publications of facts
   * in `published`, `goals`, `skills` and `steps`.
   */
  readonly stays: number
  readonly published: readonly PublishedFact[]
  readonly goals: readonly SharedRecord[]
  readonly skills: readonly SharedRecord[]
  readonly steps: readonly SharedRecord[]
}

export interface ContainmentComponents
  extends StandingComponents, Omit<SharedContainmentComponents, 'put'> {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly rules: AgentRules
  readonly publications: Publications
  readonly replica: Pick<Replica, 'editPlaybook' | 'get' | 'idsFrom' | 'playbook' | 'voteOn'>
  /** Who learned the facts, stored or merged. */
  readonly agentsOf: (facts: readonly Uint8Array[]) => Promise<readonly (string | undefined)[]>
  readonly now: () => number
  /** A containment could not go on; it is tried again. */
  readonly onError: (error: unknown) => void
}

interface Listing extends Pick<
  ContainmentPreview,
  'goals' | 'published' | 'skills' | 'stays' | 'steps' | 'total'
> {
  /** Records of facts that would be withdrawn. */
  readonly facts: number
  readonly shared: SharedListing
}

export class Containment {
  readonly #components: ContainmentComponents
  readonly #rows: ContainmentRows
  readonly #shared: SharedContainment
  readonly #serial = new KeyedSerial()
  readonly #stopped = new AbortController()
  readonly #resuming: Retry

  constructor(components: ContainmentComponents) {
    this.#components = components
    this.#rows = new ContainmentRows(components.store)
    this.#shared = new SharedContainment({ ...components, put: (row) => this.#rows.put(row) })
    this.#resuming = new Retry({
      closing: this.#stopped.signal,
      task: () => this.#resume(),
      onFailure: (error) => components.onError(error)
    })
  }

  async preview(
    options: ContainmentWindow & { readonly limit?: number }
  ): Promise<ContainmentPreview> {
    const { limit, ...window } = parse(PreviewOptions, options, 'governor.preview')
    const row = await this.#open(window)
    const { facts, shared, ...listed } = await this.#list(row, limit)
    const { goals, skills, steps } = shared.withdraws
    return {
      ...windowOf(row),
      ...listed,
      withdraws: facts + goals + skills + steps,
      withdrawsOf: { facts, goals, skills, steps },
      notAttributed: await this.#shared.notAttributed()
    }
  }

  async contain(
    target: ContainmentWindow | { readonly id: string },
    reason: GovernReason
  ): Promise<ContainmentReport> {
    const valid = parse(ContainTarget, target, 'governor.contain')
    const given = parse(Reason, reason, 'governor.contain')
    const id = 'id' in valid ? await this.#rows.idOf(valid.id) : (await this.#open(valid)).id
    return this.#serial.run(id, async () => {
      const row = await this.#rows.get(id)
      if (row.state === 'preview') await this.#start(row, given)
      try {
        return await this.#finish(id)
      } catch (error) {
        this.#resuming.later()
        throw error
      }
    })
  }

  /** Finishes, in the background, what a stop or a crash has interrupted. */
  resume(): void {
    this.#resuming.now()
  }

  /** Ends after the current batch; the next start goes on. */
  async stop(): Promise<void> {
    this.#stopped.abort(new HiveError('STOPPED', 'The node was stopped.'))
    await this.#resuming.idle()
  }

  async #resume(): Promise<void> {
    const failures: unknown[] = []
    for (const { id } of await this.#rows.running()) {
      const finish = (): Promise<unknown> => this.#finish(id)
      // One that fails does not hold up the others.
      await this.#serial.run(id, finish).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Stores a window that ends now at the latest. */
  async #open({ agent, from, to }: z.output<typeof Window>): Promise<ContainmentRow> {
    const { now, publications, agentsOf } = this.#components
    const at = now()
    const end = Math.min(to?.getTime() ?? at, at)
    if (from.getTime() > end) {
      throw new HiveError('ARGUMENT_INVALID', 'The window ends before it begins, or is to come.')
    }
    await publications.complete((facts) => agentsOf(facts))
    await this.#shared.forgetGone()
    return this.#rows.add({ agent, from: from.getTime(), to: end, at })
  }

  async #start(row: ContainmentRow, reason: GovernReason): Promise<void> {
    const { rules } = this.#components
    const running = { ...row, ...reason, state: 'running' as const }
    await rules.freeze(row.agent, reason, [this.#rows.put(running)])
  }

  async #finish(id: string): Promise<ContainmentReport> {
    const standing = await Standing.read(this.#components)
    let row = await this.#rows.get(id)
    while (row.state === 'running') {
      this.#stopped.signal.throwIfAborted()
      const isFacts = row.isSharedDone === true
      row = await (isFacts ? this.#withdrawBatch(row, standing) : this.#shared.withdrawBatch(row))
    }
    const listed = await this.#list(row, MAX_LISTED, standing)
    const { stays, published, goals, skills, steps } = listed
    return {
      ...windowOf(row),
      withdrawn: row.withdrawn + row.goals + row.skills + row.steps,
      withdrawnOf: {
        facts: row.withdrawn,
        goals: row.goals,
        skills: row.skills,
        steps: row.steps
      },
      stays,
      published,
      goals,
      skills,
      steps
    }
  }

  /** One commit; returns the row that it stored. */
  #withdrawBatch(row: ContainmentRow, standing: Standing): Promise<ContainmentRow> {
    const { publications, retract } = this.#components
    return publications.runExclusive(async () => {
      const records = new Map<string, Uint8Array>()
      const gone: Publication[] = []
      let position: Uint8Array | undefined
      let count = 0
      const after = row.cursor === undefined ? undefined : Buffer.from(row.cursor, 'hex')
      for await (const each of publications.within(row, after)) {
        ;({ position } = each)
        const key = toHex(each.record)
        if (!records.has(key)) {
          const fate = await standing.fateOf(each.record, row)
          if (fate.stays === undefined) {
            records.set(key, each.record)
            gone.push(...fate.standing)
          }
        }
        if (++count === WITHDRAW_BATCH) break
      }
      const isLast = count < WITHDRAW_BATCH
      const next: ContainmentRow = {
        ...row,
        ...(position === undefined ? {} : { cursor: toHex(position) }),
        state: isLast ? 'done' : 'running',
        withdrawn: row.withdrawn + records.size
      }
      await retract([...records.values()], [...publications.remove(gone), this.#rows.put(next)])
      return next
    })
  }

  async #list(window: ContainmentRow, limit: number, known?: Standing): Promise<Listing> {
    const { publications } = this.#components
    const standing = known ?? (await Standing.read(this.#components))
    const stays = new Set<string>()
    const withdraws = new Set<string>()
    const published: PublishedFact[] = []
    let total = 0
    for await (const each of publications.within(window)) {
      total += 1
      const fate = await standing.fateOf(each.record, window)
      ;(fate.stays === undefined ? withdraws : stays).add(toHex(each.record))
      if (published.length < limit) published.push(await this.#describe(each, fate))
    }
    const shared = await this.#shared.list(window, limit)
    const { goals, skills, steps } = shared
    const facts = withdraws.size
    return {
      total,
      published,
      goals,
      skills,
      steps,
      facts,
      shared,
      stays: stays.size + shared.stays
    }
  }

  async #describe(
    { fact, record, at }: Publication,
    { stays, standing, agents }: RecordFate
  ): Promise<PublishedFact> {
    const id = toHex(fact)
    const vouches = (await this.#components.replica.get(record))?.standing.vouches ?? 0
    const own = stays === 'no-vouch' ? 0 : 1
    return {
      fact: id,
      record: toHex(record),
      at: new Date(at),
      ...(stays === undefined ? {} : { stays }),
      facts: standing
        .map((each) => toHex(each.fact))
        .filter((other) => other !== id)
        .slice(0, MAX_NAMED),
      agents: agents.slice(0, MAX_NAMED),
      vouchers: Math.max(0, vouches - own)
    }
  }
}

function windowOf({ id, agent, from, to }: ContainmentRow): {
  readonly id: string
  readonly agent: string
  readonly from: Date
  readonly to: Date
} {
  return { id, agent, from: new Date(from), to: new Date(to) }
}
