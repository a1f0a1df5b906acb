/**
 * One run with a damaged search index: a node whose file was changed at random places answers every
 * recall, and in the end as if nothing had happened.
 */
import { randomOf } from '../fixtures/random.ts'
import assert from 'node:assert/strict'
import { cp, open, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../src/index.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode } from '../../src/index.ts'

const FACTS = 400

const QUESTIONS = [
  'round number 17',
  'number 211 port',
  'release notes of the parser',
  'parser',
  'cache',
  'module 7 limit',
  'what is the port of module 12'
]

/** The search file as it was closed, in the directory of a node. */
export interface IndexedDirectory extends AsyncDisposable {
  readonly path: string
  readonly expected: readonly string[]
}

/** A closed node with facts, claims and tags. */
export async function indexedDirectory(): Promise<IndexedDirectory> {
  const { path, [Symbol.asyncDispose]: dispose } = await temporaryDirectory()
  await using db = await createHive({ dataDir: path, swarm: false })
  const { knowledge } = db.agent.cortex
  await knowledge.distillMany(
    Array.from({ length: FACTS }, (_, i) => ({
      entity: `module ${i % 20}`,
      content: `Round ${i % 3}: the ${['parser', 'cache', 'queue'][i % 3]} has number ${i}.`,
      confidence: 0.5 + (i % 40) / 100,
      tags: [`tag-${i % 5}`],
      ...(i % 4 === 0 ? { attribute: 'port', value: String(i) } : {})
    }))
  )
  const expected = await answers(db, Infinity)
  return { path, expected, [Symbol.asyncDispose]: dispose }
}

/** Damages a copy of the file, by seed, and recalls from it. */
export async function runWithDamagedIndex(
  { path, expected }: IndexedDirectory,
  seed: number
): Promise<{ readonly isNoticed: boolean }> {
  await using directory = await temporaryDirectory()
  await cp(path, directory.path, { recursive: true })
  await damage(join(directory.path, 'search.db'), randomOf(seed))
  await using db = await createHive({ dataDir: directory.path, swarm: false, upkeep: false })
  const rebuilds: string[] = []
  db.on('index:rebuild', ({ file }) => rebuilds.push(file))
  await answers(db, 0)
  const signal = AbortSignal.timeout(30_000)
  let found = await answers(db, Infinity)
  // The sum of the file is compared while the node answers.
  while (
    rebuilds.length === 0 &&
    !signal.aborted &&
    JSON.stringify(found) !== JSON.stringify(expected)
  ) {
    found = await answers(db, Infinity)
  }
  found = await answers(db, Infinity)
  assert.deepEqual(found, expected, `seed ${seed}`)
  return { isNoticed: rebuilds.length > 0 }
}

async function answers(db: HiveNode, maxWait: number): Promise<string[]> {
  const { knowledge } = db.agent.cortex
  const texts: string[] = []
  for (const question of QUESTIONS) {
    const { items } = await knowledge.recall(question, { maxWait, limit: 20 })
    const found = items.map(({ fact, score }) => `${fact.content} ${score.toFixed(6)}`)
    texts.push(JSON.stringify(found.toSorted()))
  }
  return texts
}

/** Flips bits, cuts the end off, or writes random bytes over a page. */
async function damage(path: string, random: () => number): Promise<void> {
  const { size } = await stat(path)
  const kind = random()
  if (kind < 0.2) return truncate(path, Math.floor(random() * size))
  if (kind < 0.25) return writeFile(path, 'not a database')
  await using file = await open(path, 'r+')
  const count = kind < 0.6 ? 1 : 20
  const length = kind < 0.9 ? 1 : 4_096
  for (let i = 0; i < count; i++) {
    const position = Math.floor((kind < 0.35 ? random() ** 8 : random()) * size)
    const bytes = Buffer.alloc(length)
    await file.read(bytes, 0, length, position)
    for (let at = 0; at < length; at++)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    await file.write(bytes, 0, Math.min(length, size - position), position)
  }
}
