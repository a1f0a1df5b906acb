/** Facts to measure with: sentences of one length, each different, the same ones in every run. */
import type { FactInput } from 'noormme-hive'

/** Bytes of a fact: its entity and its content, in ASCII. */
export const FACT_BYTES = 200
const ENTITY_BYTES = 16

const WORDS =
  'agent batch branch build cache client column commit config connection container cookie counter cursor default deploy digest driver editor engine event export failure filter folder frame gateway handler header image import index input instance journal kernel label latency layer layout library limit listener lock logger loop macro memory merge message method metric migration mirror module monitor mutex network node object offset operator option order output package page parser partition patch payload peer pipeline plugin pointer policy pool port prefix process profile promise prompt protocol proxy query queue quota record region registry release replica request resource response result retry rollback route runner runtime sample scheduler schema scope script secret selector server session shard signal snapshot socket source stack state storage stream string style subnet suffix switch symbol table target task template tenant test thread timeout token topic trace transaction trigger tunnel update upload value vector version view volume watcher weight window worker writer'.split(
    ' '
  )

/** Fact number `index`. */
export function benchFact(index: number): FactInput {
  const random = randomFrom(index)
  const word = (): string => WORDS[Math.floor(random() * WORDS.length)] ?? ''
  const entity = fit([word(), word(), word(), word()], ENTITY_BYTES)
  const words = Array.from({ length: 60 }, word)
  const content = fit(['Case', String(index), ...words], FACT_BYTES - ENTITY_BYTES)
  return { entity, content, confidence: 0.95 }
}

export function benchFacts(from: number, count: number): FactInput[] {
  return Array.from({ length: count }, (_, i) => benchFact(from + i))
}

/** Exactly so many bytes, and no space at the end. Through a buffer, so that the string is flat. */
function fit(words: readonly string[], bytes: number): string {
  const text = Buffer.from(
    `${words
      .join(' ')
      .slice(0, bytes - 1)
      .trimEnd()}.`
  )
  return Buffer.alloc(bytes, '.').fill(text, 0, text.length).toString('latin1')
}

/** mulberry32: enough to pick words. */
function randomFrom(seed: number): () => number {
  let state = seed + 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
