/** Options of `createHive`. */
import { z } from 'zod'
import { ModelOptions } from '../models/index.ts'
import { DEFAULT_RELAY_LIMITS, MAX_ACCEPTED_KEYS, MAX_RELAY_LIMITS } from '../../transport/index.ts'
import type { ComponentLogger } from '@libp2p/interface'
import type { Database } from '../../crdt/index.ts'
import type { Consent } from '../skills/index.ts'
import type { Embedder } from '../search/index.ts'
import type { Clock, SwarmInit } from '../../transport/index.ts'

const MINUTE = 60_000

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not bytes')

const Swarm = z.strictObject({
  /** Peers connect only to peers with the same name and key. */
  name: z.string().min(1).max(128).default('default'),
  /** Text of a `swarm.key` file: only peers with this key may connect. */
  key: z.string().optional(),
  /**
   * Texts of further keys whose peers may connect: the next or the previous key during a change of
   * keys.
   */
  acceptedKeys: z.array(z.string()).max(MAX_ACCEPTED_KEYS).default([]),
  /**
   * The membership in a closed swarm, whose name ends with `~` and 32 hexadecimal digits: a secret
   * seed of 32 bytes, and statements of the swarm, with the founding at least. Default: `member.json`
   * in the data directory. `invite`: while there is no certificate, the node shows it where it dials.
   */
  member: z
    .strictObject({
      seed: Bytes.refine(({ length }) => length === 32, 'not 32 bytes'),
      statements: z.array(Bytes).optional(),
      /** Without a certificate: the invite to show where this node dials. */
      invite: z.strictObject({ id: Bytes, secret: Bytes }).optional()
    })
    .optional(),
  /**
   * In a closed swarm: whether this node renews the certificates of members that it is above, when
   * their nodes ask for it. Default true.
   */
  renewMembers: z.boolean().default(true),
  /** Multiaddrs of the first peers to dial. */
  bootstrap: z.array(z.string()).default([]),
  /** Multiaddrs to listen on. Default: a free port of this machine's loopback interface. */
  listen: z.array(z.string()).min(1).optional(),
  /** Addresses by which others reach this node beside those: of a NAT that passes a port on, say. */
  announce: z.array(z.string()).default([]),
  /**
   * Looks for peers on this network segment, by multicast DNS. The node then listens on all
   * interfaces unless `listen` says where.
   */
  lan: z.boolean().default(false),
  /**
   * Relays for members that cannot reach each other; needs a key. Limits: nodes at a time (64),
   * bytes (64 MiB) and seconds (3600) of one relayed connection.
   */
  relay: z
    .union([
      z.boolean(),
      z.strictObject({
        reservations: z.int().min(1).max(MAX_RELAY_LIMITS.reservations).optional(),
        bytes: z.int().min(1).max(MAX_RELAY_LIMITS.bytes).optional(),
        seconds: z.int().min(1).max(MAX_RELAY_LIMITS.seconds).optional()
      })
    ])
    .default(false)
    .transform((relay) =>
      relay === false ? undefined : { ...DEFAULT_RELAY_LIMITS, ...(relay === true ? {} : relay) }
    ),
  /**
   * `light`: stores no feeds of others; it knows the swarm by Bloom filters and fetches single
   * records.
   */
  mode: z.enum(['full', 'light']).default('full'),
  /**
   * Number of authors that must vouch before a received insight is released. Default: 1 with a key,
   * 2 without.
   */
  k: z.int().min(1).max(1000).optional(),
  /**
   * Own entries pass other peers before they are gossiped, so that no peer sees who signed them.
   * False: faster, and traceable. A light node has no stem, and without gossip there is none.
   */
  stem: z.boolean().default(true),
  /**
   * False: own entries that none of the three relays of their author passes on wait, and a warning
   * says so. By default this node then gossips them itself, and peers may learn their author.
   */
  stemFallback: z.boolean().default(true),
  /**
   * Milliseconds after which this node signs with new author keys; default a week, at least a
   * minute.
   */
  epoch: z.int().min(MINUTE).optional(),
  /** False: no gossip, only anti-entropy. */
  gossip: z.boolean().default(true),
  /** Milliseconds between two syncs with a random peer; 0 for none. */
  syncInterval: z.int().min(0).optional(),
  /** Milliseconds between two rounds of filters with all peers; 0 for none. */
  filterInterval: z.int().min(0).optional()
})

export const HiveOptions = z.strictObject({
  /** The data directory. Default: everything in memory. */
  dataDir: z.string().min(1).optional(),
  /** False: no network. */
  swarm: z.union([z.literal(false), Swarm]).default(Swarm.parse({})),
  /** The most facts, and the most bytes of facts (their stored size). */
  quota: z
    .strictObject({ facts: z.int().min(1).optional(), bytes: z.int().min(1).optional() })
    .default({}),
  /** True: the tables of the store are rebuilt before it is opened. */
  repair: z.boolean().default(false),
  /** False: consolidation and compaction run on request only (`cortex.janitor`). */
  upkeep: z.boolean().default(true),
  /** Milliseconds between two passes of `selfIterate` in the background; 0 for none. */
  evolution: z.strictObject({ interval: z.int().min(0).default(MINUTE) }).prefault({}),
  /** The default agent: `db.agent`. */
  agent: z.strictObject({ name: z.string() }).default({ name: 'default' }),
  /** Names that are redacted in all text that leaves this node. */
  anonymity: z
    .strictObject({
      /**
       * Each list is a kind of its own. Default of all three: this machine's name, its user and the
       * user's home directory.
       */
      hosts: z.array(z.string().min(1)).optional(),
      users: z.array(z.string().min(1)).optional(),
      paths: z.array(z.string().min(1)).optional(),
      /** Other names: customers, products, projects. */
      knownNames: z.array(z.string().min(1)).optional()
    })
    .default({}),
  /** Which skills are shared and adopted. */
  skills: z
    .strictObject({
      /** Publish skills that are verified here, unless they disclose something of their makers. */
      publish: z.boolean().default(true),
      /**
       * Which offers of the swarm are added as untested skills: none, all, or those that the
       * function accepts.
       */
      adopt: z
        .union([
          z.enum(['none', 'all']),
          z.custom<Consent>((value) => typeof value === 'function', 'not a function')
        ])
        .default('none'),
      /**
       * Receipts published with a skill: of its declared tests alone, or with `runs` also of its
       * uses, for inputs of at most 512 bytes in which the anonymiser finds nothing.
       */
      receipts: z.enum(['runs', 'tests']).default('tests'),
      /** The share of other authors' claimed runs that is run again here; 0 for none. */
      audit: z.number().min(0).max(1).default(0.25)
    })
    .default({ publish: true, adopt: 'none', receipts: 'tests', audit: 0.25 }),
  /** Models by tier, and budgets. Default: only the offline tier, which needs no key. */
  models: ModelOptions.optional(),
  /**
   * Recall by meaning beside words: an OpenAI-compatible endpoint, or an object with `embed`. Facts
   * (private ones only with `private`) and questions are sent to it.
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
  /** Options for libp2p that replace those of this node, such as transports. */
  libp2p: z.custom<NonNullable<SwarmInit['libp2p']>>(isObject, 'not an object').optional(),
  /** The time; default `Date`. */
  clock: z.custom<Clock>(isObject, 'not a clock').optional(),
  /** A number from 0 up to 1, as `Math.random`. */
  random: z
    .custom<() => number>((value) => typeof value === 'function', 'not a function')
    .optional(),
  /** The logger of libp2p and the swarm. Default: controlled by the variable DEBUG. */
  logger: z.custom<ComponentLogger>(isObject, 'not a logger').optional(),
  /** The software name that this node reports to peers. */
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
