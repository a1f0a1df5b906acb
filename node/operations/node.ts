/** Operations on the node itself: its state, its store, its models. */
import { z } from 'zod'
import { NoHttpError, NotRunningError } from './errors.ts'
import { FIVE_TOOLS, NOT_FOR_AGENTS, operation } from './operation.ts'
import { Count, Empty } from './shapes/common.ts'
import { EXAMPLE_MEMBERSHIP, EXAMPLE_SWARM } from './shapes/members.ts'
import { isListed, waitingOn } from './waiting.ts'
import {
  BackupReport,
  Event,
  HeuristicPerformance,
  IntegrityReport,
  ListedModel,
  ModelUsage,
  NetworkCheck,
  NodeFinding,
  NodeStatus,
  TrendSample
} from './shapes/node.ts'

export const NODE = {
  status: operation({
    topic: 'node',
    summary: 'Return identity, swarm, peers, counts and filters of the node',
    effect: 'reads',
    input: Empty,
    output: NodeStatus,
    errors: [],
    example: {
      input: {},
      output: {
        peerId: '12D3KooWBPg5sf6wMDL9udpU4yvMrtHfi5zhADFo8shCMKch2huA',
        multiaddrs: ['/ip4/192.0.2.1/tcp/4001'],
        swarm: { name: EXAMPLE_SWARM, id: '00', mode: 'full' },
        membership: EXAMPLE_MEMBERSHIP,
        peers: [],
        facts: 0,
        authors: 0,
        entries: 0,
        filters: { bytes: 0, peerFilters: [] },
        rejections: {},
        offences: 0,
        damaged: 0,
        intake: [{ payer: 'peer', unit: 'entries', used: 1_200, limit: 2_000_000 }],
        index: { behind: 0 },
        unsent: { retractions: 0, votes: 0 },
        warnings: [],
        quarantined: 0,
        waiting: [],
        uptime: 60,
        digest: '00',
        running: true,
        pid: 4711
      }
    },
    cli: { by: 'status', args: ['status'] },
    mcp: FIVE_TOOLS,
    async run({ db, running, http }) {
      // A node that was just opened does not know yet how far its index is.
      if (!running) await db.agent.cortex.janitor.finishIndex({ maxWait: 0 })
      const isCounted = isListed(db)
      const waiting = await waitingOn(db, running)
      const membership = db.members?.self()
      return {
        ...db.status,
        ...(membership === undefined ? {} : { membership }),
        waiting,
        ...(isCounted
          ? { quarantined: waiting.find(({ what }) => what === 'insights')?.count ?? 0 }
          : {}),
        ...(running ? { uptime: Math.floor(process.uptime()) } : {}),
        digest: await db.digest(),
        running,
        pid: process.pid,
        ...(http === undefined ? {} : { http })
      }
    }
  }),

  netcheck: operation({
    topic: 'node',
    summary: 'Return how others reach the running node, and dial its bootstrap peers',
    effect: 'reads',
    input: Empty,
    output: NetworkCheck,
    errors: ['NOT_RUNNING'],
    example: {
      input: {},
      output: {
        addresses: [
          { address: '/ip4/192.0.2.1/tcp/4001', scope: 'public', confirmed: true },
          { address: '/ip4/127.0.0.1/tcp/4001', scope: 'loopback', confirmed: false }
        ],
        observed: [{ ip: '192.0.2.1', peers: 2 }],
        nat: 'none',
        relay: { reservations: 0, reserved: [] },
        lan: { enabled: false, peers: [] },
        connections: { direct: 2, relayed: 0 },
        bootstrap: [{ address: '/dns4/hive.example/tcp/4001', latency: 12, relayed: false }]
      }
    },
    cli: { by: 'netcheck', args: ['netcheck'] },
    mcp: FIVE_TOOLS,
    async run({ db, running }, _input, { signal }) {
      const report = running ? await db.checkNetwork({ signal }) : undefined
      if (report === undefined) {
        throw new NotRunningError(
          'No node with a network runs on this directory. Start one with "hive start".'
        )
      }
      return report
    }
  }),

  performance: operation({
    topic: 'node',
    summary: 'Return what the Bloom filter of facts has saved since the start',
    effect: 'reads',
    input: Empty,
    output: HeuristicPerformance,
    errors: [],
    example: {
      input: {},
      output: {
        bloomHitRate: 0.5,
        falsePositives: 0,
        lookupsAvoided: 6,
        millisecondsSaved: 0.2,
        checked: 10,
        paths: { memory: 2, filter: 4, disk: 3, text: 1 }
      }
    },
    cli: { by: 'performance', args: ['performance'] },
    mcp: FIVE_TOOLS,
    run: ({ db }) => Promise.resolve(db.agent.cortex.metrics.getHeuristicPerformance())
  }),

  trends: operation({
    topic: 'node',
    summary: 'Return how the counts of the running node grew',
    detail:
      'A sample each 10 seconds of the last hour, and each 15 minutes of the last month, the oldest first.',
    effect: 'reads',
    input: Empty,
    output: z.array(TrendSample),
    errors: ['NOT_RUNNING'],
    example: {
      input: {},
      output: [
        {
          at: '2026-05-01T00:00:00.000Z',
          facts: 1_200,
          entries: 340,
          insights: 210,
          authors: 12,
          peers: 5,
          synced: 96
        }
      ]
    },
    cli: { by: 'trends', args: ['trends'] },
    mcp: FIVE_TOOLS,
    run: ({ trends }) => Promise.resolve((trends ?? notRunning()).samples())
  }),

  doctor: operation({
    topic: 'node',
    summary: 'Check the running node and its machine, in the words of the doctor',
    detail: '"hive doctor" checks them from outside, also where no node runs.',
    effect: 'reads',
    input: Empty,
    output: z.strictObject({ ok: z.boolean(), findings: z.array(NodeFinding) }),
    errors: ['NOT_RUNNING'],
    example: {
      input: {},
      output: {
        ok: true,
        findings: [{ section: 'store', id: 'store', ok: true, text: 'the store is whole' }]
      }
    },
    cli: { by: 'doctor --node', args: ['doctor', '--node'] },
    mcp: FIVE_TOOLS,
    async run({ diagnose }, _input, { signal }) {
      const findings = await (diagnose ?? notRunning())(signal)
      return { ok: findings.every(({ ok }) => ok), findings }
    }
  }),

  dashboard: operation({
    topic: 'node',
    summary: 'Return an address that opens the dashboard once',
    detail: 'The address has a code in its fragment, which no log has.',
    effect: 'changes',
    input: Empty,
    output: z.strictObject({
      url: z.string(),
      seconds: Count.meta({ description: 'For which the address can be used' })
    }),
    errors: ['NOT_RUNNING', 'NO_HTTP'],
    example: {
      input: {},
      output: { url: 'http://127.0.0.1:7420/#login=CODE', seconds: 60 }
    },
    cli: { by: 'open', args: ['open', '--print'] },
    mcp: NOT_FOR_AGENTS,
    run({ logins, http }) {
      if (logins === undefined) return Promise.reject(notRunningError())
      if (http === undefined) return Promise.reject(new NoHttpError())
      const { code, seconds } = logins.issue()
      return Promise.resolve({ url: `${http}/#login=${code}`, seconds })
    }
  }),

  events: operation({
    topic: 'node',
    summary: 'Follow the events of a running node, until the caller ends the call',
    detail:
      'A reader that is too slow gets "events:missed" with the number. GET /v1/events sends them as server-sent events.',
    effect: 'reads',
    input: z.strictObject({
      after: Count.optional().meta({
        description:
          'The number of the last known event; by default that of the newest one. After a restart of the node its events follow from the first one'
      }),
      limit: Count.optional().meta({ description: 'Ends after this many' })
    }),
    item: Event,
    output: z.strictObject({ events: Count }),
    errors: ['NOT_RUNNING'],
    example: { input: { limit: 1 }, output: { events: 1 } },
    cli: { by: 'events', args: ['events', '--limit', '1'] },
    mcp: FIVE_TOOLS,
    async run({ events: feed }, { after, limit = Infinity }, { signal, onItem }) {
      if (feed === undefined) throw notRunningError()
      let events = 0
      if (events >= limit) return { events }
      for await (const event of feed.follow(after ?? feed.last, signal)) {
        await onItem?.(event)
        events += 1
        if (events >= limit) break
      }
      return { events }
    }
  }),

  verify: operation({
    topic: 'node',
    summary: 'Read everything that the node stores, and mend what follows from the rest',
    effect: 'changes',
    input: Empty,
    output: IntegrityReport,
    hasProgress: true,
    errors: [],
    example: {
      input: {},
      output: {
        isWhole: true,
        isRepaired: false,
        files: [],
        lostAtEnd: {},
        values: 12,
        damaged: {}
      }
    },
    cli: { by: 'verify', args: ['verify'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, _input, { signal, onProgress }) =>
      db.agent.cortex.janitor.verify({
        signal,
        onProgress: (progress) => onProgress?.({ ...progress })
      })
  }),

  backup: operation({
    topic: 'node',
    summary: 'Write a backup of the node, as of now',
    effect: 'reads',
    input: z.strictObject({
      directory: z.string().meta({
        description: 'An absolute path on the machine of the node: an empty directory, or a new one'
      })
    }),
    output: BackupReport,
    hasProgress: true,
    errors: ['BACKUP_INVALID'],
    example: {
      input: { directory: '/backup/monday' },
      output: { directory: '/backup/monday', items: 1200, hasPeerKey: true, hasMember: false }
    },
    cli: { by: 'backup DIR', args: ['backup', '/backup/monday'] },
    mcp: NOT_FOR_AGENTS,
    run: ({ db }, { directory }, { signal, onProgress }) =>
      db.backup(directory, { signal, onProgress: (progress) => onProgress?.({ ...progress }) })
  }),

  models: operation({
    topic: 'models',
    summary: 'List the catalogue of models: state, price, and whether this node can call them',
    effect: 'reads',
    input: Empty,
    output: z.array(ListedModel),
    errors: [],
    example: { input: {}, output: [] },
    cli: { by: 'models', args: ['models'] },
    mcp: FIVE_TOOLS,
    run: ({ db }) => Promise.resolve(db.agent.cortex.models.list())
  }),

  usage: operation({
    topic: 'models',
    summary: 'Return the cost of model calls, and the use of budgets',
    effect: 'reads',
    input: Empty,
    output: ModelUsage,
    errors: [],
    example: { input: {}, output: { rows: [], budgets: [] } },
    cli: { by: 'usage', args: ['usage'] },
    mcp: FIVE_TOOLS,
    run: ({ db }) => Promise.resolve(db.agent.cortex.models.usage())
  })
} as const

function notRunningError(): NotRunningError {
  return new NotRunningError('No node runs on this directory. Start one with "hive start".')
}

function notRunning(): never {
  throw notRunningError()
}
