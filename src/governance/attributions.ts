/**
 * Which agents a goal, a skill or a step of a playbook that this node published is from, and when: one
 * value `<kind>/<id>` for each, with at most 16 agents.
 *
 * Guarantees: the commit of the entry that publishes also stores the value. Without a vote of this node
 * on the record the value does not count: the next publication replaces it, and `forgetRetracted`
 * removes it. The value says whether this node had voted for the record before, since another agent may
 * rely on that vote. A step has the agent that inserted it, and a digest of its text as that agent left
 * it.
 */
import { z } from 'zod'
import { sha256, toHex } from '../../crdt/bytes/index.ts'
import { Turns } from '../knowledge/index.ts'
import { KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { MAX_NAMED } from './constants.ts'
import type { Operation, Replica, Section, Step, Store } from '../../crdt/index.ts'

export const ATTRIBUTED_KINDS = ['goal', 'skill', 'step'] as const

export type AttributedKind = (typeof ATTRIBUTED_KINDS)[number]

const AgentTimes = z.object({
  agent: z.string(),
  /** Milliseconds since 1970: when it first published the record, and when it last changed it. */
  first: z.number(),
  last: z.number()
})

const Row = z.object({
  /** False if this node had voted for the record before. */
  isSigned: z.boolean(),
  agents: z.array(AgentTimes).readonly(),
  /** Of a step: the digest of its title, body and marks. */
  text: z.string().optional()
})

/** The agents that published a record. */
export interface Attribution extends z.output<typeof Row> {
  readonly kind: AttributedKind
  /** The digest of the record, in hex; of a step the digest of its goal, a colon, and its own id. */
  readonly id: string
}

/** Operations for the commit of an edit of a playbook. */
export interface StepNotes {
  inserted(goal: Uint8Array, step: Step): Promise<readonly Operation[]>
  changed(goal: Uint8Array, before: Step, after: Step): Promise<readonly Operation[]>
  removed(goal: Uint8Array, id: string): Promise<readonly Operation[]>
}

/** What is stored with a publication. */
export interface AttributionNote {
  /** For the commit that publishes. */
  readonly operations: readonly Operation[]
  /** Stores that agents state what is published already; keeps the times of those that do. */
  repeat(): Promise<void>
}

export interface AttributionsComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly replica: Pick<Replica, 'voteOn'>
  readonly now: () => number
}

export class Attributions {
  readonly #components: AttributionsComponents
  readonly #section: Section
  readonly #serial = new KeyedSerial()
  /** So that no record is withdrawn while another agent publishes it. */
  readonly #turns = new Turns()

  constructor(components: AttributionsComponents) {
    this.#components = components
    this.#section = components.store.section('attributions')
  }

  /** Runs a task that publishes a record for agents. Without agents nothing is noted. */
  publish<T>(
    kind: AttributedKind,
    digest: Uint8Array,
    agents: readonly string[],
    task: (note: AttributionNote) => Promise<T>
  ): Promise<T> {
    const id = toHex(digest)
    return this.#turns.together(() =>
      this.#serial.run(keyOf(kind, id), async () => task(await this.#note(kind, digest, agents)))
    )
  }

  /** Runs a task while nothing is published or withdrawn. */
  runExclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.alone(task)
  }

  /** Whether agents are noted of the record. */
  async has(kind: AttributedKind, id: string): Promise<boolean> {
    return (await readJson(this.#section, keyOf(kind, id), Row)) !== undefined
  }

  /** Notes of the steps that an agent inserts, for the commits of its edits. */
  stepsOf(agent: string): StepNotes {
    const put = (key: string, first: number, step: Step): Operation => {
      const agents = [{ agent, first, last: this.#components.now() }]
      return putJson(this.#section, key, { isSigned: true, agents, text: stepDigest(step) })
    }
    return {
      inserted: (goal, step) =>
        Promise.resolve([put(stepKey(goal, step.id), this.#components.now(), step)]),
      changed: async (goal, before, after) => {
        const key = stepKey(goal, before.id)
        const row = await readJson(this.#section, key, Row)
        const own = row?.agents.find((each) => each.agent === agent)
        // Of another agent, or changed by another one: the digest no longer fits, and it stays.
        if (own === undefined || row?.text !== stepDigest(before)) return []
        return [put(key, own.first, after)]
      },
      removed: (goal, id) => Promise.resolve([remove(this.#section, stepKey(goal, id))])
    }
  }

  /** Goals, then skills, then steps, each in the order of their ids, behind a position. */
  async *all(after = ''): AsyncGenerator<Attribution & { readonly position: string }> {
    for (const kind of ATTRIBUTED_KINDS) {
      const prefix = keyOf(kind, '')
      if (after > prefix && !after.startsWith(prefix)) continue
      const behind = after.startsWith(prefix) ? after.slice(prefix.length) : undefined
      for await (const [id, row] of readAll(this.#section, prefix, Row, { after: behind })) {
        yield { kind, id, position: keyOf(kind, id), ...row }
      }
    }
  }

  /** Operations that remove what is stored of records. */
  remove(records: readonly Pick<Attribution, 'id' | 'kind'>[]): Operation[] {
    return records.map(({ kind, id }) => remove(this.#section, keyOf(kind, id)))
  }

  /** Removes what is stored of records without a vote of this node. */
  forgetRetracted(): Promise<void> {
    const { store, replica } = this.#components
    return this.runExclusive(async () => {
      const gone: Attribution[] = []
      for await (const each of this.all()) {
        if (each.kind === 'step') continue
        if ((await replica.voteOn(Buffer.from(each.id, 'hex'))) === undefined) gone.push(each)
      }
      if (gone.length > 0) await store.commit(this.remove(gone))
    })
  }

  async #note(
    kind: AttributedKind,
    digest: Uint8Array,
    agents: readonly string[]
  ): Promise<AttributionNote> {
    const { store, replica, now } = this.#components
    if (agents.length === 0) return { operations: [], repeat: () => Promise.resolve() }
    const key = keyOf(kind, toHex(digest))
    const hasVote = (await replica.voteOn(digest)) !== undefined
    const before = hasVote ? await readJson(this.#section, key, Row) : undefined
    const isSigned = before?.isSigned ?? !hasVote
    const known = new Map(before?.agents.map((each) => [each.agent, each]))
    const missing = agents.filter((agent) => !known.has(agent))
    const at = now()
    const put = (named: readonly string[]): Operation => {
      const next = new Map(known)
      for (const agent of named) {
        const first = known.get(agent)?.first ?? at
        if (next.has(agent) || next.size < MAX_NAMED) next.set(agent, { agent, first, last: at })
      }
      return putJson(this.#section, key, { isSigned, agents: [...next.values()] })
    }
    return {
      operations: [put(agents)],
      async repeat() {
        if (missing.length > 0) await store.commit([put(missing)])
      }
    }
  }
}

function stepKey(goal: Uint8Array, id: string): string {
  return keyOf('step', `${toHex(goal)}:${id}`)
}

/** The goal of a step, and its id in the playbook. */
export function stepOf(id: string): { readonly goal: string; readonly step: string } {
  const at = id.indexOf(':')
  return { goal: id.slice(0, at), step: id.slice(at + 1) }
}

/** Equal for steps with the same title, body and marks. */
export function stepDigest({ title, spans }: Step): string {
  return toHex(sha256(Buffer.from(JSON.stringify([title, spans]))))
}

function keyOf(kind: AttributedKind, id: string): string {
  return `${kind}/${id}`
}
