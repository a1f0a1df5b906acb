/**
 * A text on its way through the layers, read in one pass each time it has changed: what it has
 * (`features.ts`), where its words begin and what shape they have (`shapes.ts`), and which of them
 * announce something (`announcing.ts`). Rules are tried only where these say that they can match.
 */
import { groupsOf, groupsOfEnding } from './announcing.ts'
import {
  ASCII,
  FEATURE_OF,
  HIDDEN,
  KIND_OF,
  LETTER,
  NUMBER,
  SIGN,
  THEN_OF,
  WHITE
} from './characters.ts'
import * as has from './features.ts'
import * as shaped from './shapes.ts'

/** So many characters has the shortest token that is taken for a secret wherever it stands. */
const LONG_WORD_LENGTH = 14
const CASE_CHANGES = 3
const MANY_DIGITS = 7
const LONG_NUMBER = 7
const POSTAL_DIGITS = 4
const CHAIN_DIGITS = 13
const CHAIN_GAP = 2
const SPELLED_WORDS = 10
const SLASHES = 3
/** Letters by which announcing words are known, of five bits each. */
const PREFIX = 4
const TAIL_MASK = (1 << 15) - 1

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

/** Of what a word consists, while it is read: kept where the shape says how it begins. */
const FIRST = shaped.UPPER_FIRST | shaped.LOWER_FIRST | shaped.DIGIT_FIRST
const NOT_HEX = shaped.UPPER_FIRST
const FOUR_IN_ROW = shaped.DIGIT_FIRST
const LETTERS = shaped.HAS_UPPER | shaped.HAS_LOWER
const CAPITAL_BEYOND = shaped.NON_ASCII_FIRST | shaped.UPPER_FIRST
const AFTER_DOT: Readonly<Record<number, number>> = {
  [shaped.LOWER_FIRST]: shaped.LABEL,
  [shaped.UPPER_FIRST]: shaped.UPPER_LABEL,
  [shaped.DIGIT_FIRST]: shaped.FRACTION
}
const AFTER_GAP: Readonly<Record<number, number>> = { [shaped.DIGIT_FIRST]: shaped.POSTAL }
const LENGTHS = [0, shaped.ONE, shaped.TWO, shaped.THREE, shaped.FOUR] as const

/** Where words begin, with the shape and the groups of each. */
interface Words {
  readonly from: Int32Array
  readonly shape: Int32Array
  readonly groups: Int32Array
}

export class Draft {
  text = ''
  /** Features of the text, and those of all its words. */
  features = 0
  /** Private-use characters, which stand for findings; in a text as it comes they are none. */
  hasMarks = false
  shapes = 0
  groups = 0
  wordCount = 0
  words: Words = wordsFor(64)
  /** Stretches of `LONG_WORD_LENGTH` characters without white space: from, to, and whether opaque. */
  readonly long: number[] = []

  constructor(text = '') {
    this.read(text)
  }

  read(text: string): void {
    this.text = text
    this.hasMarks = false
    this.shapes = 0
    this.groups = 0
    this.wordCount = 0
    this.long.length = 0
    // A word begins at every second character at most, and where letters change their case.
    if (this.words.from.length <= text.length) this.words = wordsFor(2 * text.length)
    let features = 0
    let digits = 0
    // Of what has no white space in it.
    let from = 0
    let isOpaque = false
    let changes = 0
    let slashes = 0
    let hasDot = false
    let spelled = 0
    // Of the word.
    let word = -1
    let wordFrom = 0
    let content = 0
    let row = 0
    // Of its letters, and of those since the last change of case.
    let letters = 0
    let tail = 0
    let first = 0
    let piece = 0
    let pieceLetters = 0
    let pieceFrom = 0
    let isLower = false
    // Of digits with little between them.
    let chain = 0
    let gap = 0
    let previous = LINE_FEED

    const { length } = text
    for (let i = 0; i <= length; i++) {
      const code = i < length ? text.charCodeAt(i) : LINE_FEED
      const kind = code < ASCII ? KIND_OF[code] : foreignKind(code)
      if (kind === LETTER) {
        const isUpper = code < SMALL_A
        const letter = code & 31
        if (word < 0) {
          word = this.wordCount
          wordFrom = i
          this.#begin(i, isUpper ? shaped.UPPER_FIRST : shaped.LOWER_FIRST, previous)
          content = 0
          row = 0
        }
        if (isUpper) {
          content |= shaped.HAS_UPPER
          if (isLower) {
            content |= shaped.CAMEL
            changes += 1
            if (changes === CASE_CHANGES) isOpaque = true
            if (pieceLetters < PREFIX) this.#announce(pieceFrom, groupsOf(piece))
            pieceLetters = 0
            piece = 0
          }
        } else content |= shaped.HAS_LOWER
        if (letter > 6) content |= NOT_HEX
        isLower = !isUpper
        row = 0
        chain = 0
        if (pieceLetters === 0) pieceFrom = i
        if (pieceLetters < PREFIX) {
          piece = (piece << 5) | letter
          pieceLetters += 1
          if (pieceLetters === PREFIX) this.#announce(pieceFrom, groupsOf(piece))
        }
        if (letters < PREFIX) first = (first << 5) | letter
        letters += 1
        tail = ((tail << 5) | letter) & TAIL_MASK
        previous = code
        continue
      }
      if (letters > 0) {
        if (pieceLetters < PREFIX) this.#announce(pieceFrom, groupsOf(piece))
        // `iPhone` by itself, as well as `Phone`.
        if (first !== piece) this.#announce(i - letters, groupsOf(first))
        this.groups |= groupsOfEnding(text, i, tail)
        letters = 0
        tail = 0
        first = 0
        piece = 0
        pieceLetters = 0
        isLower = false
      }
      if (kind === NUMBER) {
        if (word < 0) {
          word = this.wordCount
          wordFrom = i
          this.#begin(
            i,
            code === ZERO ? shaped.DIGIT_FIRST | shaped.ZERO_FIRST : shaped.DIGIT_FIRST,
            previous
          )
          content = 0
          row = 0
        }
        content |= shaped.HAS_DIGIT
        row += 1
        if (row === POSTAL_DIGITS) content |= FOUR_IN_ROW
        else if (row === LONG_NUMBER) content |= shaped.LONG_NUMBER
        digits += 1
        isOpaque = true
        chain += 1
        gap = 0
        if (chain === CHAIN_DIGITS) features |= has.DIGIT_CHAIN
        previous = code
        continue
      }
      if (word >= 0) {
        const then = code < ASCII ? (THEN_OF[code] ?? 0) : isMark(code) ? 0 : shaped.THEN_NON_ASCII
        this.#end(word, i - wordFrom, content, then)
        word = -1
      }
      if (kind === WHITE) {
        const size = i - from
        if (size >= LONG_WORD_LENGTH) {
          features |= isOpaque ? has.LONG_RUN | has.LONG_WORD : has.LONG_RUN
          this.long.push(from, i, isOpaque ? 1 : 0)
        }
        if (size === 1) {
          spelled += 1
          if (spelled === SPELLED_WORDS) features |= has.SPELLED
        } else if (size > 0) spelled = 0
        from = i + 1
        isOpaque = false
        changes = 0
        slashes = 0
        hasDot = false
        gap += 1
        if (gap > CHAIN_GAP) chain = 0
        previous = code
        continue
      }
      if (code >= ASCII) {
        chain = 0
        if (isMark(code)) this.hasMarks = true
        else {
          const beginning = foreignFirst(code)
          features |= has.NON_ASCII
          this.shapes |= beginning
          if (beginning !== 0) this.#begin(i, beginning, previous)
        }
        previous = code
        continue
      }
      if (kind === HIDDEN) features |= has.CONTROL
      features |= FEATURE_OF[code] ?? 0
      switch (code) {
        case HYPHEN:
          if (previous <= SPACE) features |= has.OPTION
          gap += 1
          break
        case FULL_STOP:
          if (slashes > 0) features |= has.SLASH_DOT
          hasDot = true
          gap += 1
          break
        case SLASH:
          if (hasDot) features |= has.DOT_SLASH
          slashes += 1
          if (slashes === SLASHES) features |= has.SLASHES
          gap += 1
          break
        case COLON:
          if (slashes > 0) features |= has.SLASH_COLON
          chain = 0
          break
        case OPEN:
        case CLOSE:
          gap += 1
          break
        case DOLLAR:
        case UNDERSCORE:
          if (!isWordCode(previous)) {
            this.#begin(i, shaped.SIGN_FIRST, previous)
            this.shapes |= shaped.SIGN_FIRST
          }
          chain = 0
          break
        default:
          chain = 0
      }
      if (gap > CHAIN_GAP) chain = 0
      previous = code
    }
    if ((this.shapes & (shaped.UPPER_FIRST | shaped.HAS_UPPER)) !== 0) features |= has.UPPER
    if (digits > 0) features |= has.DIGIT
    if (digits >= MANY_DIGITS) features |= has.MANY_DIGITS
    this.features = features
  }

  #begin(at: number, first: number, previous: number): void {
    const { wordCount, words } = this
    let shape = first
    if (previous === LINE_FEED) shape |= shaped.LINE_START
    if (previous === FULL_STOP) shape |= AFTER_DOT[first & FIRST] ?? 0
    else if (previous === HYPHEN || previous <= SPACE) shape |= AFTER_GAP[first & FIRST] ?? 0
    words.from[wordCount] = at
    words.shape[wordCount] = shape
    words.groups[wordCount] = 0
    this.wordCount = wordCount + 1
  }

  /** All that has begun since `word` did has its shape but for how it begins. */
  #end(word: number, length: number, content: number, then: number): void {
    let shape = (content & ~FIRST) | then | (LENGTHS[length] ?? 0)
    if (length >= 8) shape |= shaped.FROM_8
    if (length >= 12) shape |= length >= 26 ? shaped.FROM_12 | shaped.FROM_26 : shaped.FROM_12
    if ((content & NOT_HEX) === 0) shape |= shaped.ONLY_HEX
    if ((content & LETTERS) === 0) shape |= shaped.ONLY_DIGITS
    const refused = (content & FOUR_IN_ROW) === 0 ? ~(shaped.FRACTION | shaped.POSTAL) : -1
    const { shape: shapes } = this.words
    for (let i = word; i < this.wordCount; i++) {
      const whole = ((shapes[i] ?? 0) & refused) | shape
      shapes[i] = whole
      this.shapes |= whole
    }
  }

  /** An announcing word may begin within a word: `dbPassword`, `2fa`. */
  #announce(at: number, groups: number): void {
    if (groups === 0) return
    this.groups |= groups
    const { text, wordCount, words } = this
    let index = wordCount - 1
    while (index >= 0 && (words.from[index] ?? 0) > at) index -= 1
    if (index < 0 || words.from[index] !== at) {
      index += 1
      for (const each of [words.from, words.shape, words.groups]) {
        each.copyWithin(index + 1, index, wordCount)
      }
      words.from[index] = at
      words.shape[index] = text.charCodeAt(at) < SMALL_A ? shaped.UPPER_FIRST : shaped.LOWER_FIRST
      words.groups[index] = 0
      this.wordCount = wordCount + 1
    }
    words.groups[index] = (words.groups[index] ?? 0) | groups
  }
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

function isMark(code: number): boolean {
  return code >= MARKS_FROM && code <= MARKS_TO
}

/** What begins with a letter beyond ASCII, by it; 0 for what no rule begins with. */
function foreignFirst(code: number): number {
  if (code >= SURROGATES_FROM && code < MARKS_FROM) return CAPITAL_BEYOND
  if (CAPITAL.test(String.fromCharCode(code))) return CAPITAL_BEYOND
  return code >= LATIN_FROM && code <= LATIN_TO ? shaped.NON_ASCII_FIRST : 0
}

/** Of a letter, a digit, `_` or `$`. */
function isWordCode(code: number): boolean {
  if (code === DOLLAR || code === UNDERSCORE) return true
  return code < ASCII && (KIND_OF[code] === LETTER || KIND_OF[code] === NUMBER)
}
