/** Residual risk: what still looks like too much after redaction is withheld, never guessed at. */
import { entropyOf, isOpaque, mixesClasses } from './entropy.ts'

export type WithheldReason =
  /** Control or bidirectional characters, which can hide text from a reader. */
  | 'hidden-text'
  /** Part of a private key without its other end. */
  | 'key-fragment'
  /** A word such as "password" before a value that no rule took for one. */
  | 'named-secret'
  /** A token that is random enough to be a key. */
  | 'random-token'
  /** Nothing but placeholders is left. */
  | 'nothing-left'

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const HIDDEN = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]/

const KEY_FRAGMENT = /-----(?:BEGIN|END)|PRIVATE KEY/

const NAMED_SECRET =
  /\b(?:password|passwd|passphrase|secret|api[ _-]?key|access[ _-]?token|auth[ _-]?token)s?\b["'`]?[\s:=]{1,3}["'`]?([^\s"'`,;<>()[\]{}]{6,256})/gi

const LONG_TOKEN = /[A-Za-z0-9+_=-]{20,4096}/g
const MIN_TOKEN_ENTROPY = 3.6

/** Before redaction. */
export function hidesText(text: string): boolean {
  return HIDDEN.test(text)
}

/** After redaction; `text` has placeholders where something was found. */
export function residualRisk(text: string): WithheldReason | undefined {
  if (KEY_FRAGMENT.test(text)) return 'key-fragment'
  for (const [, value = ''] of text.matchAll(NAMED_SECRET)) {
    if (isOpaque(value)) return 'named-secret'
  }
  for (const [token] of text.matchAll(LONG_TOKEN)) {
    if (mixesClasses(token) && entropyOf(token) >= MIN_TOKEN_ENTROPY) return 'random-token'
  }
  return undefined
}

/** Fewer letters than a word outside of the placeholders tell nobody anything. */
export function isEmptied(content: string, placeholder: RegExp): boolean {
  return (content.replaceAll(placeholder, '').match(/\p{L}/gu)?.length ?? 0) < 3
}
