/** Labelled sets of a folder: `NAME.json`, as README.md in this folder states. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const LabelledSet = z.object({
  name: z.string(),
  /** The weights and the threshold come from `train`, the figures from `test`. */
  split: z.enum(['train', 'test']),
  kind: z.enum(['error', 'report', 'question', 'noise']),
  documents: z.array(z.object({ id: z.string(), entity: z.string(), content: z.string() })),
  questions: z.array(z.object({ text: z.string(), answers: z.array(z.string()) }))
})
export type LabelledSet = z.infer<typeof LabelledSet>
export type Document = LabelledSet['documents'][number]
export type Question = LabelledSet['questions'][number]

/** A store, and what is asked of it; only a part of the questions has an answer in it. */
export interface Case {
  readonly name: string
  readonly documents: readonly Document[]
  readonly questions: readonly Question[]
}

const SMALL = 20
const SMALL_STORES = 8
const FOREIGN = 80
const MIXED = 100
const NOISE = 120

export function readSets(folder: string): LabelledSet[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.toSorted().flatMap((file) => {
    const parsed = LabelledSet.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    return parsed.success ? [parsed.data] : []
  })
}

/**
 * The stores of one split: half of the documents of a set; small stores of 20 documents; and half of
 * the documents of all sets. The other half is left out, so that its questions have no answer.
 */
export function casesOf(sets: readonly LabelledSet[]): Case[] {
  const noise = sets.filter(({ kind }) => kind === 'noise')
  const others = sets.filter(({ kind }) => kind !== 'noise')
  const cases: Case[] = []
  for (const set of others) {
    const stored = set.documents.filter(({ id }) => isStored(set.name, id))
    const foreign = sample(
      sets.filter(({ name }) => name !== set.name).flatMap((each) => each.questions),
      FOREIGN,
      set.name
    ).map(({ text }) => ({ text, answers: [] }))
    cases.push({ name: set.name, documents: stored, questions: set.questions })
    cases.push({ name: `${set.name}, questions of others`, documents: stored, questions: foreign })
    for (const { name, questions } of noise) {
      const asked = sample(questions, NOISE, set.name + name)
      cases.push({ name, documents: stored, questions: asked })
    }
    for (let i = 0; i < SMALL_STORES; i++) {
      const few = sample(set.documents, SMALL, `${set.name}${i}`)
      const ids = new Set(few.map(({ id }) => id))
      const answered = set.questions.filter(({ answers }) => answers.some((id) => ids.has(id)))
      const rest = set.questions.filter(({ answers }) => !answers.some((id) => ids.has(id)))
      const unanswered = sample(rest, Math.max(answered.length, 10), `${set.name}${i}`)
      cases.push({
        name: `${set.name}, small`,
        documents: few,
        questions: [...answered, ...unanswered]
      })
    }
  }
  const named = others.map((set) => prefixed(set))
  cases.push({
    name: 'all sets in one store',
    documents: named.flatMap(({ documents }) => documents),
    questions: named.flatMap(({ questions, name }) => sample(questions, MIXED, name))
  })
  return cases
}

function prefixed(set: LabelledSet): Pick<LabelledSet, 'documents' | 'name' | 'questions'> {
  return {
    name: set.name,
    documents: set.documents
      .filter(({ id }) => isStored(set.name, id))
      .map((document) => ({ ...document, id: `${set.name} ${document.id}` })),
    questions: set.questions.map(({ text, answers }) => ({
      text,
      answers: answers.map((id) => `${set.name} ${id}`)
    }))
  }
}

function isStored(name: string, id: string): boolean {
  return numberOf(`${name} ${id}`) % 2 === 0
}

/** The first `count` in an order by hash: the same in each run. */
function sample<Item extends Document | Question>(
  items: readonly Item[],
  count: number,
  seed: string
): Item[] {
  return items
    .map((item) => ({ item, order: numberOf(seed + ('id' in item ? item.id : item.text)) }))
    .toSorted((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ item }) => item)
}

function numberOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0)
}
