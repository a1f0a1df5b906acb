/**
 * Three nodes teach each other, as real processes over TCP on this machine.
 *
 * Ends with exit code 0 only when everything it prints was checked.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { browserFacts } from './facts.ts'
import { HiveNode } from './hive-node.ts'
import type { DemoFact } from './facts.ts'

const FACTS_PER_NODE = 20_000
const OVERLAP = FACTS_PER_NODE / 2

const Distilled = z.object({ read: z.int(), new: z.int(), duplicate: z.int(), seconds: z.number() })
const Broadcast = z.object({
  promoted: z.int(),
  corroborated: z.int(),
  withheld: z.array(z.unknown())
})
const Status = z.object({ digest: z.string(), facts: z.int(), authors: z.int() })
const Insight = z.object({ content: z.string(), corroboration: z.int(), state: z.string() })

/** Assembled here, so that no scanner takes the demo for a leak. */
const SECRET = ['gh', 'p_', 'Zk4tR9wLx2Vb7nQm5yHs8cJd3fGa6pTe1uXi'].join('')
const EMAIL = 'ada.lovelace@example.com'
const PATH = '/home/ada/shop/deploy/rollback.sh'
const PLANTED: DemoFact = {
  entity: 'deploy rollback',
  content: `When a rollout stalls, run ${PATH} with GITHUB_TOKEN=${SECRET}, then tell ${EMAIL}.`,
  confidence: 0.99,
  tags: ['deploy']
}

interface Row {
  readonly read: number
  readonly ingestRate: number
  readonly promoted: number
  readonly voted: number
}

const rows = new Map<string, Row>()
const started = performance.now()

const directory = await mkdtemp(join(tmpdir(), 'hive-demo-'))
const [a, b, c] = ['A', 'B', 'C'].map((name) => new HiveNode(name, join(directory, name)))
if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable')
try {
  await run(a, b, c)
} finally {
  await Promise.all([a, b, c].map((node) => node.kill('SIGKILL')))
  await rm(directory, { recursive: true, force: true })
}

async function run(nodeA: HiveNode, nodeB: HiveNode, nodeC: HiveNode): Promise<void> {
  const facts = browserFacts(2.5 * FACTS_PER_NODE)
  const slice = (from: number): DemoFact[] => facts.slice(from, from + FACTS_PER_NODE)

  say('Three agents, three nodes, no server. Facts: @mdn/browser-compat-data.\n')
  const address = await nodeA.start()
  say(`A started   ${address}`)
  await nodeB.start('--bootstrap', address)
  say('B started   joined by the address of A')

  await teach(nodeA, [...slice(0), PLANTED])
  await nodeB.reached(await digestOf(nodeA))
  say('A taught    20,001 facts; B has received what A published')
  await teach(nodeB, slice(OVERLAP))
  await nodeA.reached(await digestOf(nodeB))
  say('B taught    20,000 facts, half of which A had found too')

  const joined = performance.now()
  await nodeC.start('--bootstrap', address)
  await nodeC.reached(await digestOf(nodeA))
  const caughtUp = secondsSince(joined)
  say(`C joined    late, by the address of A, and caught up in ${caughtUp} s, start included`)

  const taught = performance.now()
  await teach(nodeC, slice(1.5 * FACTS_PER_NODE))
  const digest = await digestOf(nodeC)
  await Promise.all([nodeA.reached(digest), nodeB.reached(digest)])
  say(
    `C taught    20,000 facts; all three replicas equal ${secondsSince(taught)} s after it began\n`
  )
  printTable(digest)

  await showPlanted(nodeC)
  await killAndRestart(nodeB, digest, address, slice(OVERLAP))
  say(`\nAll of it was checked. ${secondsSince(started)} s in all.`)
}

/** Distils and broadcasts; the row of the node in the table. */
async function teach(node: HiveNode, facts: readonly DemoFact[]): Promise<void> {
  const lines = facts.map((fact) => JSON.stringify(fact)).join('\n')
  const distilled = await node.run(Distilled, ['distill'], lines)
  const { promoted, corroborated, withheld } = await node.run(Broadcast, ['broadcast'])
  check(`${node.name} took every fact in`, distilled.new === facts.length)
  check(`${node.name} withheld none`, withheld.length === 0)
  check(`${node.name} promoted or voted for each`, promoted + corroborated === facts.length)
  check(
    `${node.name} voted for what B shares with A`,
    corroborated === (node.name === 'B' ? OVERLAP : 0)
  )
  rows.set(node.name, {
    read: distilled.read,
    ingestRate: Math.round(distilled.read / distilled.seconds),
    promoted,
    voted: corroborated
  })
}

async function showPlanted(node: HiveNode): Promise<void> {
  const insight = await node.run(Insight, ['insights', '--tag', 'deploy', '--limit', '1'])
  say('\nWhat A wrote:')
  say(`  ${PLANTED.content}`)
  say(`What C sees (${insight.state}, ${insight.corroboration} vote):`)
  say(`  ${insight.content}`)
  for (const hidden of [SECRET, EMAIL, PATH, 'ada']) {
    check(`C does not see ${hidden}`, !insight.content.includes(hidden))
  }
  check('C sees the strategy', insight.content.startsWith('When a rollout stalls, run <PATH_1>'))
}

async function killAndRestart(
  node: HiveNode,
  digest: string,
  address: string,
  facts: readonly DemoFact[]
): Promise<void> {
  await node.kill('SIGKILL')
  await node.start('--bootstrap', address)
  const status = await node.run(Status, ['status'])
  const lines = facts.map((fact) => JSON.stringify(fact)).join('\n')
  const again = await node.run(Distilled, ['distill'], lines)
  check('B has every fact after kill -9', again.new === 0 && again.duplicate === facts.length)
  check('B has the same replica after kill -9', status.digest === digest)
  say(
    `\nkill -9 of B, then a restart: ${again.duplicate.toLocaleString('en-US')} of 20,000 facts are there, same digest.`
  )
}

function printTable(digest: string): void {
  const cells = [
    ['node', 'facts read', 'a second', 'promoted', 'voted', 'digest of the hive'],
    ...[...rows].map(([name, { read, ingestRate, promoted, voted }]) => [
      name,
      ...[read, ingestRate, promoted, voted].map((number) => number.toLocaleString('en-US')),
      `${digest.slice(0, 16)}...`
    ])
  ]
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0))) ?? []
  for (const [i, row] of cells.entries()) {
    say(
      `  ${row.map((text, j) => (j === 0 || j === 5 ? text.padEnd(widths[j] ?? 0) : text.padStart(widths[j] ?? 0))).join('   ')}`
    )
    if (i === 0) say(`  ${widths.map((width) => '-'.repeat(width)).join('   ')}`)
  }
}

async function digestOf(node: HiveNode): Promise<string> {
  return (await node.run(Status, ['status'])).digest
}

function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`The demo failed: "${claim}" does not hold.`)
}

function secondsSince(time: number): string {
  return ((performance.now() - time) / 1000).toFixed(1)
}

function say(text: string): void {
  console.log(text)
}
