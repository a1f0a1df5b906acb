/**
 * Which identifiers of labelled sentences are left: presidio-research's generated sentences, split by
 * template, so that no sentence of one half has the form of a sentence of the other.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Anonymizer } from '../../src/anonymity/index.ts'

const FILE = 'synth_dataset_v2.json'

/** Labels that identify a person; the others are places, dates, companies and groups. */
const IDENTIFIERS: ReadonlySet<string> = new Set([
  'PERSON',
  'STREET_ADDRESS',
  'CREDIT_CARD',
  'PHONE_NUMBER',
  'EMAIL_ADDRESS',
  'IBAN_CODE',
  'US_SSN',
  'IP_ADDRESS',
  'US_DRIVER_LICENSE'
])

const Sentences = z.array(
  z.object({
    full_text: z.string(),
    template_id: z.number(),
    spans: z.array(
      z.object({
        entity_type: z.string(),
        start_position: z.number(),
        end_position: z.number()
      })
    )
  })
)

export interface Identifier {
  readonly type: string
  readonly from: number
  readonly to: number
}

export interface Sentence {
  readonly text: string
  readonly template: number
  readonly identifiers: readonly Identifier[]
}

export interface Leak {
  readonly identifier: Identifier
  /** Whether every word of it is left. */
  readonly isWhole: boolean
  /** Whether a word of it is left: two digits or three letters, or more. */
  readonly isPart: boolean
}

export function readSentences(folder: string): Sentence[] {
  return Sentences.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8'))).map((each) => ({
    text: each.full_text,
    template: each.template_id,
    identifiers: each.spans
      .filter(({ entity_type }) => IDENTIFIERS.has(entity_type))
      .map((span) => ({
        type: span.entity_type,
        from: span.start_position,
        to: span.end_position
      }))
  }))
}

/** The half of a template: rules were made with the sentences of `fitted` only. */
export function isFitted({ template }: Sentence): boolean {
  return (Math.imul(template + 1, 0x9e3779b1) >>> 16) % 2 === 0
}

const WORD = /\p{L}{3,}|\p{N}{2,}/gu
const PLACEHOLDER = /<[A-Z]+_\d+>/

/** What is left of each identifier after `made` has read the sentence. */
export function leaksOf(made: Anonymizer, { text, identifiers }: Sentence): Leak[] {
  const result = made.anonymize({ entity: '', content: text })
  const published = result.verdict === 'withheld' ? '' : result.record.content
  const left = result.verdict === 'withheld' ? new Set<number>() : placesLeft(text, published)
  return identifiers.map((identifier) => {
    const words = [...text.slice(identifier.from, identifier.to).matchAll(WORD)]
    const kept = words.filter(({ 0: word, index }) =>
      left === undefined
        ? published.includes(word)
        : Array.from(word).some((_, i) => left.has(identifier.from + index + i))
    )
    return {
      identifier,
      isWhole: words.length > 0 && kept.length === words.length,
      isPart: kept.length > 0
    }
  })
}

/** Places of `text` that `published` still has; unknown if it has another typography. */
function placesLeft(text: string, published: string): Set<number> | undefined {
  const replaced = rangesReplaced(text, published)
  if (replaced === undefined) return undefined
  const left = new Set(Array.from({ length: text.length }, (_, i) => i))
  for (const [from, to] of replaced) for (let i = from; i < to; i++) left.delete(i)
  return left
}

/** The ranges of `text` that placeholders replace, in their order; unknown as above. */
export function rangesReplaced(
  text: string,
  published: string
): (readonly [from: number, to: number])[] | undefined {
  const pieces = published.split(PLACEHOLDER).map((piece) => RegExp.escape(piece))
  const match = new RegExp(`^${pieces.join('([^]+?)')}$`, 'd').exec(text)
  if (match === null) return undefined
  return match.indices?.slice(1).filter((range) => range !== undefined) ?? []
}
