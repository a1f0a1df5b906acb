/**
 * Names of persons, customers and projects: after a context word, before a company's suffix, from a
 * given name on, and capitalised words outside the public vocabulary.
 */
import { isPublicCode } from '../../public-codes/index.ts'
import { COMPANY_WORDS, PERSON_WORDS, TITLE_WORDS } from '../reading/context-words.ts'
import { QUOTE, UPPER } from '../reading/text-features.ts'
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '../words/given-names.ts'
import { layerOf } from './rule.ts'
import { markSmallNames } from './small-names.ts'
import { wholeNames } from './whole-names.ts'
import { isLikeCommon } from '../words/misspelt.ts'
import { isPersonName } from '../words/person-names.ts'
import { SURNAMES } from '../words/surnames.ts'
import { UPPER_FIRST } from '../reading/shapes.ts'
import { isUnknown } from '../words/unknown-word.ts'
import { isComposed, isPublicPart, partsOf } from '../words/identifier-parts.ts'
import { isTechnicalWord, isPublicWord } from '../words/vocabulary.ts'
import type { Draft } from '../reading/draft.ts'
import type { Layer, Mark, Rule } from './rule.ts'
import type { Span } from './whole-names.ts'

const WORD = "\\p{Lu}[\\p{L}\\d'’]{0,30}(?:-\\p{Lu}[\\p{L}'’]{1,30})?"
/** Without the possessive. */
const RUN = `${WORD}(?<!['’]s)(?:(?: | \\p{Lu}\\. | (?:van|von|de|del|della|der|den|di|da|dos|al|bin|ibn|ben|el|la|le|zu|ter|ten)(?: (?:der|den|la))? )${WORD}(?<!['’]s)){0,3}`

/** Capitalised words that start sentences and follow a context word without being a name. */
const NO_NAME =
  /^(?:The|A|An|This|That|These|Those|It|Its|If|In|On|At|To|For|From|By|With|And|Or|But|Not|No|All|Any|Each|When|Where|Why|How|What|Who|Which|We|You|He|She|They|I|Is|Are|Was|Be|Do|Does|Use|Set|See|API|URL|ID|JSON|HTML|CSS|HTTP|SQL)$/

function isName(hit: string): boolean {
  return !NO_NAME.test(hit)
}

/** `project README`, `client APIs`, `project GitHub Release`: a document, an interface or a product. */
function isTechnology(hit: string): boolean {
  const [first = ''] = hit.split(' ')
  return (
    hit.split(/[ -]/).every((word) => /^[A-Z]{2,6}s?$/.test(word)) ||
    /^(?:README|Pages|Page|Git(?:Hub|Lab)|Issues?|Release|Docs?|Website|Wiki|Board|Settings)\b/.test(
      hit
    ) ||
    (/[a-z][A-Z]/.test(first) && isTechnicalWord(first.toLowerCase()))
  )
}

/** `client WaitStrategy`, `a class named MergingIterator`: public words in camel case. */
function isClass(hit: string, whole: string): boolean {
  return (
    /^(?:[Cc]lient|[Pp]roject|[Oo]peration|[Ss]ignature|[Nn]amed|[Mm]anager|[Oo]wner)\b/.test(
      whole
    ) &&
    /^\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}+)+$/u.test(hit) &&
    partsOf(hit).every(isPublicPart)
  )
}

export const NAME_RULES: readonly Rule[] = [
  {
    name: 'titled',
    kind: 'name',
    atGroups: TITLE_WORDS,
    pattern: new RegExp(
      `\\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Professor|Sir|Madam|Herr|Frau|Mme|Monsieur|Madame|Señora?|Sra?|Signora?)\\.? (?<hit>${RUN})`,
      'gu'
    ),
    accept: isName
  },
  {
    name: 'announced',
    kind: 'name',
    needs: UPPER,
    atGroups: PERSON_WORDS,
    pattern: new RegExp(
      `(?<![\\p{L}-])(?:[Cc]ustomer|[Cc]lient|[Tt]enant|[Vv]endor|[Pp]artner|[Cc]ompany|[Cc]olleague|[Ee]mployee|[Pp]atient|[Bb]oss|[Ww]ife|[Hh]usband|[Dd]octor|[Ll]awyer|[Cc]odename|[Cc]ode[ -]name(?:d)?|[Pp]roject|[Oo]peration|[Ii]nitiative|[Ss]ignature|[Ss]igned|[Rr]egards|[Ss]incerely|[Dd]ear|[Nn]amed|[Ff]ull[ _-]?[Nn]ame|[Ff]irst[ _-]?[Nn]ame|[Ll]ast[ _-]?[Nn]ame|[Ss]urname|[Aa]uthor|[Aa]ssignee|[Rr]eviewer|[Rr]eporter|[Cc]ontact|[Aa]ttn|[Cc]c|[Oo]wner|[Mm]anager|[Cc]ardholder|[Bb]eneficiary|[Pp]ayee|[Ss]igned-off-by|[Cc]o-authored-by|[Rr]eviewed-by|[Aa]cked-by)(?:["'\`]?(?:[,:=]| is| was| called| named) {0,2}| )["'\`]?(?<hit>${RUN})(?![\\p{L}\\d'’(-]|\\.\\p{Ll})`,
      'gu'
    ),
    accept: (hit, whole) => isName(hit) && !isTechnology(hit) && !isClass(hit, whole)
  },
  {
    name: 'quoted-name',
    kind: 'name',
    needs: QUOTE,
    atGroups: PERSON_WORDS,
    pattern:
      /\b(?:(?:full|first|last|given|family|middle|maiden|display|customer|client|tenant|company|person|employee|patient|contact|card_?holder|account_?holder)[ _-]?name|surname)["'`]?\s{0,2}[:=]\s{0,2}["'`](?<hit>[^"'`\n]{2,80})["'`]/gi
  },
  {
    name: 'company',
    kind: 'name',
    groups: COMPANY_WORDS,
    at: [UPPER_FIRST],
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(?<hit>${WORD}(?: (?:& |and |of )?${WORD}){0,3},? (?:Inc|Corp(?:oration)?|GmbH|AG|KG|UG|Ltd|Limited|LLC|LLP|PLC|plc|S\\.?A\\.?|SARL|SAS|B\\.?V\\.?|N\\.?V\\.?|Pty|Oy|AB|A\\/S|ApS|S\\.?r\\.?l\\.?|SpA|SE|Holding|Holdings|Group|Bank|Partners|Industries|Ventures|Capital))(?![\\p{L}\\d])`,
      'gu'
    ),
    accept: isName
  }
]

const announced = layerOf(NAME_RULES)

/** Words after which an ambiguous name counts as a name. */
const PERSON_CONTEXT =
  /(?:^|[^\p{L}])(?:ask(?:ed|ing)?|tell|told|thanks?|thank you|cc|ping|email|mail|call|met|meet|hi|hey|hello|dear|by|from|with|according to|contact|user|author|owner|says|said|and|for|to)[ ,:@]{1,2}$/iu

const PERSON_VERB =
  /^(?:['’]s\b| (?:said|says|wrote|asked|told|reported|thinks|thought|confirmed|called|approved|reviewed|merged|fixed|committed|lives|works|left|joined|wants|prefers|agreed|found|noticed|mentioned|began|lives|from|and)\b)/

const CAPITALISED =
  /(?<![\p{L}\d_$.@#/&<-])(?:(?:Mc|O['’]|D['’])?\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?(?:['’]\p{Ll}{1,8})?|\p{Lu}{5,24})(?![\p{L}\d_$(]|[.:/]\p{L}|<|-\p{L})/uy

/** What may follow: a middle initial, a particle, another capitalised word. */
const FOLLOWING =
  /^ (?:\p{Lu}\. |(?:van|von|de|del|della|der|den|di|da|dos|al|bin|ibn|el|la|le)(?: (?:der|den|la))? )?(?:\p{Lu}[\p{L}]{0,3}['’-])?\p{Lu}[\p{Ll}]{1,30}(?:-\p{Lu}[\p{Ll}]{1,30})?(?![\p{L}\d_(])/u

/** The possessive, and the rest of `doesn't` and `you'll`. */
const ELISION = /(?:n['’]t|['’]\p{L}*)$/u

function markCapitalised(draft: Draft, mark: Mark): void {
  const { text, words } = draft
  const found: Span[] = []
  let at = 0
  for (let i = 0; i < words.count; i++) {
    const from = words.from[i] ?? 0
    if (from < at || ((words.shape[i] ?? 0) & UPPER_FIRST) === 0) continue
    CAPITALISED.lastIndex = from
    const match = CAPITALISED.exec(text)
    if (match === null) continue
    at = from + match[0].length
    const word = match[0].replace(ELISION, '')
    const lower = word.toLowerCase()
    const after = from + word.length
    if (
      isVersioned(text, after) ||
      isCommonUse(word, text, from, after) ||
      isTechnical(word, text, from, after)
    )
      continue
    const isGiven = lower.split('-').some((part) => GIVEN_NAMES.has(part))
    if (!isGiven && !isAmbiguousName(lower, text, from, after)) {
      if (
        !isUnknown(word) ||
        isConstant(word, text.slice(after, after + 24)) ||
        isVerb(word, text, from, after)
      )
        continue
    }
    const next =
      isGiven || AMBIGUOUS_NAMES.has(lower) || !isPublicWord(lower)
        ? follow(text, after, isGiven)
        : after
    found.push({ from, to: next })
    at = next
  }
  for (const { from, to } of wholeNames(text, found)) {
    draft.replace(from, to, mark(text.slice(from, to), 'name', 'capitalised'))
  }
  draft.commit()
}

/** The end of a name that started before `from`: at most three more names. */
function follow(text: string, from: number, isGiven: boolean): number {
  let end = from
  for (let i = 0; i < 3; i++) {
    const [piece] = FOLLOWING.exec(text.slice(end, end + 90)) ?? []
    if (piece === undefined) return end
    const word = piece.slice(piece.lastIndexOf(' ') + 1)
    // After a given name the next word is the surname, even a common word; then unknown words.
    const continues = (isGiven && i === 0) || isUnknown(word) || GIVEN_NAMES.has(word.toLowerCase())
    if (!continues) return end
    end += piece.length
  }
  return end
}

const VERSIONED = /^(?: \p{Lu}[\p{L}\d]{1,20}){0,2} v?\d+(?:\.\d+)+(?![\d-]|\.\d)/u

/** `Ruby 2.6.3`, `Dropwizard Metrics 4.1.26`: what has a version is no person. */
function isVersioned(text: string, to: number): boolean {
  const after = text.slice(to, to + 56)
  return /^ \S*\d|^(?: \p{Lu}\S*){1,2} v?\d/u.test(after) && VERSIONED.test(after)
}

/** `Jan 1st`, and languages with the name of a person unless a surname or a verb follows. */
function isCommonUse(word: string, text: string, from: number, to: number): boolean {
  const after = text.slice(to, to + 16)
  if (word === 'Jan') return /^\.? \d/.test(after)
  return (
    /^(?:Ruby|Julia|Ada|Cassandra)$/.test(word) &&
    !/^ \p{Lu}\p{Ll}+/u.test(after) &&
    !PERSON_VERB.test(after.replace(/^(?: and\b|['’]s\b)/, '')) &&
    !/(?:ask|asked|tell|told|thanks?|thanks? to|cc|ping|hi|hey|hello|dear|by|says?|said)[ ,:@]{1,2}$/i.test(
      text.slice(Math.max(0, from - 12), from)
    )
  )
}

/** Files (`Caddyfile`), constants (`GOAWAY`), and words written as one that begin a sentence. */
function isTechnical(word: string, text: string, from: number, to: number): boolean {
  if (/^\p{Lu}\p{Ll}{2,}(?:files?|deps|proxy|flags|tests?)$/u.test(word)) return true
  const lower = word.toLowerCase()
  if (/^\p{Lu}{5,}$/u.test(word)) return isPublicCode(word) || isCapitals(lower, text, from, to)
  const after = text.slice(to, to + 24)
  if (GIVEN_NAMES.has(lower)) return false
  if (BEFORE_PACKAGE.test(text.slice(Math.max(0, from - 24), from)) || AFTER_PACKAGE.test(after)) {
    return true
  }
  return (
    from === 0 && isComposed(lower) && /^(?::| (?!and |said|says|is |was |has )\p{Ll})/u.test(after)
  )
}

/** What has these words beside it is a package or a format. */
const BEFORE_PACKAGE = /\b(?:package|library|gem|plugin|crate|font|framework|macro) $/
const AFTER_PACKAGE =
  /^ (?:library|package|gem|plugin|crate|syntax|fonts?|framework|migrator|licen[cs]e|bindings?|driver|adapter|reader|writer|parser|lexer|compiler|highlighter|highlighting|grammar|theme|emulator|middleware|formatter|linter|webhook|web server|starter)\b/

/** Commands, constants and conferences, unless the words beside it are those of a person. */
function isCapitals(lower: string, text: string, from: number, to: number): boolean {
  if (GIVEN_NAMES.has(lower) || SURNAMES.has(lower) || hasNeighbour(text, from, to)) return false
  if (isComposed(lower)) return true
  return (
    !PERSON_CONTEXT.test(text.slice(Math.max(0, from - 16), from)) &&
    !PERSON_VERB.test(text.slice(to, to + 16)) &&
    /\p{Ll}{2}/u.test(text)
  )
}

/** Names in capitals come in pairs. */
function hasNeighbour(text: string, from: number, to: number): boolean {
  const [before = ''] =
    /\p{Lu}{2,}(?=\.?,? $)/u.exec(text.slice(Math.max(0, from - 24), from)) ?? []
  const [after = ''] = /(?<=^,? )\p{Lu}{2,}/u.exec(text.slice(to, to + 24)) ?? []
  return [before, after].some(isPersonName)
}

/** Capitals before a word for names in code: `PYTHONSTARTUP variable`. */
function isConstant(word: string, after: string): boolean {
  return (
    /^\p{Lu}+$/u.test(word) &&
    /^ (?:env(?:ironment)? )?(?:variable|option|flag|macro|constant|error|setting|header|format)s?\b/.test(
      after
    )
  )
}

/** The first word of a sentence, with the ending of a verb and a small letter or an article after it. */
function isVerb(word: string, text: string, from: number, to: number): boolean {
  if (from > 0 && !/[.!?:;\n] ?$/.test(text.slice(Math.max(0, from - 2), from))) return false
  if (/^ (?:the|an?|all|some|any|more|unused|missing|unneeded) /.test(text.slice(to, to + 12)))
    return true
  const lower = word.toLowerCase()
  return (
    (/(?:ed|[^aeious]s|ing|ize|ise|ify)$/.test(word) || isLikeCommon(lower)) &&
    /^ (?!and |said|says|is |was |has |wrote|from )\p{Ll}/u.test(text.slice(to, to + 8))
  )
}

function isAmbiguousName(lower: string, text: string, from: number, to: number): boolean {
  if (!AMBIGUOUS_NAMES.has(lower) && !SURNAMES.has(lower)) return false
  if (PERSON_VERB.test(text.slice(to, to + 16))) return from > 0 || !/^['’]/.test(text.slice(to))
  if (PERSON_CONTEXT.test(text.slice(Math.max(0, from - 16), from))) return true
  const [piece] = FOLLOWING.exec(text.slice(to, to + 90)) ?? []
  return piece !== undefined && isUnknown(piece.slice(piece.lastIndexOf(' ') + 1))
}

export const names: Layer = (draft, mark) => {
  announced(draft, mark)
  if ((draft.features & UPPER) !== 0) markCapitalised(draft, mark)
  markSmallNames(draft, mark)
}
