/** Shapes of a node: its state, its store, its models. */
import { z } from 'zod'
import { Count, Moment } from './common.ts'
import { Membership } from './members.ts'

export const NodeStatus = z
  .strictObject({
    peerId: z.string().optional(),
    multiaddrs: z.array(z.string()),
    swarm: z
      .strictObject({ name: z.string(), id: z.string(), mode: z.enum(['full', 'light']) })
      .optional(),
    membership: Membership.optional().meta({
      description: 'Of a node in a closed swarm'
    }),
    peers: z.array(
      z.strictObject({
        peer: z.string(),
        addresses: z.array(z.string()),
        direction: z.enum(['inbound', 'outbound']),
        swarm: z.boolean(),
        gossip: z.enum(['mesh', 'subscriber', 'none']),
        latency: z.number().optional().meta({ description: 'Milliseconds' })
      })
    ),
    facts: Count,
    authors: Count,
    entries: Count,
    filters: z.strictObject({
      bytes: Count,
      peerFilters: z.array(
        z.strictObject({
          kind: z.string(),
          peers: Count,
          elements: Count,
          bytes: Count,
          falsePositiveRate: z.number()
        })
      )
    }),
    rejections: z.record(z.string(), Count),
    offences: Count,
    damaged: Count,
    intake: z
      .array(
        z.strictObject({
          payer: z.enum(['all', 'all-new', 'author', 'bodies', 'member', 'peer', 'peer-new']).meta({
            description:
              'All peers, or the peer, author or member that used most; new: by new authors'
          }),
          unit: z.enum(['authors', 'bytes', 'entries']),
          used: Count,
          limit: Count
        })
      )
      .meta({ description: 'What was stored of others today (UTC), beside its budgets' }),
    index: z.strictObject({
      behind: Count.meta({ description: 'Items that the search index does not have yet' }),
      failure: z.string().optional()
    }),
    unsent: z.strictObject({ retractions: Count, votes: Count }),
    warnings: z.array(z.string()),
    quarantined: Count.optional().meta({
      description: 'Insights in quarantine, counted up to 100; absent while the index is behind'
    }),
    waiting: z.array(
      z.strictObject({
        what: z.enum([
          'goals',
          'index',
          'insights',
          'mesh',
          'offers',
          'peers',
          'retractions',
          'skills',
          'votes'
        ]),
        count: Count,
        why: z.string(),
        command: z.string().optional()
      })
    ),
    uptime: Count.optional().meta({ description: 'Seconds since the running node started' }),
    digest: z.string(),
    running: z.boolean().meta({
      description: 'False for a directory that was opened for this call'
    }),
    pid: Count,
    http: z.string().optional().meta({ description: 'The address of the HTTP API' })
  })
  .meta({ id: 'NodeStatus' })

export const NetworkCheck = z
  .strictObject({
    addresses: z.array(
      z.strictObject({
        address: z.string(),
        scope: z.enum(['loopback', 'private', 'public', 'relay']).meta({
          description: 'Who can dial it: this machine, its network, everybody, everybody by a relay'
        }),
        confirmed: z.boolean().meta({
          description: 'Whether a peer has dialled it (AutoNAT), or a relay holds a place for it'
        })
      })
    ),
    observed: z.array(
      z.strictObject({
        ip: z.string(),
        peers: Count.meta({ description: 'Peers that see connections of this node come from it' })
      })
    ),
    nat: z.enum(['none', 'behind', 'unknown']).meta({
      description: 'Whether peers see an address of this machine or another one'
    }),
    relay: z.strictObject({
      limits: z
        .strictObject({ reservations: Count, bytes: Count, seconds: Count })
        .optional()
        .meta({ description: 'What this node relays for others; absent: nothing' }),
      reservations: Count.meta({ description: 'Nodes that this node can be a relay for now' }),
      reserved: z.array(z.string()).meta({ description: 'Addresses of this node at relays' })
    }),
    lan: z.strictObject({
      enabled: z.boolean(),
      peers: z.array(
        z.strictObject({
          peer: z.string(),
          addresses: z.array(z.string()),
          lastSeen: Count.meta({ description: 'Milliseconds of the Unix epoch' })
        })
      )
    }),
    connections: z.strictObject({ direct: Count, relayed: Count }),
    bootstrap: z.array(
      z.strictObject({
        address: z.string(),
        latency: z.number().optional().meta({ description: 'Milliseconds of a ping' }),
        relayed: z.boolean().optional(),
        reason: z.string().optional().meta({ description: 'Why it was not reached' })
      })
    )
  })
  .meta({ id: 'NetworkCheck' })

export const Event = z
  .strictObject({ id: Count, event: z.string(), at: Moment, data: z.unknown() })
  .meta({ id: 'Event', description: 'An event of the node; docs/EVENTS.md lists them' })

export const IntegrityReport = z.strictObject({
  isWhole: z.boolean(),
  isRepaired: z.boolean(),
  files: z.array(
    z.strictObject({ file: z.string(), problem: z.enum(['missing', 'size', 'content']) })
  ),
  lostAtEnd: z.record(z.string(), Count),
  values: Count,
  damaged: z.record(z.string(), Count),
  unreadable: z.string().optional(),
  facts: z
    .strictObject({ facts: Count, lost: Count, lostIds: z.array(z.string()), mended: Count })
    .optional(),
  hive: z
    .strictObject({ entries: Count, emptied: Count, returned: Count, restored: Count })
    .optional()
})

export const BackupReport = z.strictObject({
  directory: z.string(),
  items: Count,
  hasPeerKey: z.boolean(),
  hasMember: z.boolean().meta({
    description: 'Whether it has the secret of a member of a closed swarm'
  })
})

export const HeuristicPerformance = z.strictObject({
  bloomHitRate: z.number(),
  falsePositives: Count,
  lookupsAvoided: Count,
  millisecondsSaved: z.number(),
  checked: Count.meta({ description: 'Facts that were compared with the stored ones' }),
  paths: z.strictObject({ memory: Count, filter: Count, disk: Count, text: Count }).meta({
    description:
      'What decided: repetitions seen lately, new facts by the filter alone, repetitions found by a lookup, and variants found by their text'
  })
})

export const NodeFinding = z
  .strictObject({
    section: z.string(),
    id: z.string(),
    ok: z.boolean(),
    text: z.string(),
    mend: z.string().optional()
  })
  .meta({ id: 'NodeFinding', description: 'A finding of the doctor, and what mends a problem' })
/** A finding of the doctor. */
export type NodeFinding = z.output<typeof NodeFinding>

export const TrendSample = z
  .strictObject({
    at: Moment,
    facts: Count,
    entries: Count,
    insights: Count.optional().meta({
      description: 'Released insights, a minute old at most; none where they were not counted'
    }),
    authors: Count,
    peers: Count,
    synced: Count.meta({ description: 'Entries that syncs brought since the node started' })
  })
  .meta({ id: 'TrendSample', description: 'Counts of a node at one time' })

export const ListedModel = z.strictObject({
  model: z.string(),
  roles: z.array(z.string()),
  state: z.enum(['active', 'ending', 'shut-down']),
  shutdown: z.string().nullable(),
  replacement: z.string().optional(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  usable: z.boolean(),
  health: z.string()
})

const Usd = z.string().meta({ description: 'USD as decimal text' })

export const ModelUsage = z.strictObject({
  rows: z.array(
    z.strictObject({
      agent: z.string(),
      task: z.string(),
      model: z.string(),
      calls: Count,
      tokens: z.strictObject({ input: Count, cacheRead: Count, cacheWrite: Count, output: Count }),
      cost: Usd,
      uncertain: Usd,
      unpriced: Count
    })
  ),
  budgets: z.array(
    z.strictObject({
      what: z.string(),
      usd: z.strictObject({ limit: Usd, spent: Usd, reserved: Usd }).optional(),
      tokens: z.strictObject({ limit: Count, spent: Count, reserved: Count }).optional()
    })
  )
})
