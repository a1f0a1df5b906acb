/**
 * How well `recall` finds what answers a question, in public labelled sets of many languages, in
 * conversations and in abstracts, beside FTS5's own tokenizer and ranking in the same run.
 */
import { DatabaseSync } from 'node:sqlite'
import { createHive } from 'noormme-hive'
import { compounds, cranfield, locomoSets, paragraphSets } from './languages/corpora.ts'
import { formatNumber, printTable } from './table.ts'
import type { FactInput } from 'noormme-hive'
import type { Benchmark } from './benchmark.ts'
import type { LabelledSet, Question } from './languages/corpora.ts'
import type { Row } from './table.ts'

const MOST = 50

/** Numbers of the facts that a question finds, best first. */
type Find = (question: string) => Promise<readonly number[]> | readonly number[]

/** A figure of one question, from 0 to 1. */
type Measure = (found: readonly number[], answers: readonly number[]) => number

const recallAt =
  (most: number): Measure =>
  (found, answers) =>
    answers.filter((answer) => found.slice(0, most).includes(answer)).length / answers.length

/** The share of what is found that is right; one for nothing. */
const precision: Measure = (found, answers) =>
  found.length === 0 ? 1 : found.filter((n) => answers.includes(n)).length / found.length

const gain = (i: number): number => 1 / Math.log2(i + 2)

/** Normalised discounted cumulative gain of the first ten; every answer has a gain of one. */
const gainAtTen: Measure = (found, answers) => {
  const ideal = answers.slice(0, 10).reduce((sum, _, i) => sum + gain(i), 0)
  const own = found.slice(0, 10).reduce((sum, n, i) => sum + (answers.includes(n) ? gain(i) : 0), 0)
  return ideal === 0 ? 0 : own / ideal
}

export const languages: Benchmark<'questions', 'corpora'> = {
  about: 'search: what questions find in public sets of many languages and in conversations',
  defaults: { questions: 1_000 },
  texts: { corpora: 'corpora' },

  async run({ questions }, { corpora }) {
    const rows: Row[] = []
    for (const set of paragraphSets(corpora)) {
      rows.push(...(await compare(set, questions, [['hit@10', recallAt(10)]])))
    }
    const abstracts = cranfield(corpora)
    if (abstracts !== undefined) {
      rows.push(...(await compare(abstracts, questions, [['nDCG@10', gainAtTen]])))
    }
    const words = compounds(corpora)
    if (words !== undefined) {
      const measures = [
        ['R@50', recallAt(MOST)],
        ['precision', precision]
      ] as const
      rows.push(...(await compare(words, questions, measures)))
    }
    rows.push(...(await compareFolds([...locomoSets(corpora)], questions)))
    if (rows.length === 0)
      throw new Error(`No corpora in ${corpora}: see bench/languages/README.md`)
    printTable([`languages: at most ${formatNumber(questions)} questions a set`], rows)
  }
}

/** The mean of the conversations with even and with odd numbers. */
async function compareFolds(sets: readonly LabelledSet[], most: number): Promise<Row[]> {
  const measures = [10, 50].map((n) => [`R@${n}`, recallAt(n)] as const)
  const results: { own: number[][]; plain: number[][] }[] = []
  for (const set of sets) results.push(await measureBoth(set, most, measures))
  if (results.length === 0) return []
  return measures.map(([figure], m) => {
    const folds = (side: 'own' | 'plain'): number[] =>
      [0, 1].map((fold) =>
        mean(results.filter((_, i) => i % 2 === fold).flatMap((result) => result[side][m] ?? []))
      )
    return rowOf(`LoCoMo, two folds, ${figure}`, folds('own'), folds('plain'))
  })
}

async function compare(
  set: LabelledSet,
  most: number,
  measures: readonly (readonly [string, Measure])[]
): Promise<Row[]> {
  const { own, plain } = await measureBoth(set, most, measures)
  return measures.map(([figure], m) =>
    rowOf(`${set.name}, ${figure}`, [mean(own[m] ?? [])], [mean(plain[m] ?? [])])
  )
}

/** For each measure, its value for each question: of `recall`, and of FTS5. */
async function measureBoth(
  { facts, questions }: LabelledSet,
  most: number,
  measures: readonly (readonly [string, Measure])[]
): Promise<{ own: number[][]; plain: number[][] }> {
  const asked = questions.filter((_, i) => i % Math.ceil(questions.length / most) === 0)
  await using db = await createHive({ swarm: false })
  const { knowledge } = db.agent.cortex
  const places = new Map<string, number>()
  let next = 0
  await knowledge.distillMany(facts)
  for (const fact of facts) places.set(keyOf(fact), next++)
  const own = await measure(asked, measures, async (text) => {
    const { items } = await knowledge.recall(text, { limit: MOST, maxWait: Infinity })
    return items.flatMap(({ fact }) => places.get(keyOf(fact)) ?? [])
  })
  const plain = await measure(asked, measures, plainFind(facts))
  return { own, plain }
}

async function measure(
  questions: readonly Question[],
  measures: readonly (readonly [string, Measure])[],
  find: Find
): Promise<number[][]> {
  const values = measures.map((): number[] => [])
  for (const { text, answers } of questions) {
    const found = await find(text)
    for (const [m, [, figure]] of measures.entries()) values[m]?.push(figure(found, answers))
  }
  return values
}

/** FTS5 with its `unicode61` tokenizer and its own ranking, by any word of the question. */
function plainFind(facts: readonly FactInput[]): Find {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE VIRTUAL TABLE texts USING fts5 (entity, content, tokenize = "unicode61")')
  const insert = database.prepare('INSERT INTO texts (rowid, entity, content) VALUES (?, ?, ?)')
  for (const [i, { entity, content }] of facts.entries()) insert.run(i, entity, content)
  const query = database.prepare(
    `SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ${MOST}`
  )
  return (text) => {
    const words = text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
    if (words.length === 0) return []
    const rows = query.all(words.map((word) => `"${word}"`).join(' OR '))
    return rows.map((row) => Number(row['rowid']))
  }
}

/** A fact is stored with other white space. */
function keyOf({ entity, content }: { readonly entity: string; readonly content: string }): string {
  return (`${entity} ${content}`.normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}

function percent(values: readonly number[]): number[] {
  return values.map((value) => value * 100)
}

function rowOf(figure: string, measured: readonly number[], plain: readonly number[]): Row {
  const reference = { name: 'FTS5, unicode61', measured: percent(plain) }
  return { figure: `${figure}, %`, measured: percent(measured), digits: 1, reference }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
