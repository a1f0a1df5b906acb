/**
 * Which agents a goal or a skill that this node published is from, and when: one value
 * `<kind>/<id>` for each record, with at most 16 agents.
 *
 * Guarantees: it is stored in the commit of the entry that publishes. The value of a record without a
 * vote of this node is void: the next publication begins anew, and `forgetRetracted` removes it. A
 * record that had a vote of this node before its value is marked, since somebody else stands on it.
 */
import { z } from 'zod'
import { toHex } from '../../crdt/bytes/index.ts'
import { Turns } from '../knowledge/index.ts'
import { KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { MAX_NAMED } from './constants.ts'
import type { Operation, Replica, Section, Store } from '../../crdt/index.ts'

export const ATTRIBUTED_KINDS = ['goal', 'skill'] as const

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
  agents: z.array(AgentTimes).readonly()
})

/** The agents that published a record. */
export interface Attribution extends z.output<typeof Row> {
  readonly kind: AttributedKind
  /** The digest of the record, in hex. */
  readonly id: string
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

  /** Goals and then skills, each in the order of their ids, behind a position. */
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

function keyOf(kind: AttributedKind, id: string): string {
  return `${kind}/${id}`
}
