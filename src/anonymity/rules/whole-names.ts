/**
 * Whole names: a name that was found grows over the words beside it which continue it, over the other
 * names of a list, and over its other places in the same text.
 */
import { isPersonName } from '../words/person-names.ts'
import { isUnknown } from '../words/unknown-word.ts'
import { isDictionaryWord } from '../words/vocabulary.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

/** Capitalised words that start sentences, headings and lists. */
const NO_PART =
  /^(?:The|An?|This|That|These|Those|Its?|If|In|On|At|To|For|From|By|With|And|Or|But|Not|No|All|Any|Each|When|Where|Why|How|What|Who|Which|We|You|He|She|They|I|Is|Are|Was|Be|Do|Does|Use|Set|See|Add|Fix|Make|Let|Get|Put|Move|Remove|Update|Bump|Merge|Revert|Support|Allow|Change|Check|Improve|Clean|Rename|Replace|Drop|Handle|Implement|Build|Run|Test|Tests|Docs|New|Old|Also|Only|Now|Then|Thanks?|Thank|Hi|Hey|Hello|Dear|As|After|Before|While|Since|Until|Under|Over|Into|Mobile|Desk|Fax|Phone|Email|Address|Name|Website|API|CLI|URL|JSON|HTML|HTTP|Please|Via|Per|Our|Your|My|His|Her|Their|So|Yes|One|Two|Street|Suite|Apt|Bot|User|Mr|Mrs|Ms|Dr)$/
const LIKE_VERB = /(?:ed|ing|ly|[^s]s)$/

const LEFT =
  /(?<![\p{L}\d_$.@#/-])(?<word>\p{Lu}[\p{L}'’-]{1,30}) (?:\p{Lu}\.? |(?:van|von|de|del|der|den|di|da|ten|bin|al) ){0,2}$/u
const RIGHT =
  /(?: (?:\p{Lu}\.? )?(?:(?:van|von|de|del|della|der|den|di|da|dos|al|bin|ibn|el|la|le|ten|ter) ){0,2})(?<word>(?:Mc|Mac|O['’]|D['’])?\p{Lu}[\p{L}-]{1,30})(?![\p{L}\d_(:]|['’]\p{L}{2}|\.\p{L})/uy
const LIST_RIGHT =
  /(?:,? (?:and|&|or) |, )(?<word>(?:Mc|Mac|O['’])?\p{Lu}\p{Ll}{1,20}(?: \p{Lu}\p{Ll}{1,20})?)(?![\p{L}\d_(/-])/uy
const LIST_LEFT = /(?<![\p{L}\d_])(?<word>\p{Lu}\p{Ll}{1,20})(?:,? (?:and|&|or) |, )$/u
const REACH = 48
const WORDS = 3

/** Sorted spans that do not overlap. */
export function wholeNames(text: string, found: readonly Span[]): Span[] {
  const grown = found.map((span) => ({ from: startOf(text, span), to: endOf(text, span) }))
  return merge([...grown, ...grown.flatMap((span) => listed(text, span)), ...repeated(text, grown)])
}

export function isNamePart(word: string): boolean {
  return isPersonName(word) || isUnknown(word)
}

function startOf(text: string, { from, to }: Span): number {
  const before = text.slice(Math.max(0, from - REACH), from)
  const match = LEFT.exec(before)
  const word = match?.groups?.['word'] ?? ''
  if (match === null || NO_PART.test(word) || LIKE_VERB.test(word)) return from
  const start = from - before.length + match.index
  const isWithin = /[\p{Ll},] $|:\s{1,8}$/u.test(text.slice(Math.max(0, start - 9), start))
  const isLine =
    /(?:^|\n)[ >?]{0,8}$/.test(text.slice(Math.max(0, start - 9), start)) &&
    /^(?:\n|$|,| from | of | will |'s )/.test(text.slice(to))
  return isWithin || isLine || isNamePart(word) ? start : from
}

function endOf(text: string, { from, to }: Span): number {
  let end = to
  for (let i = 0; i < WORDS; i++) {
    RIGHT.lastIndex = end
    const match = RIGHT.exec(text)
    const word = match?.groups?.['word'] ?? ''
    if (match === null || NO_PART.test(word) || /^\p{Lu}{2,}$/u.test(word)) return end
    // `Ada Lovelace Copyright Waiver`: a name of two words ends at a common one.
    const isWhole = text.slice(from, end).includes(' ')
    if (isWhole && !isNamePart(word) && isDictionaryWord(word.toLowerCase())) return end
    end += match[0].length
  }
  return end
}

/** Names before and after it in a list. */
function listed(text: string, { from, to }: Span): Span[] {
  const spans: Span[] = []
  let end = to
  for (let i = 0; i < 2 * WORDS; i++) {
    LIST_RIGHT.lastIndex = end
    const match = LIST_RIGHT.exec(text)
    const word = match?.groups?.['word'] ?? ''
    if (match === null || !isListed(word)) break
    end += match[0].length
    spans.push({ from: end - word.length, to: end })
  }
  let start = from
  for (let i = 0; i < WORDS; i++) {
    const before = text.slice(Math.max(0, start - REACH), start)
    const match = LIST_LEFT.exec(before)
    const word = match?.groups?.['word'] ?? ''
    if (match === null || !isListed(word)) break
    start = start - before.length + match.index
    spans.push({ from: start, to: start + word.length })
  }
  return spans
}

function isListed(words: string): boolean {
  return words.split(' ').every((word) => !NO_PART.test(word)) && words.split(' ').some(isNamePart)
}

/** Other places of the words of names. */
function repeated(text: string, spans: readonly Span[]): Span[] {
  const words = new Set(
    spans.flatMap(({ from, to }) => text.slice(from, to).match(/\p{Lu}[\p{L}'’]{2,30}/gu) ?? [])
  )
  return [...words]
    .filter((word) => isNamePart(word) && !NO_PART.test(word))
    .flatMap((word) =>
      [
        ...text.matchAll(
          new RegExp(`(?<![\\p{L}\\d_-])${RegExp.escape(word)}(?![\\p{L}\\d_])`, 'gu')
        )
      ].map(({ index }) => ({ from: index, to: index + word.length }))
    )
}

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    const last = merged.at(-1)
    if (last === undefined || span.from >= last.to) merged.push(span)
    else if (span.to > last.to) merged[merged.length - 1] = { from: last.from, to: span.to }
  }
  return merged
}
