/** Options of `createHive`. */
import { z } from 'zod'
import { ModelOptions } from '../models/index.ts'
import { MAX_ACCEPTED_KEYS } from '../../transport/index.ts'
import type { ComponentLogger } from '@libp2p/interface'
import type { Database } from '../../crdt/index.ts'
import type { Consent } from '../skills/index.ts'
import type { Embedder } from '../search/index.ts'
import type { Clock, SwarmInit } from '../../transport/index.ts'

const MINUTE = 60_000

const Swarm = z.strictObject({
  /** Peers meet only peers of the same name and key. */
  name: z.string().min(1).max(128).default('default'),
  /** Text of a `swarm.key` file: who has it, and nobody else, may connect. */
  key: z.string().optional(),
  /** Texts of keys whose peers are let in as well: the next or the former one, while keys change. */
  acceptedKeys: z.array(z.string()).max(MAX_ACCEPTED_KEYS).default([]),
  /** Multiaddrs of peers to begin with. */
  bootstrap: z.array(z.string()).default([]),
  /** Multiaddrs to listen on; by default this machine only, any free port. */
  listen: z.array(z.string()).min(1).optional(),
  /** `light`: no feeds of others; the swarm is known by its filters, records come one by one. */
  mode: z.enum(['full', 'light']).default('full'),
  /** Distinct authors that must vouch before a received insight is released; 1 with a key, 2 without. */
  k: z.int().min(1).max(1000).optional(),
  /**
   * Own entries go through other peers before they are gossiped, so that nobody sees who signed
   * them; false: faster, and traceable. A light node has no stem, nor is there one without gossip.
   */
  stem: z.boolean().default(true),
  /** Milliseconds after which this node signs with new author keys; default a week, at least a minute. */
  epoch: z.int().min(MINUTE).optional(),
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
  /** False: near-duplicates and the own feed are seen to on request only (`cortex.janitor`). */
  upkeep: z.boolean().default(true),
  /** The default agent: `db.agent`. */
  agent: z.strictObject({ name: z.string() }).default({ name: 'default' }),
  /** What is redacted in what leaves this node. */
  anonymity: z
    .strictObject({
      /**
       * Names that are redacted wherever they occur in what is shared, each list as its own kind. With
       * none of them: this machine's name, its user and the user's home directory.
       */
      hosts: z.array(z.string().min(1)).optional(),
      users: z.array(z.string().min(1)).optional(),
      paths: z.array(z.string().min(1)).optional(),
      /** Others: customers, products, projects. */
      knownNames: z.array(z.string().min(1)).optional()
    })
    .default({}),
  /** What is shared of skills, and what is taken in. */
  skills: z
    .strictObject({
      /** Skills that are verified here are published, where they tell nothing of their makers. */
      publish: z.boolean().default(true),
      /** Which offers of the swarm are taken in as untested: none, all, or those it says yes to. */
      adopt: z
        .union([
          z.enum(['none', 'all']),
          z.custom<Consent>((value) => typeof value === 'function', 'not a function')
        ])
        .default('none'),
      /**
       * What is published as receipts of a skill: its declared tests alone, or with `runs` also inputs of
       * at most 512 bytes that it was used on, where the anonymiser finds nothing in them.
       */
      receipts: z.enum(['runs', 'tests']).default('tests'),
      /** Of the runs that others claim of a skill, the share that is run again here; 0 for none. */
      audit: z.number().min(0).max(1).default(0.25)
    })
    .default({ publish: true, adopt: 'none', receipts: 'tests', audit: 0.25 }),
  /** Models by tier, and what may be spent; left out: the offline tier alone, which needs no key. */
  models: ModelOptions.optional(),
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
  /** An abstract-level database in place of the one in `dataDir`, for tests. */
  store: z.custom<Database>(isObject, 'not a database').optional(),
  /** Options for libp2p, over those of this node: transports, for instance. */
  libp2p: z.custom<NonNullable<SwarmInit['libp2p']>>(isObject, 'not an object').optional(),
  /** The time; default `Date`. */
  clock: z.custom<Clock>(isObject, 'not a clock').optional(),
  /** 0 up to 1, as `Math.random`. */
  random: z
    .custom<() => number>((value) => typeof value === 'function', 'not a function')
    .optional(),
  /** Where libp2p and the swarm log; by default as the variable DEBUG says. */
  logger: z.custom<ComponentLogger>(isObject, 'not a logger').optional(),
  /** What this node tells peers of its software. */
  userAgent: z.string().optional()
})

/**
 * Options of `createHive`. All of them are optional.
 *
 * @interface
 */
export type HiveInit = z.input<typeof HiveOptions>

function isObject(value: unknown): boolean {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}

/** Checked, with defaults. */
export type Options = z.output<typeof HiveOptions>
