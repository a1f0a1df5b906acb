/**
 * One run by seed: a file of a closed store is damaged or lost, and the store is opened again. Throws
 * where something is silently lost or altered, or where an error is not one of the store.
 */
import assert from 'node:assert/strict'
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { StoreError } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { factOf } from '../../src/fact-format/index.ts'
import { identifyFact, prepareFact } from '../../src/facts/index.ts'
import { randomOf } from '../fixtures/random.ts'
import { contentOf, deliver } from '../fixtures/replicas.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { acknowledgedNothing } from './acknowledged.ts'
import { runOperations } from './mixed-load.ts'
import { closeNode, NOW, openNode } from './store-node.ts'
import type { Replica } from '../../crdt/index.ts'
import type { StoreNode } from './store-node.ts'

/** What is done to the file. */
export type Damage = 'flip' | 'truncate' | 'lose'

export type Outcome = 'repaired by a peer' | 'noticed' | 'without effect'

export interface Damaged extends AsyncDisposable {
  /** Damages a copy of the store, and opens it. */
  run(seed: number, damage: Damage): Promise<{ readonly file: string; readonly outcome: Outcome }>
}

/** Openings of the store, each of which makes tables of what was written before. */
const SESSIONS = 4
const GROUPS = 12
const FACTS = 300

/** A store that was used in several sessions, and a peer that has all of its entries. */
export async function damagedStores(): Promise<Damaged> {
  const home = await temporaryDirectory()
  const original = join(home.path, 'original')
  await useStore(original)
  const peer = await openNode(join(home.path, 'peer'))
  await mergeTables(original)
  await closeNode(await openNode(original))
  const node = await openNode(original)
  await fetchAgain(node.replica, peer.replica)
  const before = await contentsOf(node)
  await closeNode(node)
  let copies = 0
  return {
    run: async (seed, damage) => {
      const copy = join(home.path, `copy-${++copies}`)
      await cp(original, copy, { recursive: true })
      try {
        const file = await damageFile(copy, randomOf(seed), damage)
        return { file, outcome: await openDamaged(copy, before, peer) }
      } finally {
        await rm(copy, { recursive: true })
      }
    },
    [Symbol.asyncDispose]: async () => {
      await closeNode(peer)
      await home[Symbol.asyncDispose]()
    }
  }
}

async function useStore(path: string): Promise<void> {
  const random = randomOf(7)
  const known = acknowledgedNothing()
  for (let session = 0; session < SESSIONS; session++) {
    const node = await openNode(path)
    for (let i = 0; i < FACTS; i++)
      await node.facts.add([factNamed(`${session} ${i}`, i % 5 === 0)])
    for (let group = 0; group < GROUPS; group++) {
      await runOperations(node, known, { count: 4, random })
    }
    await closeNode(node)
  }
}

/**
 * Leaves no table that was merged into another: its values would be there twice. The next opening
 * writes the inventory.
 */
export async function mergeTables(path: string): Promise<void> {
  const database = new ClassicLevel(path)
  await database.compactRange('', '~')
  await database.close()
  // The tables are others now.
  await rm(join(path, 'inventory.json'))
}

async function openDamaged(path: string, before: Contents, peer: StoreNode): Promise<Outcome> {
  let node
  try {
    node = await openNode(path)
  } catch (error) {
    assertStoreError(error, path)
    // What cannot be read at the start is repaired at the next one.
    node = await openNode(path)
  }
  try {
    const facts = await node.facts.audit()
    const hive = await node.replica.audit()
    const { files, damaged, unreadable } = await node.store.verify()
    const isNoticed =
      node.store.isSuspect ||
      files.length > 0 ||
      Object.keys(damaged).length > 0 ||
      unreadable !== undefined ||
      facts.lost + facts.mended + hive.emptied + hive.restored > 0
    if (unreadable !== undefined) return 'noticed'
    const after = await contentsOf(node)
    const isEqual = isSame(before, after)
    assertNothingAltered(before, after)
    assert.ok(isEqual || isNoticed, 'a silent loss')
    await repeatLost(node, before, after)
    await fetchAgain(peer.replica, node.replica)
    const healed = await contentOf(node.replica)
    assert.deepEqual(healed, before.hive, 'what a peer has did not come back')
    if (isEqual && !isNoticed) return 'without effect'
    return isEqual ? 'noticed' : 'repaired by a peer'
  } catch (error) {
    assertStoreError(error, path)
    return 'noticed'
  } finally {
    await closeNode(node)
  }
}

/** As a sync does it: where feeds begin, and then their entries. */
async function fetchAgain(from: Replica, to: Replica): Promise<void> {
  for (const { author } of from.heads()) {
    const checkpoint = await from.checkpointOf(author)
    if (checkpoint !== undefined) await to.admitHeader(checkpoint)
  }
  await deliver(from, to)
}

/** What was private comes back private, or not at all. */
async function repeatLost(node: StoreNode, before: Contents, after: Contents): Promise<void> {
  for (const [id, fact] of before.facts) {
    if (after.facts.has(id) || !fact.startsWith('private ')) continue
    const name = /The text of (.*)\.$/.exec(fact)?.[1] ?? ''
    const again = factNamed(name, false)
    await node.facts.add([again])
    const stored = await node.facts.get(again.digest)
    assert.equal(stored?.private, true, `${fact} came back as public`)
  }
}

interface Contents {
  /** Flag and text, by id. */
  readonly facts: ReadonlyMap<string, string>
  readonly skills: ReadonlyMap<string, string>
  readonly spent: string
  readonly hive: readonly unknown[]
}

async function contentsOf({ facts, skills, ledger, replica }: StoreNode): Promise<Contents> {
  const stored = (await Array.fromAsync(facts.all())).flat()
  return {
    facts: new Map(
      stored.map((fact) => [
        toHex(fact.digest),
        `${fact.private ? 'private' : 'public'} ${factOf(fact).content}`
      ])
    ),
    skills: new Map(
      [...skills.all()].map(({ id, skill, lifecycle }) => [id, `${skill.name} ${lifecycle.status}`])
    ),
    spent: String(ledger.rows().reduce((sum, { cost }) => sum + cost, 0n)),
    hive: await contentOf(replica)
  }
}

function isSame(one: Contents, other: Contents): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other))
}

function plain({ facts, skills, ...rest }: Contents): unknown {
  return { ...rest, facts: sortedById(facts), skills: sortedById(skills) }
}

function sortedById(values: ReadonlyMap<string, string>): unknown {
  return [...values].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** What is still there is as it was; nothing that was private is public. */
function assertNothingAltered(before: Contents, after: Contents): void {
  for (const [id, fact] of after.facts) {
    const was = before.facts.get(id)
    const isWithheld = was === fact.replace('private ', 'public ')
    assert.ok(was === fact || isWithheld, `"${was}" became "${fact}"`)
  }
}

function assertStoreError(error: unknown, path: string): void {
  if (!(error instanceof StoreError)) throw error
  assert.ok(error.message.includes(path), `the error does not name the directory: ${error.message}`)
}

/** Half of the time any file, and half of the time any byte; returns the name of the file. */
export async function damageFile(
  path: string,
  random: () => number,
  damage: Damage
): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'LOCK')
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .toSorted()
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let at = Math.floor(random() * total)
  let index = Math.floor(random() * names.length)
  if (random() < 0.5) index = sizes.findIndex((size) => (at -= size) < 0)
  const name = names[index] ?? ''
  const file = join(path, name)
  const size = sizes[index] ?? 0
  if (damage === 'lose') await rm(file)
  else if (damage === 'truncate') await truncate(file, Math.floor(random() * size))
  else {
    const bytes = await readFile(file)
    const byte = Math.floor(random() * size)
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << Math.floor(random() * 8))
    await writeFile(file, bytes)
  }
  return name
}

function factNamed(name: string, isPrivate: boolean): ReturnType<typeof prepareFact> {
  const content = `The text of ${name}.`
  const input = { entity: 'load', content, confidence: 0.9, private: isPrivate }
  return prepareFact(input, identifyFact(input), { agent: 'a', now: NOW, heuristic: false })
}
