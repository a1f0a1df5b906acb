/**
 * What a closed swarm costs: facts that are published and admitted with a voice, beside an open
 * swarm in the same run; and the turn of an epoch, when every member has a new author.
 */
import { hash } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import {
  createCertificate,
  createRoot,
  epochBegin,
  epochOf,
  foundSwarm,
  memberKeysOf,
  MemberStatements,
  MemberVoices,
  openReplica,
  openStore,
  VoiceThread
} from '../crdt/index.ts'
import { formatNumber } from './table.ts'
import { inFolder } from './temporary.ts'
import type { MemberKeys, Publication, Replica, Store } from '../crdt/index.ts'
import type { Benchmark } from './benchmark.ts'

const DAY = 24 * 60 * 60

export const closedSwarmBench: Benchmark<'facts' | 'members'> = {
  about: 'facts in a closed swarm beside an open one, and the turn of an epoch',
  defaults: { facts: 10_000, members: 256 },

  async run({ facts, members: count }) {
    await inFolder(async (folder) => {
      const swarm = closedSwarm(Math.max(2, count))
      const open = await flow(facts, async (name) => {
        const store = await openStore(`${folder}/open-${name}`)
        return { store, replica: await openReplica({ store }), close: () => store.close() }
      })
      const closed = await flow(facts, (name, i) => swarm.node(`${folder}/closed-${name}`, i))
      console.log(`${formatNumber(facts)} facts, signed and durable\n`)
      console.log('          publish/s   admit/s   loop p99 ms   bytes/fact')
      for (const [name, one] of [
        ['open', open],
        ['closed', closed]
      ] as const) {
        console.log(
          `${name.padEnd(8)} ${formatNumber(one.published).padStart(10)} ${formatNumber(one.admitted).padStart(9)} ${formatNumber(one.p99, 1).padStart(13)} ${formatNumber(one.bytes).padStart(12)}`
        )
      }
      if (count < 2) return
      await turnOfEpoch(swarm, count, folder)
    })
  }
}

interface Node {
  readonly store: Store
  readonly replica: Replica
  close(): Promise<unknown>
}

interface Flow {
  readonly published: number
  readonly admitted: number
  readonly p99: number
  readonly bytes: number
}

/** Members of a swarm, of which each can open a node. */
function closedSwarm(count: number): {
  readonly node: (path: string, i: number) => Promise<Node>
} {
  const root = createRoot()
  const { swarm, founding } = foundSwarm('bench', { root: root.key, successor: createRoot().key })
  const now = Math.floor(Date.now() / 1000)
  const keys: MemberKeys[] = []
  const statements = [founding.bytes]
  for (let i = 0; i < count; i++) {
    const member = memberKeysOf(new Uint8Array(hash('sha256', `member ${i}`, 'buffer')))
    keys.push(member)
    const certificate = createCertificate(
      swarm,
      {
        member: member.key,
        voice: member.voice,
        role: 'member',
        max: 0,
        notBefore: epochBegin(epochOf(now)),
        notAfter: now + 90 * DAY,
        issuer: root.key,
        number: i + 1
      },
      root
    )
    statements.push(certificate.bytes)
  }
  return {
    async node(path, i) {
      const store = await openStore(path)
      const known = new MemberStatements({ swarm, store })
      await known.load()
      await known.add(statements)
      const voices = new VoiceThread()
      const { seed } = keys[i] ?? keys[0] ?? { seed: new Uint8Array(32) }
      const membership = new MemberVoices({
        swarm,
        rings: known.roster,
        voices,
        seed,
        epoch: () => epochOf(now),
        assertVoice: () => undefined
      })
      const replica = await openReplica({ store, swarm, membership })
      return {
        store,
        replica,
        close: async () => {
          await voices.close()
          await store.close()
        }
      }
    }
  }
}

/** One node publishes, another admits. */
async function flow(
  facts: number,
  open: (name: string, i: number) => Promise<Node>
): Promise<Flow> {
  const author = await open('author', 0)
  const reader = await open('reader', 1)
  await author.replica.publish([publication(-1)])
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const items = Array.from({ length: facts }, (_, i) => publication(i))
  await setImmediate()
  const begin = performance.now()
  for (let from = 0; from < facts; from += 1_000) {
    await author.replica.publish(items.slice(from, from + 1_000))
  }
  const publishing = performance.now() - begin
  const entries = await entriesOf(author.replica)
  const start = performance.now()
  await admitAll(reader.replica, entries)
  const admitting = performance.now() - start
  loop.disable()
  const bytes = entries.reduce((sum, { length }) => sum + length, 0)
  await author.close()
  await reader.close()
  return {
    published: (facts / publishing) * 1000,
    admitted: (facts / admitting) * 1000,
    p99: loop.percentile(99) / 1e6,
    bytes: bytes / facts
  }
}

/** Every member publishes one fact under its author of the epoch, and one node admits them all. */
async function turnOfEpoch(
  swarm: ReturnType<typeof closedSwarm>,
  count: number,
  folder: string
): Promise<void> {
  const firsts: Uint8Array[] = []
  const begin = process.cpuUsage()
  const made = performance.now()
  for (let i = 1; i < count; i++) {
    const member = await swarm.node(`${folder}/member-${i}`, i)
    await member.replica.publish([publication(1_000_000 + i)])
    firsts.push(...(await entriesOf(member.replica)))
    await member.close()
  }
  const making = performance.now() - made
  const { user, system } = process.cpuUsage(begin)
  const node = await swarm.node(`${folder}/epoch`, 0)
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  await setImmediate()
  const before = process.cpuUsage()
  const start = performance.now()
  await admitAll(node.replica, firsts)
  const time = performance.now() - start
  loop.disable()
  const cpu = process.cpuUsage(before)
  await node.close()
  const size = firsts.reduce((sum, { length }) => sum + length, 0) / firsts.length
  console.log(`\nthe turn of an epoch, ${formatNumber(count)} members`)
  console.log(
    `own author: ${formatNumber(making / firsts.length)} ms (${formatNumber((user + system) / 1000 / firsts.length)} ms of CPU)`
  )
  console.log(
    `authors of all others: ${formatNumber(time / 1000, 1)} s, ${formatNumber((cpu.user + cpu.system) / 1e6, 1)} s of CPU, ${formatNumber(time / firsts.length)} ms each; loop p99 ${formatNumber(loop.percentile(99) / 1e6, 1)} ms, longest ${formatNumber(loop.max / 1e6, 1)} ms; ${formatNumber(size)} bytes each`
  )
}

async function entriesOf(replica: Replica): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (const { author } of replica.heads()) {
    for await (const bytes of replica.entriesAfter(author, 0)) entries.push(bytes)
  }
  return entries
}

async function admitAll(replica: Replica, entries: readonly Uint8Array[]): Promise<void> {
  const durable: Promise<void>[] = []
  for (const bytes of entries) {
    const admission = await replica.admit(bytes)
    if (admission.outcome !== 'admitted') throw new Error(`Not admitted: ${admission.outcome}`)
    durable.push(admission.durable)
  }
  await Promise.all(durable)
}

function publication(i: number): Publication {
  return {
    record: {
      kind: 'fact',
      entity: `library ${i % 997}`,
      content: `Version ${i} of the library drops the option that set the limit of open files.`
    },
    confidence: 0.9,
    day: 20_000,
    tags: ['library']
  }
}
