/** The items that search finds for the questions of a case, with their features and labels. */
import { hash } from 'node:crypto'
import { readQuestion } from '../../src/search/error-text.ts'
import { featuresOf } from '../../src/search/relevance.ts'
import { SearchDatabase } from '../../src/search/search-database.ts'
import type { Features } from '../../src/search/relevance.ts'
import type { Case, Document } from './sets.ts'

/** Items of an answer that are examples. */
const EXAMINED = 3

export interface Example {
  readonly features: Features
  readonly isRelevant: boolean
}

/** One question, and the best items of its answer. */
export interface Asked {
  readonly text: string
  readonly isRaw: boolean
  /** Whether the store has an answer. */
  readonly isAnswerable: boolean
  readonly examples: readonly Example[]
}

export async function examplesOf({ documents, questions }: Case): Promise<Asked[]> {
  const database = new SearchDatabase(':memory:')
  try {
    const items = documents.map((document) => ({ digest: digestOf(document), text: document }))
    database.applyFacts(
      items.map(({ digest, text }) => ({
        digest,
        text: {
          entity: text.entity,
          content: text.content,
          tags: [],
          projects: [],
          stale: 'none' as const,
          context: '',
          turn: undefined,
          confidence: 0.9,
          recordedAt: 0,
          begins: [0],
          until: Number.MAX_SAFE_INTEGER
        }
      })),
      items.length,
      false
    )
    const byDigest = new Map(items.map(({ digest, text }) => [digest.toString('hex'), text]))
    const asked: Asked[] = []
    for (const { text, answers } of questions) {
      const question = readQuestion(text)
      const { hits, counts } = database.search({
        text: question.text,
        limit: 10,
        origins: ['local']
      })
      const found = hits.flatMap(
        ({ digest }) => byDigest.get(Buffer.from(digest).toString('hex')) ?? []
      )
      const features = await featuresOf(question, found, counts)
      const examples = found.slice(0, EXAMINED).flatMap(({ id }, i) => {
        const figures = features[i]
        return figures === undefined
          ? []
          : [{ features: figures, isRelevant: answers.includes(id) }]
      })
      const isAnswerable = documents.some(({ id }) => answers.includes(id))
      asked.push({ text, isRaw: question.isRaw, isAnswerable, examples })
    }
    return asked
  } finally {
    database.close()
  }
}

function digestOf({ id }: Document): Buffer {
  return hash('sha256', id, 'buffer')
}
