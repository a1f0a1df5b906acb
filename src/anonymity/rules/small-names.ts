/** Names in small letters: after words that announce them, and given names in texts without capitals. */
import { PERSON_WORDS, TITLE_WORDS } from '../reading/context-words.ts'
import { UPPER } from '../reading/text-features.ts'
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '../words/given-names.ts'
import { SURNAMES } from '../words/surnames.ts'
import { isUnknown } from '../words/unknown-word.ts'
import { isPublicWord } from '../words/vocabulary.ts'
import type { Draft } from '../reading/draft.ts'
import type { Mark } from './rule.ts'

const WORD = "\\p{Ll}[\\p{Ll}\\p{M}'’-]{1,30}(?<!['’]s?)"
const MORE = `(?: \\p{Ll}\\.?(?= ))?(?: (?:van|von|de|del|der|den|di|da|ten|bin|al) )? ?`

/** After these, words that no list has are names. */
const ANNOUNCED = new RegExp(
  `(?<![\\p{L}\\d_.-])(?:(?:my|his|her|their|the customer['’]s?) name is|name['’]s|i am|i['’]m|follow up with|speak (?:to|with)|talk to|meeting with|regards,?|sincerely,?|dear|mr\\.?|mrs\\.?|ms\\.?|dr\\.?|prof\\.?|heard|change it to|my (?:kid|son|daughter|wife|husband|partner|friend)|partner['’]s name|on behalf of|name:)\\s{1,8}(?<hit>${WORD}(?:(?: \\p{Ll}\\.?)? ${WORD}){0,2})`,
  'gu'
)
const GIVEN = new RegExp(`(?<![\\p{L}\\d_.@/-])${WORD}(?![\\p{L}\\d_/(=-]|\\.\\p{L})`, 'gu')
const NEXT = new RegExp(`${MORE}(?<word>${WORD})(?![\\p{L}\\d_/(=-])`, 'uy')
const MIN_WORDS = 3

export function markSmallNames(draft: Draft, mark: Mark): void {
  if ((draft.groups & (PERSON_WORDS | TITLE_WORDS)) !== 0) markAnnounced(draft, mark)
  const { text } = draft
  if ((draft.features & UPPER) !== 0 || /\p{Lu}/u.test(text) || !/\p{Ll}/u.test(text)) return
  if ((text.match(/\p{L}+/gu)?.length ?? 0) < MIN_WORDS) return
  let next = 0
  for (const { 0: word, index } of text.matchAll(GIVEN)) {
    if (index < next || !GIVEN_NAMES.has(word)) continue
    let end = index + word.length
    NEXT.lastIndex = end
    const match = NEXT.exec(text)
    const following = match?.groups?.['word'] ?? ''
    const isSurname = following !== '' && (isUnknown(following) || SURNAMES.has(following))
    if (!isSurname && isPublicWord(word) && !hasOtherNames(text, word)) continue
    if (isSurname) end += match?.[0].length ?? 0
    draft.replace(index, end, mark(text.slice(index, end), 'name', 'small'))
    next = end
  }
  draft.commit()
}

function markAnnounced(draft: Draft, mark: Mark): void {
  const { text } = draft
  for (const { 0: whole, index, groups } of text.matchAll(ANNOUNCED)) {
    const hit = groups?.['hit'] ?? ''
    const words = hit.split(' ')
    const last = words.findLastIndex((word) => isPart(word))
    if (last < 0 || !isPart(words[0] ?? '')) continue
    const from = index + whole.length - hit.length
    const to = from + words.slice(0, last + 1).join(' ').length
    draft.replace(from, to, mark(text.slice(from, to), 'name', 'announced-small'))
  }
  draft.commit()
}

function isPart(word: string): boolean {
  return GIVEN_NAMES.has(word) || AMBIGUOUS_NAMES.has(word) || SURNAMES.has(word) || isUnknown(word)
}

/** Whether the text has other given names, as lists of persons and dialogues have. */
function hasOtherNames(text: string, word: string): boolean {
  return (text.match(/\p{Ll}+/gu) ?? []).some(
    (other) => other !== word && GIVEN_NAMES.has(other) && !isPublicWord(other)
  )
}
