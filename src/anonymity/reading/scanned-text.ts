/**
 * A text after one scan: its features (`text-features.ts`), the starts and shapes of its words
 * (`shapes.ts`), and its context words (`context-words.ts`). A rule is tried only where these show
 * that it can match.
 */
import { groupsOf, groupsOfEnding } from './context-words.ts'
import {
  ASCII,
  CONTENT_OF,
  FEATURE_OF,
  firstAfter,
  FIRST_OF,
  nonAsciiFirst,
  nonAsciiKind,
  HIDDEN,
  isMark,
  isWordCode,
  KIND_OF,
  LENGTHS,
  LETTER,
  LONGEST,
  longNumberOf,
  NOT_HEX,
  NUMBER,
  SIGN,
  followingShape,
  WHITE
} from './characters.ts'
import * as has from './text-features.ts'
import * as shaped from './shapes.ts'
import { mayBeginToken } from './token-beginnings.ts'
import { WordList } from './word-list.ts'

/** Characters of the shortest token that counts as a secret in any place. */
export const LONG_WORD_LENGTH = 14
const CASE_CHANGES = 3
const MANY_DIGITS_COUNT = 7
const LONG_ROW = 7
const POSTAL_ROW = 4
/** Digits with few characters between them: phone and card numbers. */
const CHAIN = 9
const LONG_CHAIN = 13
const CHAIN_GAP = 2
const SPELLED_WORDS = 10
const SLASH_COUNT = 3
/** Letters that identify a context word, five bits each. */
const PREFIX = 4
const SUFFIX = 3

const SHORTEST = 64
const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0

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

const LETTERS = shaped.HAS_UPPER | shaped.HAS_LOWER

/** Kinds of a stretch without white space: random, or a token of a known format. */
export const OPAQUE = 1
export const TOKEN = 2

export class ScannedText {
  text = ''
  /** Features of the text and of all its words. */
  features = 0
  /** Private-use characters, which mark findings; the original text has none. */
  hasMarks = false
  shapes = 0
  groups = 0
  readonly words = new WordList()
  /**
   * Stretches of at least `LONG_WORD_LENGTH` characters without white space: from, to, and kind.
   */
  readonly long: number[] = []

  /** The text's code units: reading them from a string takes three times as long. */
  #codes = new Uint16Array(0)
  #bytes = Buffer.alloc(0)
  #digits = 0
  /** Digits with few characters between them: their number, and the characters between. */
  #chain = 0
  #gap = 0
  /** Consecutive words of one character. */
  #spelled = 0
  /** Start of the current stretch without white space. */
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
    this.long.length = 0
    this.#digits = 0
    this.#spelled = 0
    this.#chain = 0
    this.#gap = 0
    this.words.clear(text.length + 1)
    this.#copy(text)
    this.#beginStretch(0)
    const codes = this.#codes
    const { length } = text
    let previous = LINE_FEED
    let i = 0
    while (i < length) {
      const code = codes[i] ?? SPACE
      const kind = code < ASCII ? (KIND_OF[code] ?? SIGN) : nonAsciiKind(code)
      if (kind === LETTER || kind === NUMBER) {
        i = this.#readWord(i, previous)
        previous = SMALL_A
        continue
      }
      if (kind === WHITE) this.#endStretch(i)
      else if (code >= ASCII) this.#readForeign(code, i, previous)
      else {
        if (kind === HIDDEN) this.features |= has.CONTROL
        this.#readSign(code, i, previous)
      }
      previous = code
      i += 1
    }
    this.#endStretch(length)
    let features = this.features
    if ((this.shapes & (shaped.UPPER_FIRST | shaped.HAS_UPPER)) !== 0) features |= has.UPPER
    if (this.#digits > 0) features |= has.DIGIT
    if (this.#digits >= MANY_DIGITS_COUNT) features |= has.MANY_DIGITS
    this.features = features
  }

  #copy(text: string): void {
    const { length } = text
    if (this.#codes.length < length + 3) {
      this.#codes = new Uint16Array(2 * length + SHORTEST)
      this.#bytes = Buffer.from(this.#codes.buffer)
    }
    this.#bytes.write(text, 'utf16le')
    if (IS_BIG_ENDIAN) this.#bytes.subarray(0, 2 * length).swap16()
    this.#codes.fill(SPACE, length, length + 3)
  }

  /** Reads a word from `from`; returns its end. */
  #readWord(from: number, previous: number): number {
    const { words } = this
    const index = words.count
    const codes = this.#codes
    let i = from
    let content = 0
    let longest = 0
    let code = codes[i] ?? SPACE
    words.add(i, firstAfter(FIRST_OF[code] ?? 0, previous))
    this.#mayHoldToken ||= mayBeginToken(
      code,
      codes[i + 1] ?? 0,
      codes[i + 2] ?? 0,
      codes[i + 3] ?? 0
    )
    for (;;) {
      const digitsFrom = i
      while (code >= ZERO && code < COLON) {
        i += 1
        code = codes[i] ?? SPACE
      }
      if (i > digitsFrom) {
        content |= shaped.HAS_DIGIT
        if (i - digitsFrom > longest) longest = i - digitsFrom
        this.#readDigits(i - digitsFrom)
      }
      const lettersFrom = i
      let pieceFrom = i
      let last = 0
      for (;;) {
        const bits = code < ASCII ? (CONTENT_OF[code] ?? 0) : 0
        if ((bits & LETTERS) === 0) break
        if ((last & shaped.HAS_LOWER) !== 0 && (bits & shaped.HAS_UPPER) !== 0) {
          content |= shaped.CAMEL
          this.#changes += 1
          this.#markContextWord(pieceFrom, i)
          pieceFrom = i
        }
        content |= bits
        last = bits
        i += 1
        code = codes[i] ?? SPACE
      }
      if (i === lettersFrom) break
      this.#chain = 0
      this.#markContextWord(pieceFrom, i)
      // Marks both `iPhone` and `Phone`.
      if (pieceFrom > lettersFrom) this.#markContextWord(lettersFrom, i)
      if (code < ZERO || code >= COLON) break
    }
    let shape =
      (content & ~NOT_HEX) | followingShape(code) | (LENGTHS[Math.min(i - from, LONGEST)] ?? 0)
    if ((content & NOT_HEX) === 0) shape |= shaped.ONLY_HEX
    if ((content & LETTERS) === 0) shape |= shaped.ONLY_DIGITS
    if (longest >= LONG_ROW) shape |= shaped.LONG_NUMBER
    if (longest >= POSTAL_ROW) shape |= longNumberOf(previous)
    this.shapes |= words.extend(index, shape)
    return i
  }

  #readDigits(count: number): void {
    this.#digits += count
    this.#isOpaque = true
    this.#gap = 0
    this.#chain += count
    if (this.#chain >= CHAIN) this.features |= has.DIGIT_CHAIN
    if (this.#chain >= LONG_CHAIN) this.features |= has.LONG_DIGIT_CHAIN
  }

  #readForeign(code: number, at: number, previous: number): void {
    this.#chain = 0
    if (isMark(code)) {
      this.hasMarks = true
      return
    }
    this.features |= has.NON_ASCII
    const first = nonAsciiFirst(code)
    if (first === 0) return
    this.shapes |= first
    this.words.add(at, firstAfter(first, previous))
  }

  #readSign(code: number, at: number, previous: number): void {
    this.features |= FEATURE_OF[code] ?? 0
    this.#gap += 1
    if (code === HYPHEN) {
      if (previous <= SPACE) this.features |= has.OPTION
    } else if (code === FULL_STOP) {
      if (this.#slashes > 0) this.features |= has.SLASH_DOT
      this.#hasDot = true
    } else if (code === SLASH) {
      if (this.#hasDot) this.features |= has.DOT_SLASH
      this.#slashes += 1
      if (this.#slashes === SLASH_COUNT) this.features |= has.SLASHES
    } else if (code !== OPEN && code !== CLOSE) {
      this.#chain = 0
      if (code === COLON) {
        if (this.#slashes > 0) this.features |= has.SLASH_COLON
      } else if ((code === UNDERSCORE || code === DOLLAR) && !isWordCode(previous)) {
        this.shapes |= shaped.SIGN_FIRST
        this.words.add(at, shaped.SIGN_FIRST)
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

  /** At white space or the end of the text. */
  #endStretch(at: number): void {
    const size = at - this.#from
    if (size >= LONG_WORD_LENGTH) {
      const isOpaque = this.#isOpaque || this.#changes >= CASE_CHANGES
      this.features |= isOpaque ? has.LONG_RUN | has.LONG_WORD : has.LONG_RUN
      this.long.push(this.#from, at, (isOpaque ? OPAQUE : 0) | (this.#mayHoldToken ? TOKEN : 0))
    }
    if (size === 1) {
      this.#spelled += 1
      if (this.#spelled === SPELLED_WORDS) this.features |= has.SPELLED
    } else if (size > 0) this.#spelled = 0
    this.#gap += 1
    if (this.#gap > CHAIN_GAP) this.#chain = 0
    this.#beginStretch(at + 1)
  }

  /**
   * Marks the letters from `from` to `to` as a context word, also inside an identifier:
   * `dbPassword`.
   */
  #markContextWord(from: number, to: number): void {
    const { text } = this
    const codes = this.#codes
    // A single letter between digits is no word.
    if (to - from === 1 && ((CONTENT_OF[codes[from - 1] ?? SPACE] ?? 0) & shaped.HAS_DIGIT) !== 0)
      return
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
    this.words.addGroups(from, FIRST_OF[codes[from] ?? 0] ?? 0, groups)
  }
}
