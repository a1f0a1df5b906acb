/** Layer 2: what points at a person. */
import type { Rule } from './rule.ts'

export const PERSONAL_RULES: readonly Rule[] = [
  {
    name: 'email',
    kind: 'email',
    pattern: /(?<![\w.+-])[\w.+%-]{1,64}@(?:[\p{L}\d-]{1,63}\.){1,8}\p{L}{2,24}/gu,
    needs: ['@']
  },
  {
    name: 'iban',
    kind: 'iban',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    accept: isIban
  },
  {
    name: 'card',
    kind: 'card',
    pattern: /(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.-]?\d)/g,
    accept: (hit) => passesLuhn(hit.replaceAll(/\D/g, ''))
  },
  {
    name: 'phone',
    kind: 'phone',
    pattern: /(?<![\w+])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\d)/g,
    needs: ['+']
  },
  { name: 'us-ssn', kind: 'id', pattern: /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/g, needs: ['-'] }
]

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
  const compact = text.replaceAll(' ', '')
  if (compact.length < 15 || compact.length > 34) return false
  let remainder = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    for (const digit of Number.parseInt(char, 36).toString()) {
      remainder = (remainder * 10 + Number(digit)) % 97
    }
  }
  return remainder === 1
}
