/**
 * Encoded text: base64, hexadecimal, percent and backslash escapes, and entities. A reader can
 * decode them, so a finding that decodes to text is removed as a whole.
 */
import { BACKSLASH, DIGIT, LONG_WORD, PERCENT, SPELLED } from '../reading/text-features.ts'
import { findAll, inLongWords, layerOf } from './rule.ts'
import { FROM_12, ONLY_HEX, ZERO_FIRST } from '../reading/shapes.ts'
import type { Layer, Rule } from './rule.ts'

const MIN_TEXT_BYTES = 6

/** The decoded text; undefined if the bytes are not text. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.length < MIN_TEXT_BYTES) return undefined
  for (const byte of bytes) {
    const isText = (byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9
    if (!isText) return undefined
  }
  return bytes.toString('latin1')
}

function isBase64Text(hit: string): boolean {
  // A word that decodes by chance has no digit, sign or change of case.
  if (/^(?:[a-z]+|[A-Z]+|[A-Z]?[a-z]+)$/.test(hit)) return false
  return textOf(Buffer.from(hit, 'base64')) !== undefined
}

function isHexText(hit: string): boolean {
  const text = textOf(Buffer.from(hit, 'hex'))
  return text !== undefined && /[A-Za-z]/.test(text)
}

/** More escapes than an ordinary query has. */
function isPercentText(hit: string): boolean {
  return (hit.match(/%[0-9A-Fa-f]{2}/g)?.length ?? 0) >= 1
}

const escapes = layerOf([
  {
    name: 'percent-encoded',
    kind: 'literal',
    pattern:
      /(?<![\w%])[\w.~+!*()'=&:@/-]{0,2048}(?:%[0-9A-Fa-f]{2}[\w.~+!*'=&:@/-]{0,512}){2,1024}/g,
    needs: PERCENT | DIGIT,
    accept: isPercentText
  },
  {
    name: 'escaped',
    kind: 'literal',
    pattern: /(?:\\x[0-9A-Fa-f]{2}|\\u\{?[0-9A-Fa-f]{4,6}\}?|\\[0-3][0-7]{2}){3,2048}/g,
    needs: BACKSLASH
  },
  {
    name: 'entities',
    kind: 'literal',
    literals: ['&#'],
    pattern: /(?:&#(?:\d{2,6}|x[0-9A-Fa-f]{2,6});){3,2048}/g
  },
  {
    name: 'spelled-out',
    kind: 'secret',
    needs: SPELLED,
    pattern: /(?<!\S)(?:[A-Za-z0-9_-] ){9,512}[A-Za-z0-9_-](?!\S)/g
  }
])

const hexadecimal = layerOf([
  {
    name: 'hex',
    kind: 'secret',
    at: [ONLY_HEX | FROM_12, ZERO_FIRST | FROM_12],
    pattern: /(?<![A-Za-z0-9])(?:0x)?(?<hit>(?:[0-9A-Fa-f]{2}){8,8192})(?![A-Za-z0-9])/g,
    accept: isHexText
  }
])

const BASE64: Rule = {
  name: 'base64',
  kind: 'secret',
  // The first byte of text has its high bit clear.
  pattern: /(?<![A-Za-z0-9+/_-])[CDI-Za-f][A-Za-z0-9+/_-]{10,16383}={0,2}(?![A-Za-z0-9+/_=-])/g,
  accept: isBase64Text
}

const base64 = inLongWords(0, (word, found) =>
  findAll(BASE64, word, (from, to) => found(from, to, 'secret', 'base64'))
)

export const encodings: Layer = (draft, mark) => {
  escapes(draft, mark)
  if ((draft.features & LONG_WORD) !== 0) base64(draft, mark)
  hexadecimal(draft, mark)
}
