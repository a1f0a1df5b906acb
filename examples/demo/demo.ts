/**
 * Three nodes teach each other, and a light one learns what they know, as real processes over TCP on
 * this machine: `npm run demo`, or with fewer facts `npm run demo -- --facts 2000`.
 *
 * Ends with exit code 0 only when everything it prints was checked.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { generateSwarmKey } from 'noormme-hive'
import { z } from 'zod'
import { browserFacts } from './demo-facts.ts'
import { HiveNode } from './demo-node.ts'
import type { DemoFact } from './demo-facts.ts'

/** Facts that each node reads. */
const FACTS_PER_NODE = factsPerNode()

/** Facts that A and B share. */
const OVERLAP = FACTS_PER_NODE / 2

/** Facts that A reads twice. */
const REPEATED = FACTS_PER_NODE / 20

const Distilled = z.object({
  read: z.int(),
  new: z.int(),
  duplicate: z.int(),
  corroborated: z.int(),
  seconds: z.number()
})
const Broadcast = z.object({
  promoted: z.int(),
  corroborated: z.int(),
  withheld: z.array(z.unknown())
})
const Status = z.object({
  digest: z.string(),
  facts: z.int(),
  authors: z.int(),
  index: z.object({ behind: z.int() }),
  filters: z.object({ peerFilters: z.array(z.object({ bytes: z.int(), elements: z.int() })) })
})
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

/** Milliseconds between two looks at an index that is behind, and for all of them. */
const INDEX_LOOK = 200
const INDEX_TIME = 120_000

/** Largest share of new facts that the filters may report as known: their bound, 1 %. */
const MAX_ERROR = 0.01

interface Row {
  readonly read: number
  readonly fresh: number
  readonly duplicate: number
  readonly corroborated: number
  readonly ingestRate: number
  readonly promoted: number
  readonly voted: number
}

const rows = new Map<string, Row>()
const started = performance.now()

const directory = await mkdtemp(join(tmpdir(), 'hive-demo-'))
const keyFile = join(directory, 'swarm.key')
await writeFile(keyFile, generateSwarmKey(), { mode: 0o600 })
const nodeNamed = (name: string): HiveNode => new HiveNode(name, join(directory, name), keyFile)
const [a, b, c, d] = [nodeNamed('A'), nodeNamed('B'), nodeNamed('C'), nodeNamed('D')]
try {
  await run(a, b, c)
  await showLight(d, a)
  say(`\nAll of it was checked. ${secondsSince(started)} s in all.`)
} finally {
  await Promise.all([a, b, c, d].map((each) => each.kill('SIGKILL')))
  await rm(directory, { recursive: true, force: true })
}

async function run(nodeA: HiveNode, nodeB: HiveNode, nodeC: HiveNode): Promise<void> {
  const facts = browserFacts(3 * FACTS_PER_NODE)
  const slice = (from: number): DemoFact[] => facts.slice(from, from + FACTS_PER_NODE)

  say('Three agents, three nodes, no server. Facts: @mdn/browser-compat-data.\n')
  const address = await nodeA.start()
  say(`A started   ${address}`)
  await nodeB.start('--bootstrap', address)
  say('B started   joined by the address of A')

  await teach(nodeA, [...slice(0), PLANTED, ...slice(0).slice(0, REPEATED)])
  await nodeB.reached(await digestOf(nodeA))
  const [each, twice] = [thousands(FACTS_PER_NODE), thousands(REPEATED)]
  say(
    `A taught    ${thousands(FACTS_PER_NODE + 1)} facts, ${twice} of them twice; B has received what A published`
  )
  await teach(nodeB, slice(OVERLAP))
  await nodeA.reached(await digestOf(nodeB))
  say(`B taught    ${each} facts, half of which A had found too`)

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
    `C taught    ${each} facts; all three replicas equal ${secondsSince(taught)} s after it began\n`
  )
  printTable(digest)

  await showPlanted(nodeC)
  await killAndRestart(nodeB, digest, address, slice(OVERLAP))
}

/** Distils and broadcasts; the row of the node in the table. */
async function teach(node: HiveNode, facts: readonly DemoFact[]): Promise<void> {
  const lines = facts.map((fact) => JSON.stringify(fact)).join('\n')
  const distilled = await node.run(Distilled, ['distill'], lines)
  const { promoted, corroborated, withheld } = await node.run(Broadcast, ['broadcast'])
  const repeated = node.name === 'A' ? REPEATED : 0
  const known = node.name === 'B' ? OVERLAP : 0
  const fresh = facts.length - known - repeated
  check(`${node.name} took every fact in, once`, distilled.duplicate === repeated)
  check(`${node.name} recognised what others know`, distilled.corroborated >= known)
  check(`${node.name} recognised no more`, distilled.corroborated <= known + MAX_ERROR * fresh)
  check(`${node.name} withheld none`, withheld.length === 0)
  check(
    `${node.name} promoted or voted for each`,
    promoted + corroborated === facts.length - repeated
  )
  check(
    `${node.name} voted for what B shares with A`,
    corroborated === (node.name === 'B' ? OVERLAP : 0)
  )
  rows.set(node.name, {
    read: distilled.read,
    fresh: distilled.new,
    duplicate: distilled.duplicate,
    corroborated: distilled.corroborated,
    ingestRate: Math.round(distilled.read / distilled.seconds),
    promoted,
    voted: corroborated
  })
}

/** Resolves when the node's index has all that its replica has: a list needs it. */
async function indexed(node: HiveNode): Promise<void> {
  const signal = AbortSignal.timeout(INDEX_TIME)
  while ((await node.run(Status, ['status'])).index.behind > 0) {
    await delay(INDEX_LOOK, undefined, { signal })
  }
}

async function showPlanted(node: HiveNode): Promise<void> {
  await indexed(node)
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
  check('B has every fact after kill -9', again.duplicate === facts.length)
  check('B has the same replica after kill -9', status.digest === digest)
  say(
    `\nkill -9 of B, then a restart: ${thousands(again.duplicate)} of ${thousands(FACTS_PER_NODE)} facts are there, same digest.`
  )
}

function printTable(digest: string): void {
  const cells = [
    ['node', 'read', 'new', 'duplicate', 'corroborated', 'a second', 'promoted', 'voted', 'digest'],
    ...[...rows].map(([name, row]) => [
      name,
      ...[
        row.read,
        row.fresh,
        row.duplicate,
        row.corroborated,
        row.ingestRate,
        row.promoted,
        row.voted
      ].map(thousands),
      `${digest.slice(0, 8)}...`
    ])
  ]
  const last = (cells[0]?.length ?? 0) - 1
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0))) ?? []
  for (const [i, row] of cells.entries()) {
    say(
      `  ${row.map((text, j) => (j === 0 || j === last ? text.padEnd(widths[j] ?? 0) : text.padStart(widths[j] ?? 0))).join('   ')}`
    )
    if (i === 0) say(`  ${widths.map((width) => '-'.repeat(width)).join('   ')}`)
  }
}

/** A fourth node that holds filters in place of records. */
async function showLight(light: HiveNode, teacher: HiveNode): Promise<void> {
  const facts = browserFacts(3 * FACTS_PER_NODE)
  const taught = facts.slice(0, 2.5 * FACTS_PER_NODE)
  const address = teacher.address()
  await light.start('--light', '--bootstrap', address)
  await light.holds('published')
  const mixed = facts.slice(2 * FACTS_PER_NODE)
  const lines = mixed.map((fact) => JSON.stringify(fact)).join('\n')
  const { corroborated, new: fresh } = await light.run(Distilled, ['distill'], lines)
  const { filters, authors } = await light.run(Status, ['status'])
  const bytes = filters.peerFilters.reduce((sum, each) => sum + each.bytes, 0)
  const factBytes = Buffer.byteLength(taught.map(({ content }) => content).join(''))
  check('D holds no feed', authors === 0)
  check('D recognised what the swarm knows', corroborated >= OVERLAP)
  check('D took no more for known', corroborated <= OVERLAP * (1 + MAX_ERROR))
  say(
    `\nD, a light node, holds ${kilobytes(bytes)} of filters in place of ${kilobytes(factBytes)} of facts,`
  )
  say(
    `and finds ${thousands(corroborated)} of ${thousands(FACTS_PER_NODE)} facts known to the swarm and ${thousands(fresh)} new; ${thousands(OVERLAP)} of each is right.`
  )
}

/** The option `--facts`; a wrong value ends the process. */
function factsPerNode(): number {
  const { values } = parseArgs({ options: { facts: { type: 'string', default: '20000' } } })
  const count = Number(values.facts)
  if (count % 20 === 0 && count >= 200 && count <= 20_000) return count
  console.error(`--facts takes a multiple of 20 from 200 to 20000, not "${values.facts}".`)
  process.exit(2)
}

function thousands(number: number): string {
  return number.toLocaleString('en-US')
}

function kilobytes(bytes: number): string {
  return `${thousands(Math.round(bytes / 1000))} kB`
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
