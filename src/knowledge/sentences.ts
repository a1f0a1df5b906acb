/**
 * Whether the full stop at the end of a text closes a sentence of prose, so that it is no part of
 * what the text says. Behind code it may be a part: `cd .`, `example.com.`, `[0-9].`, `5.`, `etc.`
 *
 * The rule looks at the text with its stop, and takes it for a sentence only if all of these hold:
 *
 * - It has several words, or four letters of a script that writes without spaces.
 * - Its last word is a plain word: letters, perhaps with an apostrophe inside, and no abbreviation.
 *   In a sentence with a function word it may also be a number, end with a quote, or with a bracket
 *   around plain words.
 * - No operator, pair of braces or option stands before it, and no command line that a program
 *   begins.
 * - It has a letter beyond ASCII, begins with a capital like a sentence, or has a function word that
 *   no program language has. With four other words any function word will do.
 */

/** Letters of scripts that write without spaces. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu

/** Fewer letters than these may be one word, the cell of a table. */
const MIN_UNSPACED = 4

const PLAIN_WORD = /^\p{L}[\p{L}\p{M}]*(?:'\p{L}[\p{L}\p{M}]*)*$/u
const BEYOND_ASCII = /(?!\p{ASCII})\p{L}/u

/** A capital inside of a word that is no acronym: `GitHub`, `nodeId`. */
const CAMEL_CASE = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}/u

/** Words of ASCII letters without a vowel are names and abbreviations: `zsh`, `src`. */
const VOWEL = /[aeiouy]/iu
const ACRONYM = /^\p{Lu}+$/u

/** A number, a date or a time: digits with separators, and perhaps a percent sign. */
const NUMBER = /^[\u2264\u2265\u00b1]?\p{Nd}+(?:[.,:/-]\p{Nd}+)*%?$/u
/** A unit or a percent sign that stands behind a number: `30 ms`, `5 %`. */
const UNIT = /^(?:%|\p{L}{1,3})$/u

/** A first word in sentence case. */
const SENTENCE_CASE = /^["'(]?(?:\p{Lu}[\p{Ll}\p{M}']+|[AI])[,"']?$/u

const SMALL_WORD = /^\p{Ll}[\p{Ll}\p{M}']+$/u

/** Marks around and behind a word of prose. */
const OUTER = /^["'(]+|[)"',;:]+$/gu

/** What prose has in quoted code alone; an operator that stands alone, but for a dash and a percent sign. */
const OPERATOR = /[={}|\\]|(?: |^)(?!-(?: |$)|[%&](?: |$))[-+*/<>&!?~^%:;.@#$]+(?: |$)/u
const QUOTED_CODE = /`[^`]*`/gu
const CODE = '"code"'

/** Words before the stop that are looked at in what is a sentence otherwise. */
const TAIL = 4

const COLON = /[:\uff1a](?: |$)/gu

/** An option, a path or a variable: what comes behind it may be its value. */
const ARGUMENT = /^[-./~$@#<+&]|[/$<>@#\\~]|\(.*\)|\[.*\]|^\p{Ll}+::/u

/** Function words that are no keywords of programs, in the languages that use ASCII letters most. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  `the an it its it's are was were be been has have had does did doesn't don't didn't isn't aren't
   will would should must may might cannot can't they we you he she that these those which who
   there but because than so our their your his her them us very only also never always still
   der das die ist sind nicht wird werden und oder dem den ein eine einen wenn
   les est une des dans que qui pas sont pour avec
   los las una por para con el muy
   che sono gli della nel
   het een niet zijn wordt van
   uma dos nao
   yang ini adalah dan tidak untuk
   jest nie oraz bir ve ile`.split(/\s+/u)
)

/** Function words that are keywords of programs too: they make a sentence only after a capital, or with some other words. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'a is in of to for on at by as with from if not and or no this when where then all any i do'.split(
    ' '
  )
)

/** What begins a line of code in small letters. */
const STATEMENTS: ReadonlySet<string> = new Set(
  `select insert update delete create alter drop grant revoke join import from export return if else
   elif for foreach while until unless with try catch except raise throw let const var def class
   function fn func public private protected static final void int string bool type interface enum
   struct use using require include package module case switch default match async await yield new`.split(
    /\s+/u
  )
)

/** Words other than keywords that make a sentence with one, if it begins with a small letter. */
const MIN_OTHERS = 4

/** Abbreviations that end with a stop, and names that may. */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  `etc approx vs inc ltd co corp dept fig figs vol no nos op ed eds et al cf ca viz resp incl excl
   est ave mr mrs ms dr jr sr st prof gen hon rev gov sec min max avg temp tel ext ref refs art ch
   jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
   usw bzw ggf evtl inkl exkl nr str abs ca sog vgl env ex localhost
   \u0434\u0440 \u043f\u0440 \u0433 \u0433\u0433 \u0440\u0443\u0431 \u0442\u044b\u0441 \u043c\u043b\u043d \u0443\u043b \u0441\u0442\u0440 \u0438\u043c`.split(
    /\s+/u
  )
)

/** Programs whose names are no words of prose: what follows them is a command line. */
const PROGRAMS: ReadonlySet<string> = new Set(
  `git npm npx yarn pnpm bun deno docker podman kubectl helm terraform ansible ssh scp rsync curl
   wget grep rg sed awk sudo apt apk brew dnf pip pipx uv cargo rustc gcc clang cmake tar chmod chown
   mkdir rmdir rm cp mv ls cd echo printf xargs systemctl journalctl psql mysql sqlite python ruby
   perl php vim tmux jq`.split(/\s+/u)
)

/** Whether a text, given without the stop that ends it, is a sentence. */
export function isSentence(open: string): boolean {
  const whole = open.replace(QUOTED_CODE, CODE)
  // What stands behind a colon is judged alone: it may be typed, a pattern or a value.
  const text = whole.split(COLON).at(-1) ?? ''
  const tokens = text.split(' ')
  const words = tokens.map((token) => token.replace(OUTER, ''))
  const isForeign = BEYOND_ASCII.test(tokens.length > 2 ? text : (tokens.at(-1) ?? ''))
  const isProse = isForeign || hasFunctionWord(tokens, words)
  const begins = beginsSentence(tokens, words)
  if (isCommand(words)) return false
  if (OPERATOR.test(isProse && begins ? tokens.slice(-TAIL).join(' ') : whole)) return false
  if ((text.match(UNSPACED)?.length ?? 0) >= MIN_UNSPACED) return endsUnspaced(tokens)
  if (tokens.length < 2) return false
  return endsPlainly(tokens)
    ? isProse || begins
    : isProse && tokens.length > 2 && endsClosed(text, tokens)
}

/** Words of other scripts may be glued to the last one. */
function endsUnspaced(tokens: readonly string[]): boolean {
  const last = tokens.at(-1) ?? ''
  const ascii = /[\x21-\x7e]*$/u.exec(last)?.[0] ?? ''
  if (ascii === '') return true
  const isAlone = ascii.length === last.length
  return (PLAIN_WORD.test(ascii) && endsPlainly(['', ascii])) || (NUMBER.test(ascii) && !isAlone)
}

function hasFunctionWord(tokens: readonly string[], words: readonly string[]): boolean {
  const mayHaveKeywords = SENTENCE_CASE.test(tokens[0] ?? '') || isLongInSmall(words)
  return words.some((word, i) => {
    const small = i === 0 ? word.toLowerCase() : word
    return FUNCTION_WORDS.has(small) || (mayHaveKeywords && KEYWORDS.has(small))
  })
}

function isLongInSmall(words: readonly string[]): boolean {
  const others = words.filter((word) => SMALL_WORD.test(word) && !KEYWORDS.has(word))
  return others.length >= MIN_OTHERS && !STATEMENTS.has(words[0] ?? '')
}

/** A capital, and two words in small letters. */
function beginsSentence(tokens: readonly string[], words: readonly string[]): boolean {
  const [first = ''] = tokens
  if (first !== CODE && !SENTENCE_CASE.test(first)) return false
  return words.slice(1).filter((word) => SMALL_WORD.test(word)).length > 1
}

/** Whether a program comes first, or before the last word, and no function word behind it. */
function isCommand(words: readonly string[]): boolean {
  const [first = '', second = ''] = words
  if (PROGRAMS.has(first) && !FUNCTION_WORDS.has(second)) return true
  const at = words.findLastIndex((word) => PROGRAMS.has(word))
  if (at === -1 || at === words.length - 1) return false
  return !words.slice(at).some((word) => FUNCTION_WORDS.has(word))
}

function endsPlainly(tokens: readonly string[]): boolean {
  const [before = '', last = ''] = tokens.slice(-2)
  if (!PLAIN_WORD.test(last) || CAMEL_CASE.test(last) || ARGUMENT.test(before)) return false
  if (ABBREVIATIONS.has(last.toLowerCase())) return false
  if (BEYOND_ASCII.test(last)) return true
  return last.length > 1 && (ACRONYM.test(last) || VOWEL.test(last))
}

/** A number, a quotation or a bracket at the end of a sentence with a function word. */
function endsClosed(text: string, tokens: readonly string[]): boolean {
  const last = tokens.at(-1) ?? ''
  const before = tokens.at(-2) ?? ''
  if (ARGUMENT.test(before)) return false
  if (NUMBER.test(last)) return PLAIN_WORD.test(before)
  if (UNIT.test(last) && NUMBER.test(before)) return true
  const closed = / (?:"[^"]*"|'[^' ]*'|\(([^()]*)\))$/u.exec(text)
  if (closed === null) return false
  const [, inside] = closed
  return (
    inside === undefined ||
    inside.split(' ').every((word) => PLAIN_WORD.test(word) || NUMBER.test(word))
  )
}
