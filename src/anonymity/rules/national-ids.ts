/** National identity numbers: formats with a check digit where there is one. */
import { isPublicCode } from '../../public-codes/index.ts'
import { HOLDER_WORDS } from '../reading/context-words.ts'
import { DASH, DIGIT, DIGIT_CHAIN, MANY_DIGITS, UPPER } from '../reading/text-features.ts'
import {
  DIGIT_FIRST,
  FOUR,
  FROM_12,
  FROM_8,
  HAS_DIGIT,
  LONG_NUMBER,
  LOWER_FIRST,
  ONLY_DIGITS,
  THEN_DASH,
  THEN_DOT,
  THEN_SPACE,
  THREE,
  TWO,
  UPPER_FIRST
} from '../reading/shapes.ts'
import type { Rule } from './rule.ts'

/** Words that announce a number of a person. */
const HOLDERS =
  "(?:ssn|social security|nino|national insurance|passport|driv(?:er|ing)(?:'?s)? licen[cs]e|licen[cs]e (?:no|number)|tax(?:payer)? ?(?:id|no|number)|itin|vat(?: ?(?:id|no|number))?|ust-?id|steuer-?(?:id|nummer)|aadhaa?r|pan card|bsn|pesel|cpf|cnpj|curp|dni|nif|codice fiscale|insee|personnummer|personalausweis|id card|identity card|national id|medicare|nhs|mrn|patient|insurance|policy|account|acct|member|user|customer|client|employee|staff|student|claim|order|invoice|ticket|routing|sort code|iccid|imei|imsi|msisdn|vin|serial|plate)"

export const NATIONAL_IDS: readonly Rule[] = [
  {
    name: 'us-ssn',
    kind: 'id',
    needs: DIGIT_CHAIN,
    at: [ONLY_DIGITS | THREE | THEN_DASH, ONLY_DIGITS | THREE | THEN_SPACE],
    pattern: /(?<![\w-])\d{3}[- ]\d{2}[- ]\d{4}(?![\w-])/g
  },
  {
    name: 'ca-sin',
    kind: 'id',
    needs: DIGIT_CHAIN,
    at: [ONLY_DIGITS | THREE | THEN_DASH, ONLY_DIGITS | THREE | THEN_SPACE],
    pattern: /(?<![\w-])\d{3}[- ]\d{3}[- ]\d{3}(?![\w-])/g
  },
  {
    name: 'uk-nino',
    kind: 'id',
    needs: DIGIT,
    at: [UPPER_FIRST | HAS_DIGIT, UPPER_FIRST | TWO | THEN_SPACE],
    pattern: /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/g
  },
  {
    name: 'es-dni',
    kind: 'id',
    shapes: LONG_NUMBER,
    needs: UPPER,
    pattern: /\b(?:[XYZ]-?)?\d{7,8}-?[A-HJ-NP-TV-Z]\b/g
  },
  {
    name: 'fr-nir',
    kind: 'id',
    needs: MANY_DIGITS,
    at: [DIGIT_FIRST | THEN_SPACE, DIGIT_FIRST | FROM_12],
    pattern: /\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?\d{2})?\b/g
  },
  {
    name: 'it-codice-fiscale',
    kind: 'id',
    needs: MANY_DIGITS,
    at: [UPPER_FIRST | HAS_DIGIT | FROM_12, LOWER_FIRST | HAS_DIGIT | FROM_12],
    pattern: /\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b/gi
  },
  {
    name: 'br-cpf',
    kind: 'id',
    needs: DASH | DIGIT_CHAIN,
    at: [ONLY_DIGITS | TWO | THEN_DOT, ONLY_DIGITS | THREE | THEN_DOT],
    pattern: /(?<![\d.])\d{2,3}\.\d{3}\.\d{3}(?:\/\d{4})?-\d{2}(?!\d)/g
  },
  {
    name: 'in-pan',
    kind: 'id',
    at: [UPPER_FIRST | HAS_DIGIT | FROM_8],
    pattern: /\b[A-Z]{5}\d{4}[A-Z]\b/g,
    accept: (hit) => !isPublicCode(hit)
  },
  {
    name: 'in-aadhaar',
    kind: 'id',
    needs: DIGIT_CHAIN,
    at: [ONLY_DIGITS | FOUR | THEN_SPACE, ONLY_DIGITS | FOUR | THEN_DASH],
    pattern: /(?<![\d-])[2-9]\d{3}[ -]\d{4}[ -]\d{4}(?![\d-])/g
  },
  {
    name: 'nordic-id',
    kind: 'id',
    needs: MANY_DIGITS,
    at: [ONLY_DIGITS],
    pattern:
      /(?<![\w-])(?:\d{2})?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{3,4}[A-Z]?(?![\w-])/g
  },
  {
    name: 'ch-ahv',
    kind: 'id',
    needs: DIGIT_CHAIN,
    literals: ['756'],
    at: [DIGIT_FIRST],
    pattern: /\b756[.\s]?\d{4}[.\s]?\d{4}[.\s]?\d{2}\b/g
  },
  {
    name: 'mx-curp',
    kind: 'id',
    at: [UPPER_FIRST | HAS_DIGIT | FROM_12],
    pattern: /\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b/g
  },
  {
    name: 'pesel',
    kind: 'id',
    at: [DIGIT_FIRST | LONG_NUMBER],
    pattern:
      /(?<![\w.-])\d{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12]\d|3[01])\d{5}(?![\w.-]*\d)/g,
    accept: isPesel
  },
  {
    name: 'eu-vat',
    kind: 'id',
    needs: MANY_DIGITS,
    at: [
      UPPER_FIRST | HAS_DIGIT | FROM_8,
      UPPER_FIRST | HAS_DIGIT | THEN_DOT,
      UPPER_FIRST | TWO | THEN_SPACE,
      UPPER_FIRST | THREE | THEN_SPACE,
      UPPER_FIRST | THREE | THEN_DASH,
      UPPER_FIRST | FOUR | THEN_SPACE
    ],
    pattern:
      /\b(?:AT ?U\d{8}|BE ?[01]\d{9}|DE ?\d{9}|DK ?\d{8}|ES ?[A-Z]\d{7}[A-Z\d]|FR ?[A-Z\d]{2} ?\d{9}|GB ?\d{9}|IE ?\d{7}[A-Z]{1,2}|IT ?\d{11}|NL ?\d{9}B\d{2}|PL ?\d{10}|SE ?\d{12}|CHE-?\d{3}\.?\d{3}\.?\d{3})\b/g
  },
  {
    name: 'announced-id',
    kind: 'id',
    needs: DIGIT,
    atGroups: HOLDER_WORDS,
    pattern: new RegExp(
      `\\b${HOLDERS}s?(?: ?(?:no|nr|number|id|code|#))?\\.?\\s{0,2}(?:[:=#]|is|was)?\\s{0,2}["'#]?(?<hit>(?=[A-Za-z-]{0,8}\\d)[A-Za-z0-9](?:[./-]?[A-Za-z0-9]| \\d){3,24})(?![\\w.]*\\w)`,
      'gi'
    ),
    accept: (hit) => (hit.match(/\d/g)?.length ?? 0) >= 4 && !/ [a-z]/.test(hit)
  }
]

/** Weights 1 3 7 9, the last digit makes the sum a multiple of ten. */
function isPesel(digits: string): boolean {
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0) % 10 === 0
}
