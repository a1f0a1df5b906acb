/** Layer 2: identifiers of persons: numbers, network addresses and dates. */
import { BIRTH_ENDINGS, CODE_WORDS, PHONE_WORDS, SPELLING_WORDS } from '../reading/context-words.ts'
import {
  AT,
  DIGIT,
  DIGIT_CHAIN,
  LONG_DIGIT_CHAIN,
  MANY_DIGITS,
  NON_ASCII,
  OPENING,
  PLUS
} from '../reading/text-features.ts'
import { ASIAN_NUMBERS } from './asian-numbers.ts'
import { NATIONAL_IDS } from './national-ids.ts'
import { layerOf } from './rule.ts'
import {
  HAS_DIGIT,
  LOWER_FIRST,
  ONE,
  ONLY_DIGITS,
  THEN_DASH,
  THEN_DOT,
  THEN_SLASH,
  THEN_SPACE,
  THREE,
  TWO,
  UPPER_FIRST,
  ZERO_FIRST
} from '../reading/shapes.ts'
import type { Rule } from './rule.ts'

const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)'
const DATE = `(?:\\d{1,4}[./-]\\d{1,2}[./-]\\d{1,4}|\\d{1,2}(?:st|nd|rd|th|\\.)?(?: of)? ${MONTH}\\.?,? \\d{2,4}|${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{2,4}|${MONTH} \\d{4}|(?:in )?(?:19|20)\\d{2}|\\d{6,8})`

const PHONE_WORD =
  '(?:tel(?:efon|ephone)?|phone|call|dial|mobile|mob|cell|handy|desk|messages|fax|whatsapp|signal|sms|text|ring|reach|contact|hotline)'

const SPELLED_EMAIL =
  /(?<![\w.+-])[\w.+-]{1,64}\s?(?:[[({<]\s?(?:at|@)\s?[\])}>]|\sat\s|@)\s?[\w-]{1,63}(?:\s?(?:[[({<]\s?(?:dot|\.)\s?[\])}>]|\sdot\s)\s?[\w-]{1,63}){1,4}/gi

const BIRTH = new RegExp(
  `(?:\\bborn|\\bdobs?|\\bd\\.o\\.b\\.?|birth[ _-]?da(?:te|y)|date[ _-]?of[ _-]?birth|geboren|geb\\.|geburtsdatum|né[e]? le|fecha de nacimiento|nacid[oa])["'\`]?(?:[ _-]?(?:on|am|is|was|in|el|the))?\\s{0,2}[:=]?\\s{0,2}["'\`]?(?<hit>${DATE})`,
  'gi'
)

const NATIONAL_PHONE =
  /(?<![\w.+/-])(?:\(0?\d{2,5}\)[ -]?\d{3,4}[ .-]?\d{2,6}(?:[ .-]\d{2,4})?|(?:1[ .-])?[2-9]\d{2}[ .-][2-9]\d{2}[ .-]\d{4}|0\d{1,4}[ /-]\d{3,4}[ .-]?\d{3,6}|0\d(?:[ .-]\d{2}){4}|0\d{1,3}(?:[ -]\d{2,3}){3,4}|\d{2} \d{3} \d{3} \d{4})(?:x\d{1,6})?(?![\w.]*\d)(?!-\d)/g

export const PERSONAL_RULES: readonly Rule[] = [
  {
    name: 'email',
    kind: 'email',
    pattern: /(?<![\p{L}\d.+_-])[\p{L}\d.+%_'-]{1,64}@(?:[\p{L}\d-]{1,63}\.){1,8}\p{L}{2,24}/gu,
    needs: AT
  },
  {
    name: 'quoted-email',
    kind: 'email',
    literals: ['"@'],
    pattern: /"[^"@\n]{1,64}"@(?:[\p{L}\d-]{1,63}\.){1,8}\p{L}{2,24}/gu
  },
  {
    name: 'email-at-address',
    kind: 'email',
    literals: ['@['],
    pattern: /(?<![\p{L}\d.+_-])[\p{L}\d.+%_'-]{1,64}@\[(?:IPv6:)?[\da-f.:]{3,45}\]/giu
  },
  {
    name: 'encoded-email',
    kind: 'email',
    literals: ['%40', '&#', '&commat;', '\\u0040', '\\x40'],
    pattern:
      /(?<![\p{L}\d.+_-])[\p{L}\d.+_'-]{1,64}(?:%40|&#0{0,5}64;|&#x0{0,5}40;|&commat;|\\u0040|\\x40)(?:[\p{L}\d-]{1,63}\.){1,8}\p{L}{2,24}/giu
  },
  {
    name: 'spelled-email',
    kind: 'email',
    groups: SPELLING_WORDS,
    pattern: SPELLED_EMAIL
  },
  {
    name: 'spelled-email',
    kind: 'email',
    literals: ['.]', '.)', '.}', '.>', '. ]', '. )', '. }', '. >'],
    needs: OPENING,
    pattern: SPELLED_EMAIL
  },
  {
    name: 'iban',
    kind: 'iban',
    needs: MANY_DIGITS,
    at: [UPPER_FIRST | HAS_DIGIT, LOWER_FIRST | HAS_DIGIT],
    pattern: /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b/gi,
    accept: isIban
  },
  {
    name: 'card',
    kind: 'card',
    needs: LONG_DIGIT_CHAIN,
    pattern: /(?<![\d.-]|\b0x)\d(?:[ .-]?\d){12,18}(?![\d.-]?\d)/g,
    accept: (hit) => passesLuhn(hit.replaceAll(/\D/g, ''))
  },
  {
    name: 'card-code',
    kind: 'card',
    needs: DIGIT,
    atGroups: CODE_WORDS,
    pattern:
      /\b(?:cvv2?|cvc2?|card code|security code)["']?\s?(?:is|[:=])?\s?["']?(?<hit>\d{3,4})\b/gi
  },
  {
    name: 'bic',
    kind: 'iban',
    atGroups: CODE_WORDS,
    pattern:
      /\b(?:bic|swift)(?:[ -]?code)?["']?\s?(?:is|[:=])?\s?["']?(?<hit>[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b/gi
  },
  {
    name: 'birth',
    kind: 'date',
    needs: DIGIT,
    groups: BIRTH_ENDINGS,
    pattern: BIRTH
  },
  {
    name: 'birth',
    kind: 'date',
    needs: DIGIT | NON_ASCII,
    literals: ['né', 'NÉ', 'Né'],
    pattern: BIRTH
  },
  ...NATIONAL_IDS,
  ...ASIAN_NUMBERS,
  {
    name: 'phone',
    kind: 'phone',
    needs: MANY_DIGITS | PLUS,
    pattern: /(?<![\w+])(?:\+|00(?=[1-9]))[1-9](?:[ ()./-]{0,2}\d){7,14}(?:x\d{1,6})?(?!\d)/g
  },
  {
    name: 'phone',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    at: [ZERO_FIRST],
    pattern: /(?<![\w+])(?:\+|00(?=[1-9]))[1-9](?:[ ()./-]{0,2}\d){7,14}(?:x\d{1,6})?(?!\d)/g
  },
  {
    name: 'national-phone',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    at: [
      ONLY_DIGITS | ONE | THEN_SPACE,
      ONLY_DIGITS | ONE | THEN_DOT,
      ONLY_DIGITS | ONE | THEN_DASH,
      ONLY_DIGITS | TWO | THEN_SPACE,
      ONLY_DIGITS | THREE | THEN_SPACE,
      ONLY_DIGITS | THREE | THEN_DOT,
      ONLY_DIGITS | THREE | THEN_DASH
    ],
    pattern: NATIONAL_PHONE
  },
  {
    name: 'national-phone',
    kind: 'phone',
    needs: MANY_DIGITS,
    at: [
      ZERO_FIRST | ONLY_DIGITS | THEN_SPACE,
      ZERO_FIRST | ONLY_DIGITS | THEN_DASH,
      ZERO_FIRST | ONLY_DIGITS | THEN_SLASH,
      ZERO_FIRST | ONLY_DIGITS | THEN_DOT
    ],
    pattern: NATIONAL_PHONE
  },
  {
    name: 'national-phone',
    kind: 'phone',
    needs: MANY_DIGITS,
    literals: ['('],
    pattern: NATIONAL_PHONE
  },
  {
    name: 'grouped-phone',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    pattern:
      /(?<![\w.+/-])\(?\d{2,4}\)?(?<gap>[ -])\d{2,4}(?:\k<gap>\d{2,4}){1,3}(?:x\d{1,6})?(?![\w-]|\.\d)/g,
    accept: (hit) => {
      const count = hit.replace(/x.*/, '').replaceAll(/\D/g, '').length
      return count >= 10 && count <= 12
    }
  },
  {
    name: 'announced-phone',
    kind: 'phone',
    needs: MANY_DIGITS,
    atGroups: PHONE_WORDS,
    pattern: new RegExp(
      `\\b${PHONE_WORD}(?: ?(?:no|nr|number|me|us|him|her|at|on|to|is|under))?\\.?["']?(?: (?:at|on|is))?\\s{0,2}[:=]?\\s{0,2}["']?(?<hit>[+(]{0,2}\\d(?:[ ()./-]{0,2}\\d){6,14}(?:x\\d{1,6})?)(?![\\d])`,
      'gi'
    )
  }
]

export const personal = layerOf(PERSONAL_RULES)

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** ISO 13616: the rearranged number leaves 1 modulo 97. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(/[ -]/g, '')
  if (compact.length < 15 || compact.length > 34) return false
  let remainder = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    for (const digit of Number.parseInt(char, 36).toString()) {
      remainder = (remainder * 10 + Number(digit)) % 97
    }
  }
  return remainder === 1
}
