/** What must hold when nothing moves any more. */
import { toHex } from '../../crdt/bytes/index.ts'
import { CANARY, COUNTER } from './agent.ts'
import type { Acknowledged, Stance } from './acknowledged.ts'
import type { Life, Subject } from './subject.ts'

export interface Quiet {
  readonly nodes: readonly Subject[]
  readonly acknowledged: Acknowledged
  /** Authors that are no node of ours; in a closed swarm members. */
  readonly strangers: number
  /** Authors that sign two entries for one place. */
  readonly forks: number
  /** The names of the nodes of each voice: in a closed swarm those of a member. */
  readonly voices: readonly (readonly string[])[]
  /** Of all nodes, a stranger too. */
  readonly names: readonly string[]
  /** In a closed swarm. */
  readonly members: number | undefined
}

/** Each broken promise, in words. */
export async function brokenPromises(quiet: Quiet): Promise<string[]> {
  const broken: string[] = []
  const full = quiet.nodes.filter(({ mode, running }) => mode === 'full' && running !== undefined)
  // What a damaged disk has lost has come again from peers, or its node has reported it.
  broken.push(...(await differences(full.filter((node) => !isExcused(node)))))
  const areDisksCorrect = !quiet.nodes.some(({ hasFlippedBit }) => hasFlippedBit)
  for (const node of quiet.nodes) {
    const { running } = node
    if (running === undefined) continue
    const report = (text: string): number => broken.push(`${node.name}: ${text}`)
    await checkFacts(node.name, running, quiet, report)
    await checkSkills(node.name, running, quiet, report)
    if (!isExcused(node)) await checkDoubtedFacts(node.name, running, quiet, report)
    await checkPrivacy(node.name, running, report)
    if (!isExcused(node)) await checkFilters(running, report)
    if (node.hasFoundDamage && !node.hasFlippedBit) report('found damaged values')
    if (!isExcused(node)) await checkLists(running, report)
  }
  if (full[0]?.running !== undefined) {
    if (areDisksCorrect) {
      broken.push(...(await wrongCounts(full[0].running, quiet)))
      broken.push(...(await wrongCounters(full[0].running, quiet)))
    }
    broken.push(...(await tooManyVotes(full[0].running, quiet)))
    broken.push(...forksOf(full[0].running, quiet))
    if (areDisksCorrect) broken.push(...(await brokenChains(full[0].running)))
  }
  for (const node of full) broken.push(...(await wrongReleases(node)))
  return broken
}

/** Something is lost, and the node says so. */
function isExcused({ hasFlippedBit, hasFoundDamage }: Subject): boolean {
  return hasFlippedBit && hasFoundDamage
}

/** Nothing is lost in silence. */
async function checkDoubtedFacts(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const { knowledge } = hive.agent.cortex
  for (const [id, text] of acknowledged.doubtedFactsOf(name)) {
    if ((await knowledge.get(id)) !== undefined) continue
    report(`the acknowledged fact ${id.slice(0, 6)} is lost in silence: ${text}`)
  }
}

/** Correct nodes that reach each other hold the same. */
async function differences(nodes: readonly Subject[]): Promise<string[]> {
  const [first, ...others] = await Promise.all(
    nodes.map(async ({ name, running }) => ({ name, view: await viewOf(running) }))
  )
  return others.flatMap(({ name, view }) =>
    Object.entries(view)
      .filter(([part, text]) => text !== first?.view[part])
      .map(
        ([part, text]) =>
          `${first?.name ?? ''} and ${name} differ in ${part}: ${firstDifference(first?.view[part] ?? '', text)}`
      )
  )
}

function firstDifference(a: string, b: string): string {
  const [linesA, linesB] = [a.split('\n'), b.split('\n')]
  const at = linesA.findIndex((line, i) => line !== linesB[i])
  return `${linesA[at] ?? '(nothing)'} | ${linesB[at] ?? '(nothing)'}`
}

/** What all nodes must agree on. */
async function viewOf(running: Life | undefined): Promise<Record<string, string>> {
  if (running === undefined) return {}
  const { replica } = running.parts
  const records: string[] = []
  for await (const { digest, record, standing } of replica.attestedRecords()) {
    records.push(`${toHex(digest)} ${record.kind} ${JSON.stringify(standing)}`)
  }
  const goals = await running.hive.agent.cortex.hive.goals.list({ limit: 100 })
  const playbooks = await Promise.all(
    goals.map(async ({ id }) => {
      const { steps } = await replica.playbook(Buffer.from(id, 'hex'))
      return `${id} ${JSON.stringify(steps)}`
    })
  )
  const heads = replica
    .heads()
    .map(({ author, base, seq, fork }) => `${toHex(author)} ${base} ${seq} ${fork}`)
  return {
    heads: heads.toSorted().join('\n'),
    digest: toHex(replica.digest()),
    records: records.toSorted().join('\n'),
    goals: goals
      .map(({ id, title }) => `${id} ${title}`)
      .toSorted()
      .join('\n'),
    playbooks: playbooks.toSorted().join('\n')
  }
}

/** Acknowledged facts are there, and forgotten ones are not. */
async function checkFacts(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const { knowledge } = hive.agent.cortex
  for (const [id, { text, isThere }] of acknowledged.factsOf(name)) {
    if (isThere === undefined) continue
    const isFound = (await knowledge.get(id)) !== undefined
    if (isFound && !isThere) report(`the forgotten fact ${id.slice(0, 6)} is there: ${text}`)
    if (!isFound && isThere) report(`the acknowledged fact ${id.slice(0, 6)} is lost: ${text}`)
    if (!isFound || !isThere) continue
    const { items } = await knowledge.recall(text, { maxWait: Infinity, includeStale: true })
    const isRecalled = items.some(({ fact }) => fact.id === id)
    if (!isRecalled) report(`recall does not find the fact ${id.slice(0, 6)}: ${text}`)
  }
}

/** The lists of the index agree with what the replica says of each record. */
async function checkLists({ hive, parts }: Life, report: (text: string) => void): Promise<void> {
  const shared = hive.agent.cortex.hive
  const listed = new Map<string, string>()
  for (const state of ['quarantined', 'released', 'disputed'] as const) {
    for (const { id } of await shared.getGlobalInsights({ state, limit: 1000 })) {
      listed.set(id, state)
    }
  }
  for await (const { digest, record } of parts.replica.attestedRecords()) {
    if (record.kind !== 'fact') continue
    const id = toHex(digest)
    const state = (await shared.get(id))?.state
    if (state !== listed.get(id)) {
      report(
        `lists ${id.slice(0, 6)} as ${listed.get(id) ?? 'nothing'}; it is ${state ?? 'nothing'}`
      )
    }
  }
}

/** Skills that were added are there. */
async function checkSkills(
  name: string,
  { hive }: Life,
  { acknowledged }: Quiet,
  report: (text: string) => void
): Promise<void> {
  const known = new Set((await hive.agent.cortex.capabilities.list()).map(({ id }) => id))
  for (const [id, skill] of acknowledged.skillsOf(name)) {
    if (!known.has(id)) report(`the acknowledged skill ${skill} is lost`)
  }
}

/** Private text stays where it was written. */
async function checkPrivacy(
  name: string,
  { parts }: Life,
  report: (text: string) => void
): Promise<void> {
  for await (const { record } of parts.replica.attestedRecords()) {
    const text = JSON.stringify(record)
    if (text.includes(CANARY)) report(`a private text is in the replica of ${name}: ${text}`)
  }
}

/** A filter never denies what it stands for. */
async function checkFilters({ parts }: Life, report: (text: string) => void): Promise<void> {
  const { replica, facts } = parts
  for await (const { digest } of replica.attestedRecords()) {
    const [shown] = await replica.publicView.bodies([digest])
    if (shown !== undefined && !replica.published.has(replica.elementOf(digest))) {
      report(`the filter of published records denies ${toHex(digest).slice(0, 6)}`)
    }
  }
  for await (const stored of facts.all()) {
    for (const { digest } of stored) {
      if (!facts.filter.has(digest))
        report(`the filter of facts denies ${toHex(digest).slice(0, 6)}`)
    }
  }
}

const COUNTED: readonly Exclude<Stance, 'none'>[] = ['vouch', 'dispute', 'stale']

/** As many voices say it as nodes were promised. */
async function wrongCounts(
  { parts }: Life,
  { acknowledged, voices, strangers }: Quiet
): Promise<string[]> {
  const broken: string[] = []
  for (const id of acknowledged.records()) {
    const attested = await parts.replica.get(Buffer.from(id, 'hex'))
    // Nodes vouch by themselves for skills, and for goals that no call has acknowledged yet.
    const { kind } = attested?.record ?? {}
    if (kind === 'skill' || kind === 'goal') continue
    for (const stance of COUNTED) {
      const [least, most] = acknowledged.bounds(id, stance, voices)
      const counted = countOf(attested?.standing, stance)
      if (counted < least || counted > most + strangers) {
        broken.push(
          `${counted} voices ${stance} ${id.slice(0, 6)}; expected ${least} to ${most + strangers}`
        )
      }
    }
  }
  return broken
}

/** What a member has counted stays counted, under all of its authors. */
async function wrongCounters(
  { parts }: Life,
  { acknowledged, names: everyone, voices }: Quiet
): Promise<string[]> {
  const broken: string[] = []
  for (const id of acknowledged.counted()) {
    // Of nodes with one voice the last one that counts may not know what the others have counted.
    const single = voices.flatMap((names) => (names.length === 1 ? names : []))
    const least = single.reduce((sum, name) => sum + acknowledged.countOf(name, id).least, 0)
    const most = everyone.reduce((sum, name) => sum + acknowledged.countOf(name, id).most, 0)
    const attested = await parts.replica.get(Buffer.from(id, 'hex'))
    const counted = new Map(attested?.standing.counters).get(COUNTER) ?? 0
    // Where nobody votes any longer there is no record to ask for.
    if (attested === undefined || (counted >= least && counted <= most)) continue
    broken.push(`${id.slice(0, 6)} was counted ${counted} times; expected ${least} to ${most}`)
  }
  return broken
}

/** A member has one vote on a record. */
async function tooManyVotes({ parts }: Life, { members }: Quiet): Promise<string[]> {
  const broken: string[] = []
  if (members === undefined) return broken
  for await (const { digest, standing } of parts.replica.attestedRecords()) {
    const { vouches, disputes, stales } = standing
    const votes = vouches + disputes + stales
    if (votes <= members) continue
    broken.push(`${toHex(digest).slice(0, 6)} has ${votes} votes of ${members} members`)
  }
  return broken
}

/** Only strangers sign two entries for one place. */
function forksOf({ parts }: Life, { forks }: Quiet): string[] {
  const forked = parts.replica.heads().filter(({ fork }) => fork > 0)
  if (forked.length <= forks) return []
  const names = forked.map(({ author }) => toHex(author).slice(0, 6))
  return [`the authors ${names.join(', ')} are void; at most ${forks} of them lie`]
}

/** Each entry follows the one before. */
async function brokenChains({ parts: { replica } }: Life): Promise<string[]> {
  const broken: string[] = []
  for (const { author, base, seq: last, fork } of replica.heads()) {
    const end = fork > 0 ? fork - 1 : last
    for (let seq = base + 1; seq <= end; seq++) {
      const [before, entry] = await Promise.all([
        replica.headerAt(author, seq - 1),
        replica.headerAt(author, seq)
      ])
      if (before === undefined || entry === undefined) continue
      if (toHex(entry.prev) === toHex(before.hash)) continue
      broken.push(`entry ${seq} of the author ${toHex(author).slice(0, 6)} follows no other`)
    }
  }
  return broken
}

function countOf(
  standing:
    | { readonly vouches: number; readonly disputes: number; readonly stales: number }
    | undefined,
  stance: Exclude<Stance, 'none'>
): number {
  if (standing === undefined) return 0
  if (stance === 'vouch') return standing.vouches
  return stance === 'dispute' ? standing.disputes : standing.stales
}

/** What is released has its vouchers, and what waits influences nothing. */
async function wrongReleases({ name, running }: Subject): Promise<string[]> {
  if (running === undefined) return []
  const { hive, parts } = running
  const { cortex } = hive.agent
  const broken: string[] = []
  const held = new Set<string>()
  for (const state of ['quarantined', 'disputed'] as const) {
    for (const { id } of await cortex.hive.getGlobalInsights({ state, limit: 1000 })) held.add(id)
  }
  for (const { id, corroboration, stale = 0 } of await cortex.hive.getGlobalInsights({
    state: 'released',
    limit: 1000
  })) {
    const own = await parts.replica.voteOn(Buffer.from(id, 'hex'))
    // An author that calls it stale says that it held.
    if (corroboration + stale < parts.k && own !== 'vouch' && own !== 'stale') {
      broken.push(`${name} released ${id.slice(0, 6)} with ${corroboration} vouchers`)
    }
    if (held.has(id)) broken.push(`${name} lists ${id.slice(0, 6)} as released and as held back`)
  }
  const { items } = await cortex.knowledge.recall('Deploy step restart before wait seconds', {
    limit: 100,
    maxWait: Infinity,
    scope: 'hive'
  })
  for (const {
    fact: { id }
  } of items) {
    if (held.has(id)) broken.push(`${name} recalls ${id.slice(0, 6)}, which is held back`)
  }
  return broken
}
