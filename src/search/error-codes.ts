/**
 * Codes that name one kind of error: `ERR_MODULE_NOT_FOUND`, `E0308`, `TS2345`, `ORA-00942`,
 * `ECONNREFUSED`, `SIGSEGV`, `clippy::needless_borrow`. Codes of one family exclude each other: a
 * text about `E0382` does not explain `E0308`.
 */
import { ERRNO_NAMES } from '../public-codes/index.ts'

export interface ErrorCode {
  /** In lower case, words joined by `-`. */
  readonly code: string
  /** Of whom it is a code: the letters before its number, or the tool. */
  readonly family: string
  /** As the text has it. */
  readonly name: string
}

/** Letters before a number that name no error: encodings, hashes, standards, versions and units. */
const NO_FAMILIES = new Set(
  'utf sha md rfc iso es http https h ipv ip mp rc v x arm amd i aes rsa ecma jdk gb mb kb ghz mhz ms ll'.split(
    ' '
  )
)

/** Longer names are no codes. */
const MAX_NAME = 60

/** Codes of one text that are read. */
const MAX_CODES = 64

/** One letter needs three digits. */
const NUMBERED =
  /(?<![\w.\-/])(?:([A-Z]{2,6}|[A-Z](?=\d{3}))(\d{2,6})|([A-Z]{2,4})-(\d{3,6}))(?![\w-]|\.\w)/g
const SCREAMING = new RegExp(`(?<!\\w)[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,20}){1,7}(?!\\w)`, 'g')
const SIGNAL = new RegExp(`(?<!\\w)(?:SIG[A-Z]{2,8}|${ERRNO_NAMES.join('|')})(?!\\w)`, 'g')
/** `clippy::name`, `eslint no-name`, `[rule-name]` or `(rule-name)` at the end of a line. */
const RULE = /(?<!\w)(clippy|rustdoc)::([a-z][\w-]{2,59})/g
const QUALIFIED = /[[(]([a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){1,6})[\])](?=[ \t]*$)/gm

/** The codes that a text names, each once, in the order of kinds. */
export function errorCodes(text: string): ErrorCode[] {
  const codes = new Map<string, ErrorCode>()
  const add = (code: string, family: string, name: string): void => {
    if (codes.has(code) || codes.size >= MAX_CODES || name.length > MAX_NAME) return
    codes.set(code, { code, family, name })
  }
  for (const [name, letters, digits, dashed = '', number = ''] of text.matchAll(NUMBERED)) {
    const family = (letters ?? dashed).toLowerCase()
    if (!NO_FAMILIES.has(family)) add(`${family}${digits ?? number}`, family, name)
  }
  for (const [name] of text.matchAll(SIGNAL)) {
    add(name.toLowerCase(), name.startsWith('SIG') ? 'signal' : 'errno', name)
  }
  for (const [name] of text.matchAll(SCREAMING)) {
    const code = name.toLowerCase().replaceAll('_', '-')
    const [family = ''] = code.split('-')
    if (family === 'err' || family === 'error') add(code, family, name)
  }
  for (const [, tool = '', name = ''] of text.matchAll(RULE)) {
    add(name.replaceAll('_', '-'), tool, name)
  }
  for (const [, name = ''] of text.matchAll(QUALIFIED)) add(name, 'rule', name)
  return [...codes.values()]
}

/** Whether a text has a code of the question, or only others of the same family. */
export function compareCodes(asked: readonly ErrorCode[], text: string): 'same' | 'other' | 'none' {
  if (asked.length === 0) return 'none'
  const named = errorCodes(text)
  if (asked.some(({ code }) => named.some((each) => each.code === code))) return 'same'
  // A rule may be named without brackets: as an entity, or within a sentence.
  const lower = text.toLowerCase().replaceAll('_', '-')
  if (asked.some(({ code, family }) => isWordy(family) && hasWord(lower, code))) return 'same'
  return asked.some(({ family }) => named.some((each) => each.family === family)) ? 'other' : 'none'
}

function isWordy(family: string): boolean {
  return family === 'rule' || family === 'clippy' || family === 'rustdoc'
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const isStart = at === 0 || !/[\w-]/.test(text.charAt(at - 1))
    if (isStart && !/[\w-]/.test(text.charAt(at + word.length))) return true
  }
  return false
}
