/**
 * Whether two lessons are about the same: their summaries have nearly the same words. The lesson that
 * is found is returned in place of a second one, so that a list of lessons has no five wordings of one.
 */
import { areVariants } from './variants.ts'

/** Words, with the characters that names of packages, versions and options have. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}_.+#/@-]*/gu
const LAST_MARK = /[._+#/@-]+$/u
const HAS_NUMBER = /\p{N}/u

/** Words that tell nothing. */
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the'])

/** Words of both, of the words of either: one word of seven may be another one. */
const MIN_SHARE = 0.75

export function areSimilarSummaries(a: string, b: string): boolean {
  if (areVariants(a, b)) return true
  const [one, other] = [wordsOf(a), wordsOf(b)]
  const shared = one.intersection(other).size
  // Another version, port or error code is another subject.
  const differing = [...one.symmetricDifference(other)]
  if (differing.some((word) => HAS_NUMBER.test(word))) return false
  return shared > 0 && shared >= MIN_SHARE * one.union(other).size
}

function wordsOf(text: string): Set<string> {
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? []
  const plain = words.map((word) => word.replace(LAST_MARK, ''))
  return new Set(plain.filter((word) => !ARTICLES.has(word)))
}
