/** Embeddings as servers send them: one vector a text, in order if they have no index. */
import { z } from 'zod'
import { chatUsage } from './usage-wire.ts'
import { NO_TOKENS } from '../provider.ts'
import type { Embeddings } from '../provider.ts'

const Body = z.looseObject({
  data: z.array(z.looseObject({ index: z.int().nullish(), embedding: z.array(z.number()).min(1) })),
  usage: z.unknown().optional()
})

/** Undefined if there is not one vector for each text, all of one length. */
export function parseEmbeddings(body: unknown, texts: number): Embeddings | undefined {
  const parsed = Body.safeParse(body).data
  if (parsed?.data.length !== texts) return undefined
  if (new Set(parsed.data.map(({ embedding }) => embedding.length)).size > 1) return undefined
  const ordered = parsed.data.map((each, place) => ({ ...each, index: each.index ?? place }))
  const usage = typeof parsed.usage === 'object' ? parsed.usage : {}
  return {
    vectors: ordered.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding),
    usage: chatUsage({ ...usage, completion_tokens: 0 }) ?? NO_TOKENS
  }
}
