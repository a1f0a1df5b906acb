/**
 * How fast and how well a node finds what it knows, and what the search for near-duplicates costs
 * beside the Bloom path.
 *
 * The facts are statements of @mdn/browser-compat-data, repeated with the number of a host until
 * there are enough. The labelled set comes out of the same text: a question is the words of a
 * feature's name and a browser, and a hit is a fact about just these. FTS5 alone, given the same
 * texts in one table, is the reference for indexing and for queries.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createHive } from 'noormme-hive'
import { browserFacts } from '../examples/demo/demo-facts.ts'
import { percentile, rate } from './samples.ts'
import { formatNumber, printTable } from './table.ts'
import { inFolder } from './temporary.ts'
import type { FactInput, HiveNode } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'

/** Statements in the data set that are taken; the rest is repeated from them. */
const STATEMENTS = 100_000

/** Facts that the reference indexes. */
const REFERENCE_FACTS = 100_000

/** Facts timed on each of the two paths. */
const TIMED_FACTS = 300

interface Question {
  readonly text: string
  readonly entity: string
  readonly browser: string
}

export const recall: Benchmark<'facts' | 'questions'> = {
  about: 'search: indexing, queries, relevance, and what near-duplicates cost',
  defaults: { facts: 1_000_000, questions: 400 },

  async run({ facts: count, questions }) {
    const statements = browserFacts(Math.min(count, STATEMENTS))
    const asked = questionsOf(statements, questions)
    await inFolder(async (folder) => {
      const dataDir = join(folder, 'hive')
      await using db = await createHive({ dataDir, swarm: false })
      await db.agent.cortex.knowledge.distillMany(factsOf(statements, count))
      const indexed = await rate(count, () =>
        db.agent.cortex.knowledge.recall('warm up', { maxWait: Infinity })
      )
      const alone = fts5Alone(statements, asked)
      const times = await ask(db, asked)
      const bloom = await timePerFact(db, true)
      const semantic = await timePerFact(db, false)
      const memory = process.memoryUsage().rss / 1e6
      await db.stop()
      await rm(join(dataDir, 'search.db'))
      await using again = await createHive({ dataDir, swarm: false })
      const rebuilt = await rate(count, () =>
        again.agent.cortex.knowledge.recall('warm up', { maxWait: Infinity })
      )
      const reference = { name: 'FTS5 alone', measured: [alone.rate] }
      printTable(
        [`recall: ${formatNumber(count)} facts, ${formatNumber(questions)} questions`],
        [
          { figure: 'indexed facts/s, catching up', measured: [indexed], reference },
          { figure: '  after the file was deleted', measured: [rebuilt], reference },
          {
            figure: 'recall p50, ms',
            measured: [percentile(times.all, 0.5)],
            digits: 2,
            reference: {
              name: `FTS5 alone, ${formatNumber(REFERENCE_FACTS)} facts`,
              measured: [percentile(alone.times, 0.5)]
            }
          },
          {
            figure: 'recall p95, ms',
            measured: [percentile(times.all, 0.95)],
            digits: 2,
            reference: {
              name: `FTS5 alone, ${formatNumber(REFERENCE_FACTS)} facts`,
              measured: [percentile(alone.times, 0.95)]
            }
          },
          { figure: 'a hit among the first 10, %', measured: [times.found * 100], digits: 1 },
          { figure: 'mean reciprocal rank', measured: [times.rank], digits: 3 },
          {
            figure: 'semantic path, us a fact',
            measured: [semantic],
            digits: 1,
            reference: { name: 'Bloom path, batched', measured: [bloom] }
          },
          { figure: 'resident, MB', measured: [memory] }
        ]
      )
    })
  }
}

/** Microseconds a new fact takes: in one batch with the heuristic, one by one without. */
async function timePerFact(db: HiveNode, heuristic: boolean): Promise<number> {
  const facts = Array.from({ length: heuristic ? 10 * TIMED_FACTS : TIMED_FACTS }, (_, i) => ({
    entity: `api.Timing${heuristic ? 'Bloom' : 'Semantic'}${i}`,
    content: `chrome has supported api.Timing${heuristic ? 'Bloom' : 'Semantic'}${i} since version ${i}.`,
    confidence: 0.9,
    enableBloomHeuristic: heuristic
  }))
  const { knowledge } = db.agent.cortex
  const started = performance.now()
  if (heuristic) await knowledge.distillMany(facts)
  else
    for (const { entity, content, confidence } of facts)
      await knowledge.distill(entity, content, confidence)
  return ((performance.now() - started) / facts.length) * 1000
}

async function ask(
  db: HiveNode,
  questions: readonly Question[]
): Promise<{ all: number[]; found: number; rank: number }> {
  const all: number[] = []
  let found = 0
  let rank = 0
  for (const { text, entity, browser } of questions) {
    const started = performance.now()
    const hits = (await db.agent.cortex.knowledge.recall(text, { limit: 10 })).items
    all.push(performance.now() - started)
    const at = hits.findIndex(
      ({ fact }) => fact.entity === entity && fact.content.startsWith(`${browser} `)
    )
    if (at < 0) continue
    found += 1
    rank += 1 / (at + 1)
  }
  return { all, found: found / questions.length, rank: rank / questions.length }
}

function fts5Alone(
  statements: readonly FactInput[],
  questions: readonly Question[]
): { rate: number; times: number[] } {
  const database = new DatabaseSync(':memory:')
  database.exec(
    "CREATE VIRTUAL TABLE texts USING fts5 (entity, content, content = '', tokenize = 'porter unicode61')"
  )
  const insert = database.prepare('INSERT INTO texts (rowid, entity, content) VALUES (?, ?, ?)')
  const started = performance.now()
  database.exec('BEGIN')
  for (let i = 0; i < REFERENCE_FACTS; i++) {
    const { entity = '', content = '' } = statements[i % statements.length] ?? {}
    insert.run(i + 1, entity, content)
  }
  database.exec('COMMIT')
  const seconds = (performance.now() - started) / 1000
  const query = database.prepare(
    'SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 10'
  )
  const times = questions.map(({ text }) => {
    const begun = performance.now()
    query.all(
      text
        .split(' ')
        .map((word) => `"${word}"`)
        .join(' OR ')
    )
    return performance.now() - begun
  })
  database.close()
  return { rate: REFERENCE_FACTS / seconds, times }
}

function* factsOf(statements: readonly FactInput[], count: number): Generator<FactInput> {
  for (let i = 0; i < count; i++) {
    const fact = statements[i % statements.length]
    if (fact === undefined) return
    const round = Math.floor(i / statements.length)
    const content = round === 0 ? fact.content : `${fact.content} Seen on host ${round}-${i % 977}.`
    yield { ...fact, content }
  }
}

/** Every so-many-th statement: the words of its feature's name, and its browser. */
function questionsOf(statements: readonly FactInput[], count: number): Question[] {
  const step = Math.max(1, Math.floor(statements.length / count))
  return Array.from({ length: count }, (_, i) => {
    const { entity = '', content = '' } = statements[(i * step) % statements.length] ?? {}
    const browser = content.split(' ')[0] ?? ''
    return { text: `${entity.split('.').join(' ')} ${browser}`, entity, browser }
  })
}
