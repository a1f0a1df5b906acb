/** Numbers of persons in Asian countries: formats, with check digits where there are any. */
import { DIGIT_CHAIN, MANY_DIGITS } from '../reading/text-features.ts'
import { LONG_NUMBER } from '../reading/shapes.ts'
import type { Rule } from './rule.ts'

const ALONE = '(?<![\\w.+/-])'
const END = '(?![\\w]|[.-]\\d)'

export const ASIAN_NUMBERS: readonly Rule[] = [
  {
    name: 'cn-resident-id',
    kind: 'id',
    shapes: LONG_NUMBER,
    pattern: /(?<![\w.-])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dX](?!\w)/gi,
    accept: isResidentId
  },
  {
    name: 'cn-mobile',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    pattern: new RegExp(`${ALONE}1[3-9]\\d(?:\\d{8}|([ -])\\d{4}\\1\\d{4})${END}`, 'g')
  },
  {
    name: 'kr-resident-id',
    kind: 'id',
    needs: DIGIT_CHAIN,
    pattern: /(?<![\w-])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[1-8]\d{6}(?![\w-])/g
  },
  {
    name: 'kr-mobile',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    pattern: new RegExp(`${ALONE}01[016789][ .-]?\\d{3,4}[ .-]?\\d{4}${END}`, 'g')
  },
  {
    name: 'jp-phone',
    kind: 'phone',
    needs: DIGIT_CHAIN,
    pattern: new RegExp(`${ALONE}0\\d{1,4}-\\d{1,4}-\\d{4}${END}`, 'g')
  },
  {
    name: 'unspaced-phone',
    kind: 'phone',
    shapes: LONG_NUMBER,
    pattern: new RegExp(`${ALONE}0[1-9]\\d{8,10}${END}`, 'g')
  },
  {
    name: 'jp-my-number',
    kind: 'id',
    needs: DIGIT_CHAIN,
    pattern: /(?<![\w.-])\d{4}([ -]?)\d{4}\1\d{4}(?![\w-])/g,
    accept: isMyNumber
  },
  {
    name: 'in-aadhaar',
    kind: 'id',
    needs: DIGIT_CHAIN,
    pattern: /(?<![\w.-])[2-9]\d{3}([ -]?)\d{4}\1\d{4}(?![\w-])/g,
    accept: passesVerhoeff
  },
  {
    name: 'in-mobile',
    kind: 'phone',
    needs: MANY_DIGITS,
    pattern: new RegExp(`${ALONE}(?:(?:91|0)[ -]?)?[6-9]\\d{4}[ -]?\\d{5}${END}`, 'g')
  },
  {
    name: 'th-id',
    kind: 'id',
    needs: DIGIT_CHAIN,
    pattern: /(?<![\w.-])[1-8]-?\d{4}-?\d{5}-?\d{2}-?\d(?![\w-])/g,
    accept: isThaiId
  }
]

/** GB 11643: weights 2^17 to 2 modulo 11; the check character is X for 10. */
function isResidentId(hit: string): boolean {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(hit[i]) * (2 ** (17 - i) % 11)
  return '10X98765432'.charAt(sum % 11) === hit.slice(17).toUpperCase()
}

/** Weights 2 to 7 from the right, twice; remainders 0 and 1 give the check digit 0. */
function isMyNumber(hit: string): boolean {
  const digits = hit.replaceAll(/\D/g, '')
  let sum = 0
  for (let i = 0; i < 11; i++) sum += Number(digits[10 - i]) * ((i % 6) + 2)
  const rest = sum % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}

/** Weights 13 to 2 modulo 11. */
function isThaiId(hit: string): boolean {
  const digits = hit.replaceAll(/\D/g, '')
  let sum = 0
  for (let i = 0; i < 12; i++) sum += Number(digits[i]) * (13 - i)
  return Number(digits[12]) === (11 - (sum % 11)) % 10
}

/** Verhoeff, Error Detecting Decimal Codes (1969): products of the dihedral group of order ten. */
function passesVerhoeff(hit: string): boolean {
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
  const digits = hit.replaceAll(/\D/g, '')
  let check = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i])
    for (let times = i % 8; times > 0; times--) digit = permutation[digit] ?? 0
    check = dihedral(check, digit)
  }
  return check === 0
}

function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)
  return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5
}
