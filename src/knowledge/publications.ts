/**
 * What was published of the facts of this node: by which agent, and when. Two values for each pair of
 * a fact and its record: by record and fact (the truth), and by agent and time (an index of it).
 *
 * Guarantees: a publication is stored in the commit of the entry that publishes it. A pair whose
 * record had this node's vote before is stored as one that stands on the record. Its time is that of
 * the first publication. Pairs of earlier versions have the time 0, once `complete` has run.
 */
import { concat, equalBytes } from '../../crdt/bytes/index.ts'
import { Turns } from './turns.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'

/** A fact and the record that it was published as. */
export interface Publication {
  readonly fact: Uint8Array
  readonly record: Uint8Array
  /** The first agent that learned the fact; empty if the fact was gone before agents were stored. */
  readonly agent: string
  /** Milliseconds since 1970; 0 if an earlier version published it. */
  readonly at: number
  /** Whether it published this node's vote; false if the vote was there before. */
  readonly isSigned: boolean
}

/** Publications of one agent, from a time to a time, both included. */
export interface PublicationWindow {
  readonly agent: string
  readonly from: number
  readonly to: number
}

/** A publication, and its position in the order of an agent's publications. */
export interface ListedPublication extends Publication {
  readonly position: Uint8Array
}

const READY = Uint8Array.of(0)
const BY_RECORD = 1
const BY_AGENT = 2
const EMPTY = new Uint8Array()

const DIGEST_BYTES = 32
const TIME_BYTES = 6
const MAX_TIME = 2 ** (8 * TIME_BYTES) - 1

/** Pairs of earlier versions that are stored together. */
const BATCH = 500

export class Publications {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section
  readonly #promoted: Section
  /** So that no record is withdrawn while another fact is published as it. */
  readonly #turns = new Turns()

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#section = store.section('publications')
    this.#promoted = store.section('promoted')
  }

  /** Runs a task that publishes, beside others that do. */
  runPublishing<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.together(task)
  }

  /** Runs a task while nothing is published or withdrawn. */
  runExclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.alone(task)
  }

  /** Operations that store a publication. */
  put({ fact, record, agent, at, isSigned }: Publication): Operation[] {
    const time = timeBytes(at)
    const value = concat(Uint8Array.of(isSigned ? 1 : 0), concat(time, Buffer.from(agent)))
    return [
      this.#section.put(recordKey(record, fact), value),
      this.#section.put(agentKey(agent, time, record, fact), EMPTY)
    ]
  }

  /** Those of the pairs that are not stored. */
  async missing<P extends Pick<Publication, 'fact' | 'record'>>(pairs: readonly P[]): Promise<P[]> {
    const stored = await this.#section.getMany(
      pairs.map(({ record, fact }) => recordKey(record, fact))
    )
    return pairs.filter((_, i) => stored[i] === undefined)
  }

  /** What stands on a record. */
  async of(record: Uint8Array): Promise<Publication[]> {
    const found: Publication[] = []
    const prefix = concat(Uint8Array.of(BY_RECORD), record)
    for await (const [key, value] of this.#section.entriesOf([prefix])) {
      found.push(publicationOf(key, value))
    }
    return found
  }

  /** Whether a publication is in the index by agent and time. */
  isIndexed({ fact, record, agent, at }: Publication): Promise<boolean> {
    return this.#section.has(agentKey(agent, timeBytes(at), record, fact))
  }

  /** Publications of a window in the order of their times, behind a position. */
  async *within(
    { agent, from, to }: PublicationWindow,
    after?: Uint8Array
  ): AsyncGenerator<ListedPublication> {
    const gt = after ?? agentKey(agent, timeBytes(from))
    const lt = agentKey(agent, timeBytes(Math.min(to + 1, MAX_TIME)))
    for await (const [position] of this.#section.entries({ gt, lt })) {
      const record = position.slice(-2 * DIGEST_BYTES, -DIGEST_BYTES)
      const fact = position.slice(-DIGEST_BYTES)
      const value = await this.#section.get(recordKey(record, fact))
      // A lost value: the index alone does not state what was published.
      if (value === undefined) continue
      yield { ...publicationOf(recordKey(record, fact), value), position: position.slice() }
    }
  }

  /** Operations that remove publications. */
  remove(publications: readonly Publication[]): Operation[] {
    return publications.flatMap(({ fact, record, agent, at }) => [
      this.#section.del(recordKey(record, fact)),
      this.#section.del(agentKey(agent, timeBytes(at), record, fact))
    ])
  }

  /** Operations that remove what was published of these facts. */
  async forget(facts: readonly Uint8Array[]): Promise<Operation[]> {
    const records = await this.#promoted.getMany([...facts])
    const found: Publication[] = []
    for (const [i, fact] of facts.entries()) {
      const record = records[i]
      if (record === undefined) continue
      const standing = await this.of(record)
      found.push(...standing.filter((each) => equalBytes(each.fact, fact)))
    }
    return this.remove(found)
  }

  /** All facts with the records that they were promoted as, behind a fact. */
  async *promoted(
    after?: Uint8Array
  ): AsyncGenerator<readonly [fact: Uint8Array, record: Uint8Array]> {
    for await (const [fact, record] of this.#promoted.entries(after && { gt: after })) {
      yield [fact.slice(), record.slice()]
    }
  }

  /** Adds the pairs that earlier versions published, once; `agentsOf` names who learned the facts. */
  async complete(
    agentsOf: (facts: readonly Uint8Array[]) => Promise<readonly (string | undefined)[]>
  ): Promise<void> {
    if ((await this.#section.get(READY)) !== undefined) return
    let pairs: { fact: Uint8Array; record: Uint8Array }[] = []
    const write = (): Promise<void> =>
      this.#turns.alone(async () => {
        const missing = await this.missing(pairs)
        const agents = await agentsOf(missing.map(({ fact }) => fact))
        const operations = missing.flatMap((pair, i) =>
          this.put({ ...pair, agent: agents[i] ?? '', at: 0, isSigned: true })
        )
        await this.#store.commit(operations)
        pairs = []
      })
    for await (const [fact, record] of this.promoted()) {
      pairs.push({ fact, record })
      if (pairs.length === BATCH) await write()
    }
    await write()
    await this.#store.commit([this.#section.put(READY, EMPTY)])
  }
}

function recordKey(record: Uint8Array, fact: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(BY_RECORD), concat(record, fact))
}

/** The zero byte ends the name, so that no name is the beginning of another key. */
function agentKey(agent: string, time: Uint8Array, ...rest: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(BY_AGENT), Buffer.from(`${agent}\0`), time, ...rest])
}

function timeBytes(at: number): Buffer {
  const bytes = Buffer.alloc(TIME_BYTES)
  bytes.writeUIntBE(Math.min(Math.max(0, Math.floor(at)), MAX_TIME), 0, TIME_BYTES)
  return bytes
}

function publicationOf(key: Uint8Array, value: Uint8Array): Publication {
  const bytes = Buffer.from(value)
  return {
    record: key.slice(1, 1 + DIGEST_BYTES),
    fact: key.slice(1 + DIGEST_BYTES),
    isSigned: bytes[0] === 1,
    at: bytes.readUIntBE(1, TIME_BYTES),
    agent: bytes.toString('utf8', 1 + TIME_BYTES)
  }
}
