/**
 * Normalises text for the layers: removes characters that only hide others. The change stays in the
 * published text, so that equal words give equal records in any spelling.
 */

import { asciiDigits } from '../reading/script-borders.ts'
import { CONTROL, NON_ASCII } from '../reading/text-features.ts'
import type { Draft } from '../reading/draft.ts'

/** Invisible between letters; of no use in Latin text. */
const INVISIBLE =
  // oxlint-disable-next-line no-misleading-character-class -- each by itself
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0]/g

/** Joiners and marks that other scripts and emoji need: removed between ASCII characters only. */
// oxlint-disable-next-line no-misleading-character-class -- each by itself
const JOINERS = /(?<=[!-~])[\u200c-\u200f\ufe0f\u0300-\u036f]+(?=[!-~])/g

/** Full-width, mathematical, circled and super- or subscript letters and digits. */
const STYLED =
  /[\uff01-\uff5e\u2070-\u209c\u2100-\u214f\u2460-\u24ff\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f149}]/gu

const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g

const DASHES = /(?<=[\w])[\u2010-\u2012\u2212\ufe63](?=[\w])/g

/** Cyrillic and Greek letters that look like Latin ones, with those. */
const LOOKALIKES = new Map(
  Array.from('АВЕЅІЈКМНОРСТХУаеіјорсухѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ', (char, i) => [
    char,
    'ABESIJKMHOPCTXYaeijopcyxshdqwABEZHIKMNOPTYXaeikvoptux'.charAt(i)
  ])
)

const WORD = /[\w\u0370-\u03ff\u0400-\u052f+/=.-]+/g

/** Latin letters or digits next to letters of those scripts. */
const MIXED = /\w[\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f]\w/

const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufff9-\ufffb\u{e0000}-\u{e0fff}\u{f0000}-\u{10ffff}]/u

/** Control, tag, private-use or bidirectional characters, which may hide text from a reader. */
export function hidesText({ text, features, hasMarks }: Draft): boolean {
  return (hasMarks || (features & (NON_ASCII | CONTROL)) !== 0) && HIDDEN.test(text)
}

/** Only needed for text with characters beyond ASCII. */
export function plainText(text: string): string {
  return asciiDigits(text)
    .replaceAll(INVISIBLE, '')
    .replaceAll(JOINERS, '')
    .replaceAll(STYLED, (char) => char.normalize('NFKC'))
    .replaceAll(SPACES, ' ')
    .replaceAll(DASHES, '-')
    .replaceAll(WORD, (word) => (MIXED.test(word) ? latin(word) : word))
}

function latin(word: string): string {
  return Array.from(word, (char) => LOOKALIKES.get(char) ?? char).join('')
}
