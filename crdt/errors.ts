/** Errors of the replica and its store, and the base class of all errors. */
import { systemErrorText } from './system-errors.ts'

/** Base class of the errors of this library. Match on `name` and `code`, not on the message. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/**
 * The text of a thrown value; of errors of the operating system in plain words. It never throws
 * itself: not every value has a string form.
 */
export function messageOf(thrown: unknown): string {
  try {
    const text: unknown =
      thrown instanceof Error ? (systemErrorText(thrown) ?? thrown.message) : String(thrown)
    if (typeof text === 'string') return text
  } catch {
    // A revoked Proxy, an object without a prototype, or a `toString` that throws.
  }
  return 'a value without a text was thrown'
}

/** The thrown value, or an error in its place if it is none. Never throws. */
export function errorOf(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown
  } catch {
    // A revoked Proxy.
  }
  return new Error(messageOf(thrown))
}

/** Why the store failed. */
export type StoreErrorCode =
  /** Thrown when another process has the directory open. */
  | 'STORE_LOCKED'
  /** Thrown when the directory cannot be opened for any other reason. */
  | 'STORE_OPEN_FAILED'
  /** Thrown when the directory is damaged beyond repair. */
  | 'STORE_DAMAGED'
  /** Thrown when the directory was written by a version with another schema. */
  | 'STORE_SCHEMA'
  /** Thrown when the directory holds entries of a swarm of another name. */
  | 'STORE_SWARM'
  /** Thrown when an edit builds on entries that were removed meanwhile; repeat the edit. */
  | 'EDIT_OUTDATED'
  /** Thrown when a write failed (disk full, I/O error); the store is read-only until it reopens. */
  | 'STORE_WRITE_FAILED'
  /** Thrown when the directory cannot be read (I/O error, damaged file). */
  | 'STORE_READ_FAILED'
  /** Thrown when the store is used after `close()`. */
  | 'STORE_CLOSED'

/** Thrown by the store; `cause` keeps the database's own error. */
export class StoreError extends CodedError<StoreErrorCode> {
  override readonly name = 'StoreError'
}

/** Why voices did not answer. */
export type VoiceErrorCode =
  /** Thrown when voices are used after `close()`, and by requests that `close()` interrupts. */
  | 'VOICES_CLOSED'
  /** Thrown when more checks wait than the thread of voices takes: that of the source with most. */
  | 'VOICES_BUSY'
  /** Thrown when the thread of voices failed; the next call starts another one. */
  | 'VOICES_FAILED'

/** Thrown by the thread that does the work of voices. */
export class VoiceError extends CodedError<VoiceErrorCode> {
  override readonly name = 'VoiceError'
}

/** Which limit of the format was exceeded. */
export type LimitErrorCode =
  /** Thrown when a record is larger than `MAX_RECORD_BYTES`. */
  | 'RECORD_TOO_LARGE'
  /** Thrown when the kind of a record is unknown to the format. */
  | 'KIND_INVALID'
  /** Thrown when an entity, an attribute or a counter's name is too long. */
  | 'NAME_INVALID'
  /** Thrown when there are too many tags, or one is too long. */
  | 'TAGS_INVALID'
  /** Thrown when a text contains lone surrogates, which UTF-8 cannot encode. */
  | 'TEXT_INVALID'
  /** Thrown when a lesson lacks a part, or a part of it is too long or not valid. */
  | 'LESSON_INVALID'
  /** Thrown when a number is out of range. */
  | 'NUMBER_INVALID'
  /** Thrown when one edit of a playbook is larger than an entry. */
  | 'PLAYBOOK_EDIT_TOO_LARGE'
  /** Thrown when a playbook is larger than a node opens. */
  | 'PLAYBOOK_TOO_LARGE'

/** Thrown when a value for publication or storage exceeds a limit of the format. */
export class LimitError extends CodedError<LimitErrorCode> {
  override readonly name = 'LimitError'
}

/** Why a root, a member, a certificate or a voice cannot be used. */
export type MemberErrorCode =
  /** Thrown when 24 words are not those of a root; the message names a word that is not on the list. */
  | 'ROOT_WORDS_INVALID'
  /** Thrown when the file of a root has changed or is none. */
  | 'ROOT_FILE_DAMAGED'
  /** Thrown when the passphrase does not open the file of a root. */
  | 'PASSPHRASE_WRONG'
  /** Thrown when the text of `member.json` is not that of a member. */
  | 'MEMBER_FILE_INVALID'
  /** Thrown when a statement cannot be made from these values; the message says which one. */
  | 'STATEMENT_INVALID'
  /** Thrown when the node has no certificate of the swarm, or one that is void or revoked. */
  | 'NOT_A_MEMBER'
  /** Thrown when the certificate of the node has expired, or begins later. */
  | 'CERTIFICATE_DATES'
  /** Thrown when the node is a light member, which reads and does not publish. */
  | 'NO_VOICE'
  /** Thrown when the member has a voice from the next epoch on. */
  | 'VOICE_BEGINS_LATER'
  /** Thrown when the member has used all author keys of the epoch. */
  | 'AUTHORS_USED'

/** Thrown when a root, the file of a member or a value for a statement is unusable. */
export class MemberError extends CodedError<MemberErrorCode> {
  override readonly name = 'MemberError'
}

/** Thrown by every `readX` when bytes are not exactly one well-formed X. Never thrown to a user. */
export class MalformedError extends CodedError<'MALFORMED'> {
  override readonly name = 'MalformedError'

  constructor(message: string, options?: ErrorOptions) {
    super('MALFORMED', message, options)
  }
}

/** Thrown when this node refuses an entry that it has signed itself. */
export class OwnEntryError extends Error {
  override readonly name = 'OwnEntryError'

  /** `reason`: why another node would refuse it. */
  constructor(reason: string) {
    super(`An own entry was not admitted: ${reason}. Nothing of it is published.`)
  }
}
