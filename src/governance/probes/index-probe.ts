/** Whether the search index finds a sample of the facts by their own words. */
import { equalBytes, readAll, toHex } from '../../../crdt/bytes/index.ts'
import { randomBytes } from 'node:crypto'
import { readRecord } from '../../../crdt/index.ts'
import { readFact } from '../../facts/index.ts'
import { searchedContent } from '../../search/index.ts'
import { scan } from './probe.ts'
import type { Store } from '../../../crdt/index.ts'
import type { SearchIndex } from '../../search/index.ts'
import type { Probe, ProbeFinding } from './probe.ts'

export interface IndexProbeComponents {
  readonly store: Pick<Store, 'section'>
  readonly index: Pick<SearchIndex, 'view'>
}

/** Facts of a round. Ids are hashes, so facts behind a random key are a random sample. */
const SAMPLE = 64

/** Facts with the same words that are compared; with more of them nothing is concluded. */
const MAX_HITS = 100

const WORD = /[\p{L}\p{N}]{2}/u

export function indexProbe({ store, index }: IndexProbeComponents): Probe {
  let left = 0
  const check = async (digest: Uint8Array, bytes: Uint8Array): Promise<ProbeFinding[]> => {
    left -= 1
    const record = readAll(readFact(digest, bytes).record, readRecord)
    const text = record.kind === 'lesson' ? searchedContent(record) : record.content
    if (!WORD.test(text)) return []
    const view = await index.view({ maxWait: 0 })
    const length = [text.length, text.length] as const
    const query = {
      text,
      limit: MAX_HITS,
      origins: ['local'],
      all: true,
      includeStale: true
    } as const
    const { hits } = await view.search({ ...query, length })
    // What is not indexed yet is no fault.
    if (!view.isComplete || hits.length === MAX_HITS) return []
    if (hits.some((hit) => equalBytes(hit.digest, digest))) return []
    // It may have been forgotten since it was read.
    if (!(await store.section('facts').has(digest))) return []
    return [{ probe: 'index', id: toHex(digest), text: 'The search index does not find the fact.' }]
  }
  return {
    name: 'index',
    async run(after, isOver) {
      const isNew = after === undefined || left <= 0
      if (isNew) left = SAMPLE
      const from = isNew ? randomBytes(32) : after
      const isDone = (): boolean => left <= 0 || isOver()
      const slice = await scan(store.section('facts'), { after: from, isOver: isDone }, check)
      return left <= 0 ? { ...slice, next: undefined } : slice
    }
  }
}
