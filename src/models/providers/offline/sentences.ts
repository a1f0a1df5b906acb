/** Sentences and their weights, by rule: the basis of the offline tier. */

const SENTENCE = /[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)/g

/** Frequent words without meaning of their own. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  'a an and are as at be been but by can did do does for from had has have he her his i if in into is it its may more most no not of on or our she should so some such than that the their them then there these they this those to was we were what when which who will with would you your'.split(
    ' '
  )
)

export function sentencesOf(text: string): string[] {
  return (text.match(SENTENCE) ?? []).map((each) => each.trim()).filter((each) => each !== '')
}

export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'_-]*/gu) ?? []).filter(
    (word) => !STOP_WORDS.has(word)
  )
}

/**
 * Indexes of sentences by weight: the mean frequency of their words in the text, as in Luhn, "The
 * automatic creation of literature abstracts" (1958), with a small bonus for the first sentence.
 */
export function rankSentences(sentences: readonly string[]): number[] {
  const counts = new Map<string, number>()
  const words = sentences.map((sentence) => wordsOf(sentence))
  for (const word of words.flat()) counts.set(word, (counts.get(word) ?? 0) + 1)
  const weights = words.map((each, i) => {
    const sum = each.reduce((total, word) => total + (counts.get(word) ?? 0), 0)
    return (each.length === 0 ? 0 : sum / Math.sqrt(each.length)) + (i === 0 ? 1 : 0)
  })
  return weights.map((_, i) => i).toSorted((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b)
}
