/**
 * Text as it is compared with known orders: compatibility forms, letters without marks, letters of
 * other scripts that look like Latin ones (Unicode Technical Standard 39, confusables), no invisible
 * characters, one space between words.
 */
import { displayText } from './display-text.ts'

/** Letters, and the Latin ones that they look like: Cyrillic, Cyrillic capitals, Greek, Greek capitals. */
const FROM = 'авеёікмнорстухѕјԁһԛԝӏАВЕЁІКМНОРСТУХЅЈҺԚԜӀαεικνορτυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧıøłđ’‘'
const TO = "abeeikmhopctyxsjdhqwlABEEIKMHOPCTYXSJHQWIaeikvoptuxyABEZHIKMNOPTYXiold''"

const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ...Array.from(FROM, (letter, i) => [letter, TO.charAt(i)] as const),
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe']
])

const LOOKALIKE = new RegExp(`[${[...LOOKALIKES.keys()].join('')}]`, 'gu')

export function foldText(text: string): string {
  return displayText(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\u200c\u200d]/g, '')
    .replace(LOOKALIKE, (letter) => LOOKALIKES.get(letter) ?? letter)
    .replace(/[^\S\n]+/g, ' ')
}
