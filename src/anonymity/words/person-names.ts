/** Names of persons: given names, those that are words as well, and frequent surnames. */
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from './given-names.ts'
import { SURNAMES } from './surnames.ts'

export function isPersonName(word: string): boolean {
  const lower = word.toLowerCase()
  return GIVEN_NAMES.has(lower) || AMBIGUOUS_NAMES.has(lower) || SURNAMES.has(lower)
}
