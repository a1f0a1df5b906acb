/** Features of a request for the scorer: hashed words and pairs, length, language, structure. */
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
const MASK = 2 ** SCORER_BITS - 1

export function featuresOf({ task, messages, tools = [], jsonSchema }: ScoredRequest): Features {
  const text = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const words = (text.toLowerCase().match(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu) ?? []).slice(
    0,
    MAX_WORDS
  )
  const counts = new Map<number, number>()
  words.forEach((word, i) => {
    add(counts, `w ${word}`, 1)
    add(counts, `p ${words[i - 1] ?? ''} ${word}`, 1)
  })
  const norm = Math.hypot(...counts.values()) || 1
  const features = new Map<number, number>()
  for (const [index, count] of counts) features.set(index, count / norm)
  add(features, 'bias', 1)
  add(features, `task ${task}`, 1)
  add(features, 'length', Math.log2(1 + words.length) / 10)
  add(features, `length ${Math.floor(Math.log2(1 + text.length))}`, 0.5)
  add(features, 'digits', share(text, /\p{N}/gu))
  add(features, 'foreign', share(text, /[^\p{ASCII}]/gu))
  add(features, 'code', share(text, /[{}()[\];=<>]/gu))
  add(features, 'questions', Math.min(1, (text.match(/\?/g)?.length ?? 0) / 4))
  add(features, 'turns', Math.log2(1 + messages.length) / 4)
  add(features, 'tools', Math.min(1, tools.length / 8))
  if (jsonSchema !== undefined)
    add(features, 'schema', Math.log2(1 + JSON.stringify(jsonSchema).length) / 12)
  return features
}

function add(to: Map<number, number>, name: string, value: number): void {
  const index = hash(name)
  to.set(index, (to.get(index) ?? 0) + value)
}

function share(text: string, pattern: RegExp): number {
  return text === '' ? 0 : (text.match(pattern)?.length ?? 0) / text.length
}

/** FNV-1a, 32 bits, folded to the bits of the scorer. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  }
  return (value ^ (value >>> SCORER_BITS)) & MASK
}
