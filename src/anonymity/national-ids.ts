/** Numbers by which states know their people: forms with a check where there is one. */
import { DASH, DIGIT, DOT, MANY_DIGITS, UPPER } from './features.ts'
import type { Rule } from './rule.ts'

/** Words that announce a number of a person. */
const HOLDERS =
  "(?:ssn|social security|nino|national insurance|passport|driv(?:er|ing)(?:'?s)? licen[cs]e|licen[cs]e (?:no|number)|tax(?:payer)? ?(?:id|no|number)|itin|vat(?: ?(?:id|no|number))?|ust-?id|steuer-?(?:id|nummer)|aadhaa?r|pan card|bsn|pesel|cpf|cnpj|curp|dni|nif|codice fiscale|insee|personnummer|personalausweis|id card|identity card|national id|medicare|nhs|mrn|patient|insurance|policy|account|acct|member|user|customer|client|employee|staff|student|claim|order|invoice|ticket|routing|sort code|iccid|imei|imsi|msisdn|vin|serial|plate)"

export const NATIONAL_IDS: readonly Rule[] = [
  {
    name: 'us-ssn',
    kind: 'id',
    pattern: /(?<![\w-])\d{3}[- ]\d{2}[- ]\d{4}(?![\w-])/g,
    needs: MANY_DIGITS
  },
  {
    name: 'ca-sin',
    kind: 'id',
    pattern: /(?<![\w-])\d{3}[- ]\d{3}[- ]\d{3}(?![\w-])/g,
    needs: MANY_DIGITS
  },
  {
    name: 'uk-nino',
    kind: 'id',
    pattern: /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/g,
    needs: UPPER | DIGIT
  },
  {
    name: 'es-dni',
    kind: 'id',
    pattern: /\b(?:[XYZ]-?)?\d{7,8}-?[A-HJ-NP-TV-Z]\b/g,
    needs: UPPER | MANY_DIGITS
  },
  {
    name: 'fr-nir',
    kind: 'id',
    pattern: /\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?\d{2})?\b/g,
    needs: MANY_DIGITS
  },
  {
    name: 'it-codice-fiscale',
    kind: 'id',
    pattern: /\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b/gi,
    needs: MANY_DIGITS
  },
  {
    name: 'br-cpf',
    kind: 'id',
    pattern: /(?<![\d.])\d{2,3}\.\d{3}\.\d{3}(?:\/\d{4})?-\d{2}(?!\d)/g,
    needs: DOT | DASH | MANY_DIGITS
  },
  { name: 'in-pan', kind: 'id', pattern: /\b[A-Z]{5}\d{4}[A-Z]\b/g, needs: UPPER | DIGIT },
  {
    name: 'in-aadhaar',
    kind: 'id',
    pattern: /(?<![\d-])[2-9]\d{3}[ -]\d{4}[ -]\d{4}(?![\d-])/g,
    needs: MANY_DIGITS
  },
  {
    name: 'nordic-id',
    kind: 'id',
    pattern:
      /(?<![\w-])(?:\d{2})?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{3,4}[A-Z]?(?![\w-])/g,
    needs: MANY_DIGITS
  },
  {
    name: 'ch-ahv',
    kind: 'id',
    pattern: /\b756[.\s]?\d{4}[.\s]?\d{4}[.\s]?\d{2}\b/g,
    needs: MANY_DIGITS
  },
  {
    name: 'mx-curp',
    kind: 'id',
    pattern: /\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b/g,
    needs: UPPER | DIGIT
  },
  {
    name: 'pesel',
    kind: 'id',
    pattern:
      /(?<![\w.-])\d{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12]\d|3[01])\d{5}(?![\w.-]*\d)/g,
    needs: MANY_DIGITS,
    accept: isPesel
  },
  {
    name: 'eu-vat',
    kind: 'id',
    pattern:
      /\b(?:AT ?U\d{8}|BE ?[01]\d{9}|DE ?\d{9}|DK ?\d{8}|ES ?[A-Z]\d{7}[A-Z\d]|FR ?[A-Z\d]{2} ?\d{9}|GB ?\d{9}|IE ?\d{7}[A-Z]{1,2}|IT ?\d{11}|NL ?\d{9}B\d{2}|PL ?\d{10}|SE ?\d{12}|CHE-?\d{3}\.?\d{3}\.?\d{3})\b/g,
    needs: UPPER | MANY_DIGITS
  },
  {
    name: 'announced-id',
    kind: 'id',
    pattern: new RegExp(
      `\\b${HOLDERS}s?(?: ?(?:no|nr|number|id|code|#))?\\.?\\s{0,2}(?:[:=#]|is|was)?\\s{0,2}["'#]?(?<hit>(?=[A-Za-z-]{0,8}\\d)[A-Za-z0-9](?:[./-]?[A-Za-z0-9]| \\d){3,24})(?![\\w.]*\\w)`,
      'gi'
    ),
    needs: DIGIT,
    accept: (hit) => (hit.match(/\d/g)?.length ?? 0) >= 4 && !/ [a-z]/.test(hit)
  }
]

/** Weights 1 3 7 9, the last digit makes the sum a multiple of ten. */
function isPesel(digits: string): boolean {
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0) % 10 === 0
}
