/** Options of `createHive`. */
import { z } from 'zod'
import type { ComponentLogger } from '@libp2p/interface'
import type { Database } from '../crdt/index.ts'
import type { Embedder } from './search/index.ts'
import type { Clock, SwarmInit } from '../transport/index.ts'

const Swarm = z.strictObject({
  /** Peers meet only peers of the same name and key. */
  name: z.string().min(1).max(128).default('default'),
  /** Text of a `swarm.key` file: who has it, and nobody else, may connect. */
  key: z.string().optional(),
  /** Multiaddrs of peers to begin with. */
  bootstrap: z.array(z.string()).default([]),
  /** Multiaddrs to listen on; by default this machine only, any free port. */
  listen: z.array(z.string()).min(1).optional(),
  /** `light`: no feeds of others; the swarm is known by its filters, records come one by one. */
  mode: z.enum(['full', 'light']).default('full'),
  /** Distinct authors that must vouch before a received insight is released; 1 with a key, 2 without. */
  k: z.int().min(1).max(1000).optional(),
  /** False: no gossip, anti-entropy alone. */
  gossip: z.boolean().default(true),
  /** Milliseconds between two syncs with a random peer; 0 for none. */
  syncInterval: z.int().min(0).optional(),
  /** Milliseconds between two rounds of filters with all peers; 0 for none. */
  filterInterval: z.int().min(0).optional()
})

export const HiveOptions = z.strictObject({
  /** Where everything is kept; in memory when it is left out. */
  dataDir: z.string().min(1).optional(),
  /** False: no network at all. */
  swarm: z.union([z.literal(false), Swarm]).default(Swarm.parse({})),
  /** At most so many facts, and so many bytes of facts (their stored size). */
  quota: z
    .strictObject({ facts: z.int().min(1).optional(), bytes: z.int().min(1).optional() })
    .default({}),
  agent: z.strictObject({ name: z.string() }).default({ name: 'default' }),
  anonymity: z
    .strictObject({
      /** Names of this machine and its users, redacted wherever they occur in what is shared. */
      knownNames: z.array(z.string()).optional()
    })
    .default({}),
  /**
   * Recall by meaning beside words: an OpenAI-compatible endpoint, or anything with an `embed`.
   * Facts (not private ones, unless `private`) and questions are sent there.
   */
  embeddings: z
    .union([
      z.custom<Embedder>((value) => isObject(value) && 'embed' in Object(value), 'not an embedder'),
      z.strictObject({
        baseURL: z.url(),
        model: z.string().min(1),
        apiKey: z.string().optional(),
        dimensions: z.int().min(1).max(16_384).optional(),
        private: z.boolean().optional()
      })
    ])
    .optional(),
  store: z.custom<Database>(isObject, 'not a database').optional(),
  libp2p: z.custom<NonNullable<SwarmInit['libp2p']>>(isObject, 'not an object').optional(),
  clock: z.custom<Clock>(isObject, 'not a clock').optional(),
  random: z
    .custom<() => number>((value) => typeof value === 'function', 'not a function')
    .optional(),
  logger: z.custom<ComponentLogger>(isObject, 'not a logger').optional(),
  /** What this node tells peers of its software. */
  userAgent: z.string().optional()
})

export type HiveInit = z.input<typeof HiveOptions>

function isObject(value: unknown): boolean {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
