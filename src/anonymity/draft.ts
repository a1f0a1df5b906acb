/**
 * A text on its way through the layers, read in one pass each time it has changed: what it has
 * (`features.ts`), where its words begin and what shape they have (`shapes.ts`), and which of them
 * announce something (`announcing.ts`). Rules are tried only where these say that they can match.
 */
import { endianness } from 'node:os'
import { groupsOf, groupsOfEnding } from './announcing.ts'
import { mayBeginToken } from './token-beginnings.ts'
import {
  ASCII,
  CONTENT_OF,
  FEATURE_OF,
  FIRST_OF,
  HIDDEN,
  KIND_OF,
  LETTER,
  NOT_HEX,
  NUMBER,
  SIGN,
  THEN_OF,
  WHITE
} from './characters.ts'
import {
  CONTROL,
  DIGIT,
  DIGIT_CHAIN,
  LONG_DIGIT_CHAIN,
  DOT_SLASH,
  LONG_RUN,
  LONG_WORD,
  MANY_DIGITS,
  NON_ASCII,
  OPTION,
  SLASHES,
  SLASH_COLON,
  SLASH_DOT,
  SPELLED,
  UPPER
} from './features.ts'
import {
  CAMEL,
  FOUR,
  FRACTION,
  FROM_12,
  FROM_26,
  FROM_8,
  HAS_DIGIT,
  HAS_LOWER,
  HAS_UPPER,
  LABEL,
  LINE_START,
  LONG_NUMBER,
  LOWER_FIRST,
  NON_ASCII_FIRST,
  ONE,
  ONLY_DIGITS,
  ONLY_HEX,
  POSTAL,
  SIGN_FIRST,
  THEN_NON_ASCII,
  THREE,
  TWO,
  UPPER_FIRST,
  UPPER_LABEL
} from './shapes.ts'

/** So many characters has the shortest token that is taken for a secret wherever it stands. */
const LONG_WORD_LENGTH = 14
const CASE_CHANGES = 3
const MANY = 7
const LONG_ROW = 7
const POSTAL_ROW = 4
const CHAIN = 9
const LONG_CHAIN = 13
const CHAIN_GAP = 2
const SPELLED_WORDS = 10
const SLASH_COUNT = 3
/** Letters by which announcing words are known, of five bits each. */
const SHORTEST = 64
const IS_BIG_ENDIAN = endianness() === 'BE'
const PREFIX = 4
const SUFFIX = 3

const LINE_FEED = 10
const SPACE = 32
const DOLLAR = 36
const OPEN = 40
const CLOSE = 41
const HYPHEN = 45
const FULL_STOP = 46
const SLASH = 47
const ZERO = 48
const COLON = 58
const UNDERSCORE = 95
const SMALL_A = 97

const CAPITAL = /\p{Lu}/u
/** Hosts may have letters of Latin beyond ASCII. */
const LATIN_FROM = 0xc0
const LATIN_TO = 0x24f
const SURROGATES_FROM = 0xd800
const MARKS_FROM = 0xe000
const MARKS_TO = 0xf8ff

const LETTERS = HAS_UPPER | HAS_LOWER
const CAPITAL_BEYOND = NON_ASCII_FIRST | UPPER_FIRST
/** By length; the last one is that of all longer words. */
const LENGTHS = Int32Array.from({ length: 27 }, (_, length) => lengthShape(length))

/** Where words begin, with the shape and the groups of each. */
interface Words {
  readonly from: Int32Array
  readonly shape: Int32Array
  readonly groups: Int32Array
}

/** What a stretch without white space may be: random, or a token of a known format. */
export const OPAQUE = 1
export const TOKEN = 2

export class Draft {
  text = ''
  /** Features of the text, and those of all its words. */
  features = 0
  /** Private-use characters, which stand for findings; in a text as it comes they are none. */
  hasMarks = false
  shapes = 0
  groups = 0
  wordCount = 0
  words: Words = wordsFor(0)
  /** Stretches of `LONG_WORD_LENGTH` characters without white space: from, to, and what they may be. */
  readonly long: number[] = []

  /** The text's code units: reading them from a string takes three times as long. */
  #codes = new Uint16Array(0)
  #bytes = Buffer.alloc(0)
  /** What was replaced since the last commit, and the text with it up to there. */
  readonly #edits: number[] = []
  #result = ''
  #copied = 0
  #isCut = false
  #digits = 0
  /** Of digits with little between them: how many, and what is between. */
  #chain = 0
  #gap = 0
  /** Words of one character in a row. */
  #spelled = 0
  /** Of what has no white space in it. */
  #from = 0
  #isOpaque = false
  #changes = 0
  #slashes = 0
  #hasDot = false
  #mayHoldToken = false

  constructor(text = '') {
    this.read(text)
  }

  read(text: string): void {
    this.text = text
    this.features = 0
    this.hasMarks = false
    this.shapes = 0
    this.groups = 0
    this.wordCount = 0
    this.long.length = 0
    this.#digits = 0
    this.#spelled = 0
    this.#chain = 0
    this.#gap = 0
    this.#copy(text)
    this.#beginStretch(0)
    const codes = this.#codes
    const { length } = text
    let previous = LINE_FEED
    let i = 0
    while (i < length) {
      const code = codes[i] ?? SPACE
      const kind = code < ASCII ? (KIND_OF[code] ?? SIGN) : foreignKind(code)
      if (kind === LETTER || kind === NUMBER) {
        i = this.#readWord(i, previous)
        previous = SMALL_A
        continue
      }
      if (kind === WHITE) this.#endStretch(i)
      else if (code >= ASCII) this.#readForeign(code, i, previous)
      else {
        if (kind === HIDDEN) this.features |= CONTROL
        this.#readSign(code, i, previous)
      }
      previous = code
      i += 1
    }
    this.#endStretch(length)
    let features = this.features
    if ((this.shapes & (UPPER_FIRST | HAS_UPPER)) !== 0) features |= UPPER
    if (this.#digits > 0) features |= DIGIT
    if (this.#digits >= MANY) features |= MANY_DIGITS
    this.features = features
  }

  /** Puts `mark` in the place of what is between `from` and `to`; from left to right, then `commit`. */
  replace(from: number, to: number, mark: string): void {
    const { text } = this
    this.#result += text.slice(this.#copied, from) + mark
    this.#copied = to
    this.#edits.push(from, to)
    if (isWithinWord(text, from) || isWithinWord(text, to)) this.#isCut = true
  }

  /** What was replaced is no longer there: its words go, and those after it move. */
  commit(): void {
    if (this.#edits.length === 0) return
    const text = this.#result + this.text.slice(this.#copied)
    if (this.#isCut) this.read(text)
    else {
      this.text = text
      this.hasMarks = true
      this.#moveWords()
      this.#moveLong()
    }
    this.#edits.length = 0
    this.#result = ''
    this.#copied = 0
    this.#isCut = false
  }

  #moveWords(): void {
    const { from, shape, groups } = this.words
    const edits = this.#edits
    let edit = 0
    let shift = 0
    let count = 0
    for (let i = 0; i < this.wordCount; i++) {
      const at = from[i] ?? 0
      while (edit < edits.length && at >= (edits[edit + 1] ?? 0)) {
        shift += (edits[edit + 1] ?? 0) - (edits[edit] ?? 0) - 1
        edit += 2
      }
      if (edit < edits.length && at >= (edits[edit] ?? 0)) continue
      from[count] = at - shift
      shape[count] = shape[i] ?? 0
      groups[count] = groups[i] ?? 0
      count += 1
    }
    this.wordCount = count
  }

  #moveLong(): void {
    const { long } = this
    const edits = this.#edits
    let edit = 0
    let shift = 0
    const moved = (at: number): number => {
      while (edit < edits.length && at >= (edits[edit + 1] ?? 0)) {
        shift += (edits[edit + 1] ?? 0) - (edits[edit] ?? 0) - 1
        edit += 2
      }
      // Within what was replaced, which may have white space in it: where that begins.
      return edit < edits.length ? Math.min(at, edits[edit] ?? 0) - shift : at - shift
    }
    let count = 0
    for (let i = 0; i + 2 < long.length; i += 3) {
      const from = moved(long[i] ?? 0)
      const to = moved(long[i + 1] ?? 0)
      if (to - from < LONG_WORD_LENGTH) continue
      long[count] = from
      long[count + 1] = to
      long[count + 2] = long[i + 2] ?? 0
      count += 3
    }
    long.length = count
  }

  #copy(text: string): void {
    const { length } = text
    if (this.#codes.length < length + 3) {
      this.words = wordsFor(2 * length + SHORTEST)
      this.#codes = new Uint16Array(2 * length + SHORTEST)
      this.#bytes = Buffer.from(this.#codes.buffer)
    }
    this.#bytes.write(text, 'utf16le')
    if (IS_BIG_ENDIAN) this.#bytes.subarray(0, 2 * length).swap16()
    this.#codes.fill(SPACE, length, length + 3)
  }

  /** A word from `from` on; returns where it ends. */
  #readWord(from: number, previous: number): number {
    const { wordCount } = this
    const codes = this.#codes
    let i = from
    let content = 0
    let longest = 0
    let code = codes[i] ?? SPACE
    this.#begin(i, FIRST_OF[code] ?? 0, previous)
    if (mayBeginToken(code, codes[i + 1] ?? 0, codes[i + 2] ?? 0, codes[i + 3] ?? 0))
      this.#mayHoldToken = true
    for (;;) {
      const digitsFrom = i
      while (code >= ZERO && code < COLON) {
        i += 1
        code = codes[i] ?? SPACE
      }
      if (i > digitsFrom) {
        content |= HAS_DIGIT
        if (i - digitsFrom > longest) longest = i - digitsFrom
        this.#readDigits(i - digitsFrom)
      }
      const lettersFrom = i
      let pieceFrom = i
      let last = 0
      for (;;) {
        const bits = code < ASCII ? (CONTENT_OF[code] ?? 0) : 0
        if ((bits & LETTERS) === 0) break
        if ((last & HAS_LOWER) !== 0 && (bits & HAS_UPPER) !== 0) {
          content |= CAMEL
          this.#changes += 1
          this.#announce(pieceFrom, i)
          pieceFrom = i
        }
        content |= bits
        last = bits
        i += 1
        code = codes[i] ?? SPACE
      }
      if (i === lettersFrom) break
      this.#chain = 0
      this.#announce(pieceFrom, i)
      // `iPhone` by itself, as well as `Phone`.
      if (pieceFrom > lettersFrom) this.#announce(lettersFrom, i)
      if (code < ZERO || code >= COLON) break
    }
    if (longest < POSTAL_ROW) this.#refuse(wordCount)
    else if (longest >= LONG_ROW) content |= LONG_NUMBER
    this.#end(wordCount, i - from, content, thenOf(code))
    return i
  }

  #readDigits(count: number): void {
    this.#digits += count
    this.#isOpaque = true
    this.#gap = 0
    this.#chain += count
    if (this.#chain >= CHAIN) this.features |= DIGIT_CHAIN
    if (this.#chain >= LONG_CHAIN) this.features |= LONG_DIGIT_CHAIN
  }

  #readForeign(code: number, at: number, previous: number): void {
    this.#chain = 0
    if (isMark(code)) {
      this.hasMarks = true
      return
    }
    this.features |= NON_ASCII
    const first = foreignFirst(code)
    if (first === 0) return
    this.shapes |= first
    this.#begin(at, first, previous)
  }

  #readSign(code: number, at: number, previous: number): void {
    this.features |= FEATURE_OF[code] ?? 0
    this.#gap += 1
    if (code === HYPHEN) {
      if (previous <= SPACE) this.features |= OPTION
    } else if (code === FULL_STOP) {
      if (this.#slashes > 0) this.features |= SLASH_DOT
      this.#hasDot = true
    } else if (code === SLASH) {
      if (this.#hasDot) this.features |= DOT_SLASH
      this.#slashes += 1
      if (this.#slashes === SLASH_COUNT) this.features |= SLASHES
    } else if (code !== OPEN && code !== CLOSE) {
      this.#chain = 0
      if (code === COLON) {
        if (this.#slashes > 0) this.features |= SLASH_COLON
      } else if ((code === UNDERSCORE || code === DOLLAR) && !isWordCode(previous)) {
        this.shapes |= SIGN_FIRST
        this.#begin(at, SIGN_FIRST, previous)
      }
    }
    if (this.#gap > CHAIN_GAP) this.#chain = 0
  }

  #beginStretch(at: number): void {
    this.#from = at
    this.#isOpaque = false
    this.#changes = 0
    this.#slashes = 0
    this.#hasDot = false
    this.#mayHoldToken = false
  }

  /** White space, or the end of the text. */
  #endStretch(at: number): void {
    const size = at - this.#from
    if (size >= LONG_WORD_LENGTH) {
      const isOpaque = this.#isOpaque || this.#changes >= CASE_CHANGES
      this.features |= isOpaque ? LONG_RUN | LONG_WORD : LONG_RUN
      this.long.push(this.#from, at, (isOpaque ? OPAQUE : 0) | (this.#mayHoldToken ? TOKEN : 0))
    }
    if (size === 1) {
      this.#spelled += 1
      if (this.#spelled === SPELLED_WORDS) this.features |= SPELLED
    } else if (size > 0) this.#spelled = 0
    this.#gap += 1
    if (this.#gap > CHAIN_GAP) this.#chain = 0
    this.#beginStretch(at + 1)
  }

  #begin(at: number, first: number, previous: number): void {
    const { wordCount, words } = this
    let shape = first
    if (previous === LINE_FEED) shape |= LINE_START
    if (previous === FULL_STOP) {
      if ((first & LOWER_FIRST) !== 0) shape |= LABEL
      else shape |= (first & UPPER_FIRST) !== 0 ? UPPER_LABEL : FRACTION
    } else if (previous === HYPHEN || previous === SPACE) shape |= POSTAL
    words.from[wordCount] = at
    words.shape[wordCount] = shape
    words.groups[wordCount] = 0
    this.wordCount = wordCount + 1
  }

  /** A number of few digits is neither a fraction nor a postal code. */
  #refuse(word: number): void {
    const { shape } = this.words
    shape[word] = (shape[word] ?? 0) & ~(FRACTION | POSTAL)
  }

  /** All that has begun since `word` did has its shape but for how it begins. */
  #end(word: number, length: number, content: number, then: number): void {
    let shape = (content & ~NOT_HEX) | then | (LENGTHS[length < 26 ? length : 26] ?? 0)
    if ((content & NOT_HEX) === 0) shape |= ONLY_HEX
    if ((content & LETTERS) === 0) shape |= ONLY_DIGITS
    const { shape: shapes } = this.words
    for (let i = word; i < this.wordCount; i++) {
      const whole = (shapes[i] ?? 0) | shape
      shapes[i] = whole
      this.shapes |= whole
    }
  }

  /** The letters from `from` to `to` may announce something; so may those within a word: `dbPassword`. */
  #announce(from: number, to: number): void {
    const { text, words } = this
    const codes = this.#codes
    // Single letters among digits are no words.
    if (to - from === 1 && ((CONTENT_OF[codes[from - 1] ?? SPACE] ?? 0) & HAS_DIGIT) !== 0) return
    let letters = 0
    const prefixTo = Math.min(to, from + PREFIX)
    for (let i = from; i < prefixTo; i++) letters = (letters << 5) | ((codes[i] ?? 0) & 31)
    let tail = 0
    for (let i = Math.max(from, to - SUFFIX); i < to; i++) {
      tail = (tail << 5) | ((codes[i] ?? 0) & 31)
    }
    this.groups |= groupsOfEnding(text, to, tail)
    const groups = groupsOf(letters)
    if (groups === 0) return
    this.groups |= groups
    let index = this.wordCount - 1
    while (index >= 0 && (words.from[index] ?? 0) > from) index -= 1
    if (index < 0 || words.from[index] !== from) {
      index += 1
      this.#insert(index, from)
    }
    words.groups[index] = (words.groups[index] ?? 0) | groups
  }

  #insert(index: number, from: number): void {
    const { words, wordCount } = this
    if (index < wordCount) {
      for (const each of [words.from, words.shape, words.groups]) {
        each.copyWithin(index + 1, index, wordCount)
      }
    }
    words.from[index] = from
    words.shape[index] = FIRST_OF[this.#codes[from] ?? 0] ?? 0
    words.groups[index] = 0
    this.wordCount = wordCount + 1
  }
}

function lengthShape(length: number): number {
  const exact = [0, ONE, TWO, THREE, FOUR][length] ?? 0
  return (
    exact | (length >= 8 ? FROM_8 : 0) | (length >= 12 ? FROM_12 : 0) | (length >= 26 ? FROM_26 : 0)
  )
}

function wordsFor(length: number): Words {
  return {
    from: new Int32Array(length),
    shape: new Int32Array(length),
    groups: new Int32Array(length)
  }
}

function foreignKind(code: number): number {
  return code === 0x1680 || code === 0x2028 || code === 0x2029 ? WHITE : SIGN
}

/** The shape of a word that `code` follows. */
function thenOf(code: number): number {
  if (code < ASCII) return THEN_OF[code] ?? 0
  return isMark(code) ? 0 : THEN_NON_ASCII
}

function isMark(code: number): boolean {
  return code >= MARKS_FROM && code <= MARKS_TO
}

/** What begins with a letter beyond ASCII, by it; 0 for what no rule begins with. */
function foreignFirst(code: number): number {
  if (code >= SURROGATES_FROM && code < MARKS_FROM) return CAPITAL_BEYOND
  if (CAPITAL.test(String.fromCharCode(code))) return CAPITAL_BEYOND
  return code >= LATIN_FROM && code <= LATIN_TO ? NON_ASCII_FIRST : 0
}

/** Whether `at` is between two characters of one word, or before a sign that begins none after it. */
function isWithinWord(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return false
  return isWordCode(text.charCodeAt(at - 1)) && isWordCode(text.charCodeAt(at))
}

/** Of a letter, a digit, `_` or `$`. */
function isWordCode(code: number): boolean {
  if (code === DOLLAR || code === UNDERSCORE) return true
  return code < ASCII && (CONTENT_OF[code] ?? 0) !== 0
}
