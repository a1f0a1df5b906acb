/** Agents: many on one node, with common knowledge, swarm and author key. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { parse } from '../arguments/index.ts'
import type { Cortex } from './cortex.ts'

/** An agent of a node: a name, stored as the provenance of its facts, and its cortex. */
export interface Agent {
  readonly name: string
  readonly cortex: Cortex
}

/** Names appear in provenance, and may appear in paths: letters, digits, `.`, `_`, `-`. */
const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use only letters, digits, ".", "_" and "-"')

/** The agents of a node. All of them have its knowledge, its swarm and its author key. */
export class Agents {
  readonly #agents = new Map<string, Agent>()
  readonly #cortexFor: (name: string) => Cortex

  constructor(cortexFor: (name: string) => Cortex) {
    this.#cortexFor = cortexFor
  }

  /** Throws `HiveError` if the name is taken or not valid. */
  create(name: string): Agent {
    const valid = parse(Name, name, 'The name of an agent')
    if (this.#agents.has(valid)) {
      throw new HiveError(
        'AGENT_EXISTS',
        `An agent named "${valid}" already exists on this node. Choose another name.`
      )
    }
    const agent = { name: valid, cortex: this.#cortexFor(valid) }
    this.#agents.set(valid, agent)
    return agent
  }

  /** The agent of that name; undefined if there is none. */
  get(name: string): Agent | undefined {
    return this.#agents.get(name)
  }

  /** All agents, in the order of their creation. */
  list(): Agent[] {
    return [...this.#agents.values()]
  }
}
