/** Codes of countries, and digits of currencies. Data: i18n-iso-countries, currency-codes. */
import currencies from 'currency-codes'
import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { pick } from './family.ts'
import type { Choices, Family, Task } from './family.ts'

countries.registerLocale(english)

const COUNTRIES = Object.keys(countries.getAlpha2Codes())
const CURRENCIES = currencies.data

export const countryCodes: Family = {
  name: 'country and currency codes',
  options: {
    alpha3: ['the-code-and-a-letter', 'the-name', 'the-table'],
    digits: ['none', 'two', 'of-the-standard'],
    order: ['first', 'last', 'middle']
  },
  draw(random): Task {
    if (random() < 0.5) {
      const code = pick(COUNTRIES, random)
      return {
        kind: 'country',
        isSolved: (choices) => alpha3(code, choices) === countries.alpha2ToAlpha3(code)
      }
    }
    const { digits, code } = pick(CURRENCIES, random)
    return { kind: 'currency', isSolved: (choices) => digitsOf(code, choices) === digits }
  }
}

function alpha3(code: string, { alpha3: how }: Choices): string | undefined {
  if (how === 'the-table') return countries.alpha2ToAlpha3(code)
  const name = (countries.getName(code, 'en') ?? '').toUpperCase().replace(/[^A-Z]/g, '')
  return how === 'the-name' ? name.slice(0, 3) : code + (name[2] ?? 'X')
}

function digitsOf(code: string, { digits }: Choices): number | undefined {
  if (digits === 'none') return 0
  return digits === 'two' ? 2 : currencies.code(code)?.digits
}
