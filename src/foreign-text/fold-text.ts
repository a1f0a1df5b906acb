/**
 * Text as it is compared with known orders: compatibility forms, letters without marks, letters that
 * look like Latin ones, no invisible characters, words whose letters stand apart in one piece, one
 * space between words. For detection only: other texts have the same form.
 */
import { displayText } from './display-text.ts'
import { LOOKALIKES } from './lookalikes.ts'

const LOOKALIKE = new RegExp(`[${[...LOOKALIKES.keys()].join('')}]`, 'gu')

/** Single letters, one separator between each two: `i g n o r e`, `i.g.n.o.r.e`. */
const LETTERS_APART = /(?<![\p{L}\p{N}])\p{L}(?:[ .\-_*·]\p{L})+(?![\p{L}\p{N}])/gu

export function foldText(text: string): string {
  return displayText(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u200c\u200d]/g, '')
    .replace(LOOKALIKE, (letter) => LOOKALIKES.get(letter) ?? letter)
    .replace(LETTERS_APART, (letters) => letters.replace(/[ .\-_*·]/g, ''))
    .replace(/[^\S\n]+/g, ' ')
}
