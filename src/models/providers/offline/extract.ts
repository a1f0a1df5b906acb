/** Methods of the offline tier: shorten a text, pick facts, choose a label, fill a template. */
import { rankSentences, sentencesOf, wordsOf } from './sentences.ts'

/** A sentence that states something: it has a number, a name, or a verb of being or having. */
const IS_STATEMENT =
  /\d|\b(?:is|are|was|were|has|have|must|needs?|uses?|supports?|requires?|fails?|works?)\b|\s\p{Lu}\p{L}+/u

/** The sentences with the highest weight, in the order of the text. */
export function summarise(text: string, sentences: number): string {
  const all = sentencesOf(text)
  const chosen = rankSentences(all)
    .slice(0, sentences)
    .toSorted((a, b) => a - b)
  return chosen.map((i) => all[i] ?? '').join(' ')
}

/** Distinct sentences that state something, by weight. */
export function keyFacts(text: string, limit: number): string[] {
  const all = sentencesOf(text)
  const facts = rankSentences(all).map((i) => all[i] ?? '')
  return [...new Set(facts.filter((each) => IS_STATEMENT.test(each)))].slice(0, limit)
}

/**
 * The label with the most words in common with the text, else the most letter triples; the first of
 * equals.
 */
export function classify(text: string, labels: readonly string[]): string {
  const words = new Set(wordsOf(text))
  const triples = triplesOf(text)
  let best = labels[0] ?? ''
  let bestScore = -1
  for (const label of labels) {
    const own = wordsOf(label.replaceAll(/[_-]/g, ' '))
    const shared = own.filter((word) => words.has(word)).length
    const similar = [...triplesOf(label)].filter((triple) => triples.has(triple)).length
    const score = shared * 10 + similar / (label.length + 1)
    if (score > bestScore) [best, bestScore] = [label, score]
  }
  return best
}

/** A proposal by template: known facts, an experiment, a way to measure it. */
export function propose(text: string): string {
  const [subject = 'the task'] = keyFacts(text, 1)
  const facts = keyFacts(text, 4).slice(1)
  return [
    `Proposal: change one thing about this and measure it: ${subject}`,
    ...facts.map((fact) => `Known: ${fact}`),
    'Check: compare the outcome with the one before; keep the change only if it is better.'
  ].join('\n')
}

function triplesOf(text: string): Set<string> {
  const folded = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
  const triples = new Set<string>()
  for (let i = 0; i + 3 <= folded.length; i++) triples.add(folded.slice(i, i + 3))
  return triples
}
