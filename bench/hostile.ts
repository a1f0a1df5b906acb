/**
 * What a hostile peer's records cost the readers of a node: records made to hurt, and each public
 * call beside the same call before they came. The event loop is sampled during each call. The time of
 * the processor tells what a call costs from what it waits for on a busy machine.
 */
import { once } from 'node:events'
import { createHive } from 'noormme-hive'
import { openReplica, openStore } from '../crdt/index.ts'
import { createSwarm } from '../transport/index.ts'
import { percentile } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import { watchLoop } from './watch-loop.ts'
import type { HiveNode } from 'noormme-hive'
import type { Publication, Replica } from '../crdt/index.ts'
import type { Swarm } from '../transport/index.ts'
import type { Benchmark } from './benchmark.ts'
import type { Row } from './table.ts'

/** Facts of the node itself. */
const OWN_FACTS = 1_000

/** Records of one publication of the peer. */
const BATCH = 1_000

const WORDS = ['ship', 'the', 'next', 'large', 'version', 'of', 'our', 'product', 'before', 'may']
const SUBJECT = 'the build cache of the release'

/**
 * Repetitions of the subject in a long text: 3 kB. Each has its words in another order: texts that are
 * packed more than 16 times would exceed what a node stores of one author in a day.
 */
const LONG = 100

/** The records of each shape, by number. */
const SHAPES: Readonly<Record<string, (i: number) => Publication['record']>> = {
  'goals that permute words': (i) => ({ kind: 'goal', entity: permutation(i), content: '' }),
  'claims on one attribute': (i) => ({
    kind: 'fact',
    entity: 'Chrome',
    content: `Chrome has been stable at ${i}.`,
    attribute: 'stable',
    value: String(i)
  }),
  'long texts of the same words': (i) => ({
    kind: 'insight',
    entity: `${SUBJECT} ${i % 7}`,
    content: `${longText(i)}${i}`
  }),
  'insights on one subject': (i) => ({
    kind: 'insight',
    entity: SUBJECT,
    content: `Clear ${SUBJECT} for reason ${i}.`
  })
}

type Call = (db: HiveNode) => Promise<unknown>

/** Facts that the bench distils have a number. */
let distilled = 0

const CALLS: Readonly<Record<string, Call>> = {
  'goals.list': (db) => db.agent.cortex.hive.goals.list(),
  context: (db) => db.agent.cortex.context({ goal: `Clear ${SUBJECT}` }),
  recall: (db) => db.agent.cortex.knowledge.recall(`Clear ${SUBJECT}`),
  'recall of a claim': (db) => db.agent.cortex.knowledge.recall('Chrome stable'),
  history: (db) => db.agent.cortex.knowledge.history('Chrome', 'stable'),
  getGlobalInsights: (db) => db.agent.cortex.hive.getGlobalInsights({ limit: 5 }),
  'insights by tag': (db) => db.agent.cortex.hive.getGlobalInsights({ limit: 5, tags: ['cache'] }),
  'insights in quarantine': (db) =>
    db.agent.cortex.hive.getGlobalInsights({ limit: 5, state: 'quarantined' }),
  offers: (db) => db.agent.cortex.hive.skills.offers({ limit: 5 }),
  distill: (db) =>
    db.agent.cortex.knowledge.distill(SUBJECT, `Note ${distilled++} on ${SUBJECT}.`, 0.9)
}

/** Calls that need not wait for the index. */
const SEARCHES = ['context', 'recall', 'distill']

export const hostile: Benchmark<'records' | 'calls' | 'k' | 'shape'> = {
  about: 'what the records of a hostile peer cost each public call of a node',
  // `shape`: one of them, from 1; 0 for all.
  defaults: { records: 1_000, calls: 10, k: 2, shape: 0 },

  async run({ records, calls, k, shape: only }) {
    for (const [at, [shape, recordOf]] of Object.entries(SHAPES).entries()) {
      if (only !== 0 && only !== at + 1) continue
      await inFolder(async (dataDir) => {
        await using peer = await openPeer()
        const bootstrap = peer.swarm.multiaddrs
        await using db = await createHive({ dataDir, swarm: { k, bootstrap } })
        await db.agent.cortex.knowledge.distillMany(ownFacts())
        const before = await measure(db, calls)
        for (let from = 0; from < records; from += BATCH) {
          const count = Math.min(BATCH, records - from)
          await peer.publish(Array.from({ length: count }, (_, i) => recordOf(from + i)))
        }
        await reached(db, peer.replica)
        const title = `hostile: ${formatNumber(records)} ${shape}, k = ${k}, times in ms`
        const { behind } = db.status.index
        if (behind > records / 2) {
          const during = await measure(db, calls, SEARCHES)
          printTable(
            [`${title}, while they are indexed`],
            [...during.keys()].flatMap((name) => rowsOf(name, during, before))
          )
        }
        await db.agent.cortex.janitor.finishIndex({ maxWait: Infinity })
        const after = await measure(db, calls)
        printTable(
          [title],
          [...after.keys()].flatMap((name) => rowsOf(name, after, before))
        )
      })
    }
  }
}

interface Times {
  readonly call: number[]
  /** The longest stall of the event loop during each call. */
  readonly stall: number[]
  /** Milliseconds of the processor in each call, in all threads of the process. */
  readonly processor: number[]
}

async function measure(
  db: HiveNode,
  calls: number,
  names: readonly string[] = Object.keys(CALLS)
): Promise<ReadonlyMap<string, Times>> {
  const times = new Map<string, Times>()
  for (const [name, call] of Object.entries(CALLS)) {
    if (!names.includes(name)) continue
    // The first one starts what the call needs.
    await call(db)
    const each: Times = { call: [], stall: [], processor: [] }
    for (let i = 0; i < calls; i++) {
      const stopped = watchLoop()
      const [started, before] = [performance.now(), process.cpuUsage()]
      await call(db)
      each.call.push(performance.now() - started)
      const { user, system } = process.cpuUsage(before)
      each.processor.push((user + system) / 1000)
      each.stall.push(stopped())
    }
    times.set(name, each)
  }
  return times
}

function rowsOf(
  name: string,
  after: ReadonlyMap<string, Times>,
  before: ReadonlyMap<string, Times>
): Row[] {
  const [now, then] = [after.get(name), before.get(name)]
  if (now === undefined || then === undefined) return []
  const reference = { name: 'before they came', measured: [percentile(then.call, 0.95)] }
  return [
    { figure: `${name}, p95`, measured: [percentile(now.call, 0.95)], reference, digits: 1 },
    { figure: '  longest stall', measured: [Math.max(...now.stall)], digits: 1 },
    { figure: '  processor', measured: now.processor, digits: 1 }
  ]
}

interface Peer extends AsyncDisposable {
  readonly replica: Replica
  readonly swarm: Swarm
  publish(records: readonly Publication['record'][]): Promise<void>
}

async function openPeer(): Promise<Peer> {
  const store = await openStore()
  const replica = await openReplica({ store })
  const swarm = await createSwarm({ store, replica, syncInterval: 0 })
  await swarm.start()
  return {
    replica,
    swarm,
    async publish(records) {
      const { entries } = await replica.publish(
        records.map((record) => ({ record, confidence: 0.9, day: 20_000, tags: ['cache'] }))
      )
      await swarm.announce(entries)
    },
    async [Symbol.asyncDispose]() {
      await swarm.stop()
      await store.close()
    }
  }
}

async function reached(db: HiveNode, replica: Replica): Promise<void> {
  const digest = (): string => Buffer.from(replica.digest()).toString('hex')
  while ((await db.digest()) !== digest()) {
    const change = once(db, 'hive:change')
    await db.agent.cortex.hive.synchronize()
    if ((await db.digest()) !== digest()) await change
  }
}

function* ownFacts(): Generator<{ entity: string; content: string; confidence: number }> {
  for (let i = 0; i < OWN_FACTS; i++) {
    const content = `Tool ${i} needs the build cache when stage ${i % 31} of the release runs.`
    yield { entity: `tool ${i}`, content, confidence: 0.9 }
  }
}

/** The subject many times, its words in any order. */
function longText(number: number): string {
  const words = SUBJECT.split(' ')
  let seed = number + 1
  const next = (): string => {
    seed = Math.imul(seed, 1_664_525) + 1_013_904_223
    return `${words[(seed >>> 16) % words.length]} `
  }
  return Array.from({ length: LONG * words.length }, next).join('')
}

/** The words in the order of a number, each number another one. */
function permutation(number: number): string {
  const left = [...WORDS]
  const order: string[] = []
  for (let rest = number; left.length > 0; rest = Math.floor(rest / (left.length + 1))) {
    order.push(...left.splice(rest % left.length, 1))
  }
  return order.join(' ')
}
