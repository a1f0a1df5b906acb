/**
 * The offline tier: no model and no network. It extracts by rule, is deterministic, and never
 * states more than its input. It does not reason, write or translate.
 */
import { createHash } from 'node:crypto'
import { fillSchema } from './fill-schema.ts'
import { keyFacts, propose, summarise } from './extract.ts'
import { wordsOf } from './sentences.ts'
import { NO_TOKENS } from '../../provider.ts'
import type {
  Message,
  Provider,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart
} from '../../provider.ts'

export const OFFLINE_MODEL = 'extractive-1'

const SUMMARY_SENTENCES = 3
const FACTS = 8
/** Dimensions of an embedding: enough that few words of a text collide. */
const DIMENSIONS = 256

export function offlineProvider(): Provider {
  return {
    name: 'offline',
    generate: (request, { signal }) => {
      signal.throwIfAborted()
      return Promise.resolve(replyTo(request))
    },
    async *stream(request, { signal }): AsyncGenerator<ProviderStreamPart> {
      const reply = await Promise.resolve(replyTo(request))
      for (const [piece] of reply.text.matchAll(/[^\n]+\n?|\n/g)) {
        signal.throwIfAborted()
        yield { type: 'text', text: piece }
      }
      yield { type: 'end', reply }
    },
    embed: (_model, texts, { signal }) => {
      signal.throwIfAborted()
      return Promise.resolve({ vectors: texts.map((text) => embed(text)), usage: NO_TOKENS })
    }
  }
}

function replyTo({ task, messages, jsonSchema }: ProviderRequest): ProviderReply {
  const input = inputOf(messages)
  const text =
    jsonSchema === undefined ? textFor(task, input) : JSON.stringify(fillSchema(jsonSchema, input))
  return { text, toolCalls: [], usage: NO_TOKENS, stopReason: 'end', model: OFFLINE_MODEL }
}

function textFor(task: string, input: string): string {
  if (/propos|mutat|redesign|plan|decompos/.test(task)) return propose(input)
  if (/extract|distil|fact/.test(task)) return keyFacts(input, FACTS).join('\n')
  return summarise(input, SUMMARY_SENTENCES)
}

/** The last question; instructions and former turns are not extracted from. */
function inputOf(messages: readonly Message[]): string {
  return messages.findLast(({ role }) => role === 'user' || role === 'tool')?.content ?? ''
}

/** Hashed words, of length 1: texts with the same words are near. Nothing more is promised. */
function embed(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0)
  for (const word of wordsOf(text)) {
    const hash = createHash('sha256').update(word).digest()
    const index = hash.readUInt32BE(0) % DIMENSIONS
    vector[index] = (vector[index] ?? 0) + ((hash[4] ?? 0) % 2 === 0 ? 1 : -1)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
