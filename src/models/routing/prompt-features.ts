/** Features of a request for the scorer: length, structure, and hashed words and pairs of words. */
import { SCORER_BITS } from '../constants.ts'
import type { Message, Tool } from '../provider.ts'

export type Features = ReadonlyMap<number, number>

export interface ScoredRequest {
  readonly task: string
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly jsonSchema?: object
}

/** Further words of a long input add little. */
const MAX_WORDS = 512

/** Features with a place of their own; hashed ones follow. */
const OWN = [
  'bias',
  'length',
  'squared length',
  'words',
  'numbers',
  'digits',
  'sentences',
  'questions',
  'code',
  'foreign',
  'turns',
  'tools',
  'schema'
] as const
const SIZE = 2 ** SCORER_BITS

/** The features by which length alone is judged. */
export const LENGTH_FEATURES: readonly number[] = [OWN.indexOf('bias'), OWN.indexOf('length')]

/** A text of 256 characters has the length 0, one of four times as many the length 1. */
const MIDDLE = 8

export function featuresOf({ task, messages, tools = [], jsonSchema }: ScoredRequest): Features {
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const words = (text.toLowerCase().match(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu) ?? []).slice(
    0,
    MAX_WORDS
  )
  const length = (Math.log2(1 + text.length) - MIDDLE) / 2
  const own: Record<(typeof OWN)[number], number> = {
    bias: 1,
    length,
    'squared length': length ** 2,
    words: Math.min(4, text.length / Math.max(1, words.length) - 4) / 2,
    numbers: Math.log2(1 + words.filter((word) => /^\p{N}/u.test(word)).length) / 4,
    digits: share(text, /\p{N}/gu),
    sentences: Math.log2(1 + (text.match(/[.?!]\s/g)?.length ?? 0)) / 4,
    questions: Math.min(1, (text.match(/\?/g)?.length ?? 0) / 4),
    code: share(text, /[{}()[\];=<>]/gu),
    foreign: share(text, /[^\p{ASCII}]/gu),
    turns: Math.log2(1 + messages.length) / 4,
    tools: Math.min(1, tools.length / 8),
    schema: jsonSchema === undefined ? 0 : Math.log2(1 + JSON.stringify(jsonSchema).length) / 12
  }
  const features = new Map(OWN.map((name, index) => [index, own[name]]))
  const counts = new Map<number, number>()
  words.forEach((word, i) => {
    add(counts, `w ${word}`, 1)
    add(counts, `p ${words[i - 1] ?? ''} ${word}`, 1)
  })
  const norm = Math.hypot(...counts.values()) || 1
  for (const [index, count] of counts) features.set(index, count / norm)
  add(features, `task ${task}`, 1)
  return features
}

function add(to: Map<number, number>, name: string, value: number): void {
  const index = hash(name)
  to.set(index, (to.get(index) ?? 0) + value)
}

function share(text: string, pattern: RegExp): number {
  return text === '' ? 0 : (text.match(pattern)?.length ?? 0) / text.length
}

/** FNV-1a, 32 bits, folded to the places that hashed features have. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  }
  return OWN.length + (((value ^ (value >>> SCORER_BITS)) >>> 0) % (SIZE - OWN.length))
}
