/**
 * What the nodes were promised: each fact, goal and vote that a call acknowledged. A call that failed
 * or was cut off leaves both possibilities.
 */
import { HeardInsights } from './heard.ts'
import { PlaybookSteps } from './playbook-steps.ts'

/** What a node says of a record; `none`: nothing. */
export type Stance = 'vouch' | 'dispute' | 'stale' | 'none'

export interface KnownFact {
  readonly text: string
  readonly isPrivate: boolean
  /** Whether it is on the node; undefined: either. */
  isThere: boolean | undefined
  /** Whether it may be marked as stale, so that `recall` leaves it out. */
  mayBeStale: boolean
}

/** What a node was promised when its directory was copied. */
export interface Said {
  readonly facts: ReadonlyMap<string, KnownFact>
  readonly skills: ReadonlyMap<string, string>
}

export class Acknowledged {
  /** By node, then by id. */
  readonly #facts = new Map<string, Map<string, KnownFact>>()
  readonly #stances = new Map<string, Map<string, Set<Stance>>>()
  /** All that a node may have said of a record at some time. */
  readonly #ever = new Map<string, Map<string, Set<Stance>>>()
  /** Ids of skills that a node has added, by node. */
  readonly #skills = new Map<string, Map<string, string>>()
  /** By record, then by node. */
  readonly #counts = new Map<string, Map<string, Count>>()
  /** Texts of facts that a node may have lost with a part of its disk, by node, then by id. */
  readonly #doubted = new Map<string, Map<string, string>>()
  /** Records of which a node may have said what it does not know, since a copy was put back, by node. */
  readonly #unknown = new Map<string, Map<string, true>>()
  /** Ids of goals that some node was promised. */
  readonly goals = new Set<string>()
  /** What subscriptions have received. */
  readonly heard = new HeardInsights()
  readonly steps = new PlaybookSteps()

  factsOf(node: string): Map<string, KnownFact> {
    return entryOf(this.#facts, node)
  }

  /** Names by id. */
  skillsOf(node: string): Map<string, string> {
    return entryOf(this.#skills, node)
  }

  /** Every stance that the node may have towards the record. */
  stance(node: string, record: string): ReadonlySet<Stance> {
    return this.#stances.get(node)?.get(record) ?? NOTHING_SAID
  }

  /** Whether the node has said something of the record. */
  hasSaid(node: string, record: string): boolean {
    return this.#ever.get(node)?.has(record) === true
  }

  /** Whether some node may have called the record wrong at some time. */
  wasDisputed(record: string): boolean {
    return [...this.#ever.values()].some((stances) => stances.get(record)?.has('dispute') === true)
  }

  /** Whether the node may have had the stance at some time. */
  hadStance(node: string, record: string, stance: Stance): boolean {
    return this.#ever.get(node)?.get(record)?.has(stance) === true
  }

  states(node: string, record: string, ...possible: readonly Stance[]): void {
    const ever = entryOf(this.#ever, node)
    ever.set(record, new Set([...(ever.get(record) ?? []), ...possible]))
    entryOf(this.#stances, node).set(record, new Set(possible))
  }

  /** The call may have had its effect or not. */
  mayState(node: string, record: string, ...possible: readonly Stance[]): void {
    this.states(node, record, ...this.stance(node, record), ...possible)
  }

  /** Records of which a node has said something. */
  records(): Set<string> {
    return new Set([...this.#stances.values()].flatMap((stances) => [...stances.keys()]))
  }

  /**
   * The least and the most voices that hold the stance. Of nodes with one voice the last word counts,
   * and nobody here knows whose that is. One that publishes what it counted repeats the last word that
   * it knows, also of the other node, which may have changed it meanwhile.
   */
  bounds(
    record: string,
    stance: Stance,
    voices: readonly (readonly string[])[]
  ): readonly [number, number] {
    const held = voices.map((nodes) => ({
      possible: new Set(nodes.flatMap((node) => [...this.#wordsOf(node, nodes, record)])),
      isKnown: !nodes.some((node) => this.#unknown.get(node)?.has(record) === true)
    }))
    const most = held.filter(({ possible }) => possible.has(stance))
    const least = most.filter(({ possible, isKnown }) => isKnown && possible.size === 1)
    return [least.length, most.length]
  }

  /** What the node may count as saying of the record. */
  #wordsOf(node: string, nodes: readonly string[], record: string): ReadonlySet<Stance> {
    const isRepeated = nodes.some((other) => other !== node && this.countOf(other, record).most > 0)
    return (isRepeated ? this.#ever.get(node)?.get(record) : undefined) ?? this.stance(node, record)
  }

  /** A part of the node's store is damaged. `hasCopies`: what is kept twice is there. */
  doubt(node: string, hasCopies: boolean): void {
    this.steps.doubt()
    for (const [id, fact] of this.factsOf(node)) {
      if (fact.isThere === true) entryOf(this.#doubted, node).set(id, fact.text)
      if (fact.isThere === true || !hasCopies) {
        this.factsOf(node).set(id, { ...fact, isThere: undefined })
      }
    }
    this.skillsOf(node).clear()
    this.#doubtCounts(node)
    if (hasCopies) return
    for (const [record] of entryOf(this.#stances, node)) {
      this.mayState(node, record, 'vouch', 'dispute', 'stale', 'none')
    }
  }

  copyOf(node: string): Said {
    return { facts: new Map(this.factsOf(node)), skills: new Map(this.skillsOf(node)) }
  }

  /**
   * A copy of the node's directory was put back: it has what it was promised until then. What it said
   * later, others may have, as of somebody of the name `lost`. So it may say the same twice, and what
   * it says may be what it has changed since.
   */
  goBack(node: string, copy: Said, lost: string): void {
    this.steps.doubt()
    const facts = this.factsOf(node)
    for (const [id, fact] of new Map([...copy.facts, ...facts])) {
      const before = copy.facts.get(id)
      const isSame = before !== undefined && before.isThere === fact.isThere
      facts.set(id, isSame ? before : { ...fact, isThere: undefined, mayBeStale: true })
    }
    for (const id of this.skillsOf(node).keys()) {
      if (!copy.skills.has(id)) this.skillsOf(node).delete(id)
    }
    for (const record of entryOf(this.#stances, node).keys()) {
      // What it took back may have stayed here.
      this.states(lost, record, 'none', ...(this.#ever.get(node)?.get(record) ?? []))
      this.mayState(node, record, 'vouch', 'dispute', 'stale', 'none')
      entryOf(this.#unknown, node).set(record, true)
    }
    for (const counts of this.#counts.values()) {
      const count = counts.get(node)
      if (count === undefined) continue
      counts.set(lost, { least: 0, most: count.most })
      count.least = 0
    }
  }

  /** The node was revoked: others may have what it said, or not. */
  leave(node: string): void {
    this.steps.doubt()
    for (const [record] of entryOf(this.#stances, node)) {
      this.mayState(node, record, 'vouch', 'dispute', 'stale', 'none')
    }
    this.#doubtCounts(node)
  }

  /** What the node has counted may be lost. */
  #doubtCounts(node: string): void {
    for (const counts of this.#counts.values()) {
      const count = counts.get(node)
      if (count !== undefined) count.least = 0
    }
  }

  /** The node begins to forget the fact, and may end before it says so. */
  mayForget(node: string, id: string): void {
    const fact = this.factsOf(node).get(id)
    if (fact !== undefined) this.factsOf(node).set(id, { ...fact, isThere: undefined })
    this.#doubted.get(node)?.delete(id)
    this.mayState(node, id, 'none')
  }

  /** Facts that are there, or were lost with a part of the disk. */
  doubtedFactsOf(node: string): readonly (readonly [id: string, text: string])[] {
    const facts = this.factsOf(node)
    return [...entryOf(this.#doubted, node)].filter(([id]) => facts.get(id)?.isThere === undefined)
  }

  /** Records that were counted. */
  counted(): string[] {
    return [...this.#counts.keys()]
  }

  /** What a node has counted of a record. */
  countOf(node: string, record: string): Count {
    const counts = entryOf(this.#counts, record)
    const count = counts.get(node) ?? { least: 0, most: 0 }
    counts.set(node, count)
    return count
  }
}

/** What was acknowledged, and what was asked for. */
export interface Count {
  least: number
  most: number
}

const NOTHING_SAID: ReadonlySet<Stance> = new Set(['none'])

function entryOf<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  const known = maps.get(name)
  if (known !== undefined) return known
  const fresh = new Map<string, V>()
  maps.set(name, fresh)
  return fresh
}
