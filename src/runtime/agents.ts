/** Agents: many on one node, sharing its knowledge, its swarm and its author key. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import type { Cortex } from './cortex.ts'

/** An agent of a node: a name, which facts carry as provenance, and its cortex. */
export interface Agent {
  readonly name: string
  readonly cortex: Cortex
}

/** Names show in provenance and, later, in paths: letters, digits, `.`, `_`, `-`. */
const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, . _ -')

/** The agents of a node. All of them share its knowledge, its swarm and its author key. */
export class Agents {
  readonly #agents = new Map<string, Agent>()
  readonly #cortexFor: (name: string) => Cortex

  constructor(cortexFor: (name: string) => Cortex) {
    this.#cortexFor = cortexFor
  }

  /** Throws `HiveError` when the name is taken or not a name. */
  create(name: string): Agent {
    const valid = parse(Name, name, 'The name of an agent')
    if (this.#agents.has(valid)) {
      throw new HiveError('AGENT_EXISTS', `An agent named "${valid}" exists already.`)
    }
    const agent = { name: valid, cortex: this.#cortexFor(valid) }
    this.#agents.set(valid, agent)
    return agent
  }

  /** The agent of that name; undefined when there is none. */
  get(name: string): Agent | undefined {
    return this.#agents.get(name)
  }

  /** All agents, in the order in which they were created. */
  list(): Agent[] {
    return [...this.#agents.values()]
  }
}
