/** Facts: knowledge of the agents of this node. A fact is local until it is promoted. */
import { hash } from 'node:crypto'
import {
  canonicalRecord,
  checkRecord,
  MAX_RECORD_BYTES,
  writeRecord
} from '../../crdt/records/index.ts'
import { HiveError } from '../errors.ts'
import { checkContext } from './fact-context.ts'
import { checkProjects } from './projects.ts'
import type { HiveRecord } from '../../crdt/records/index.ts'
import type { FactContext } from './fact-context.ts'

/** What a lesson has beside its summary and its detail. */
export interface LessonFields {
  /** What to do. Line breaks stay. At most 8,192 bytes. */
  readonly action?: string
  /** What the lesson holds for, such as `npm >=10 <12`; at most 255 bytes. */
  readonly versions?: string
  /** The id of a skill that verifies the lesson: 64 hexadecimal digits. */
  readonly verify?: string
}

/** Options of a fact beside its entity, content and confidence. */
export interface DistillOptions extends LessonFields {
  /**
   * A lesson's entity is its summary, its content the detail, which may be empty if there is an
   * action. Its line breaks stay. Default: `fact`.
   */
  readonly kind?: 'fact' | 'lesson'
  /**
   * The projects that the fact was learned in, at most 8 names of at most 255 bytes. They stay on
   * this node. Default: the fact is of the node as a whole.
   */
  readonly projects?: readonly string[]
  /** Whether the fact no longer holds; a repetition without it holds again. */
  readonly stale?: boolean
  /** Skip the search for near-duplicates; exact duplicates are always found. */
  readonly enableBloomHeuristic?: boolean
  /** At most 16, each of at most 64 bytes. */
  readonly tags?: readonly string[]
  /** A private fact never leaves this node. */
  readonly private?: boolean
  /** A property of the entity that has one value at a time, and that value. */
  readonly attribute?: string
  readonly value?: string
  /** When the fact began to hold. */
  readonly validFrom?: Date
  /** Where the agent learned the fact; stays on this node. */
  readonly source?: string
  /**
   * The turn of a conversation that the fact comes from; `recall` searches it. It stays on this
   * node.
   */
  readonly context?: FactContext
}

/** One item of `distillMany`. */
export interface FactInput extends DistillOptions {
  readonly entity: string
  readonly content: string
  /** 0 to 1. */
  readonly confidence: number
}

/** A stored fact of this node. */
export interface Fact extends LessonFields {
  /** SHA-256 of the fact's record, in hex; equal facts have equal ids on every node. */
  readonly id: string
  /** Absent for a plain fact. */
  readonly kind?: 'lesson'
  /** Of a lesson its summary. */
  readonly entity: string
  /** Of a lesson the detail, which may be empty. */
  readonly content: string
  readonly attribute?: string
  readonly value?: string
  /** 0 to 1. */
  readonly confidence: number
  readonly tags: readonly string[]
  /** The projects that the fact was learned in; absent for a fact of the node as a whole. */
  readonly projects?: readonly string[]
  /** Present if the fact no longer holds. */
  readonly stale?: true
  /** A private fact never leaves this node. */
  readonly private: boolean
  /** When a claim began to hold first. */
  readonly validFrom?: Date
  /** When the same claim began to hold again, each time later. */
  readonly validAgainFrom?: readonly Date[]
  readonly source?: string
  readonly context?: FactContext
  /** The first agent that learned the fact. */
  readonly agent: string
  readonly recordedAt: Date
}

const OPTIONS: ReadonlySet<string> = new Set([
  'entity',
  'content',
  'confidence',
  'enableBloomHeuristic',
  'tags',
  'private',
  'attribute',
  'value',
  'validFrom',
  'source',
  'context',
  'kind',
  'action',
  'versions',
  'verify',
  'projects',
  'stale'
])

const LESSON_OPTIONS = ['action', 'versions', 'verify'] as const

/** Source and agent have a length byte on disk. */
const MAX_SOURCE_BYTES = 255

/** The record of a fact and its digest: enough to look the fact up. */
export interface IdentifiedFact {
  readonly record: HiveRecord
  /** The bytes of the record, valid until the next call of `identifyFact`. */
  readonly encoded: Buffer
  /** The digest as a string of one character a byte. */
  readonly digestKey: string
}

/**
 * Records are encoded here first, since most facts of a stream of repetitions need no bytes of
 * their own.
 */
const scratch = Buffer.allocUnsafe(MAX_RECORD_BYTES)

/**
 * Checked and encoded by hand, since this is the hot path of ingestion. Throws `HiveError` or
 * `LimitError`.
 */
export function identifyFact(input: FactInput): IdentifiedFact {
  checkInput(input)
  const { kind = 'fact', entity, content, attribute, value, action, versions, verify } = input
  const fields = kind === 'lesson' ? { action, versions, verify } : { attribute, value }
  const record = canonicalRecord({ kind, entity, content, ...fields })
  checkRecord(record)
  const encoded = scratch.subarray(0, writeRecord(record, scratch))
  return { record, encoded, digestKey: hash('sha256', encoded, 'binary') }
}

function checkInput(input: FactInput): void {
  if (typeof input !== 'object' || input === null) throw invalid('is not an object')
  for (const name in input) {
    if (!OPTIONS.has(name)) throw invalid(`has an unknown option "${name}"`)
  }
  const { entity, content, confidence, tags, validFrom, source, projects, stale } = input
  // A lesson without a summary says so itself.
  const isEmpty = typeof entity === 'string' && input.kind !== 'lesson' && entity.trim() === ''
  if (typeof entity !== 'string' || isEmpty) {
    throw invalid('needs an entity, a non-empty string')
  }
  if (typeof content !== 'string') throw invalid('needs content, a string')
  if (input.kind === 'lesson') checkLesson(input)
  else checkPlain(input)
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
    throw invalid('needs a confidence from 0 to 1')
  }
  if (
    tags !== undefined &&
    !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))
  ) {
    throw invalid('has tags that are not a list of strings')
  }
  if (
    validFrom !== undefined &&
    !(validFrom instanceof Date && !Number.isNaN(validFrom.getTime()))
  ) {
    throw invalid('has a validFrom that is not a valid Date')
  }
  if (validFrom !== undefined && !isInCalendar(validFrom)) {
    throw invalid('has a validFrom outside of the years 0 to 9999')
  }
  if (
    source !== undefined &&
    (typeof source !== 'string' || Buffer.byteLength(source) > MAX_SOURCE_BYTES)
  ) {
    throw invalid(`has a source that is not a string of at most ${MAX_SOURCE_BYTES} bytes`)
  }
  if (projects !== undefined) checkProjects(projects)
  if (stale !== undefined && typeof stale !== 'boolean') {
    throw invalid('has a "stale" that is not true or false')
  }
  if (input.context !== undefined) checkContext(input.context)
}

function checkPlain(input: FactInput): void {
  const { kind, content, attribute, value } = input
  if (kind !== undefined && kind !== 'fact') throw invalid('has a kind other than fact or lesson')
  for (const name of LESSON_OPTIONS) {
    if (input[name] !== undefined) throw invalid(`has the option "${name}" of a lesson`)
  }
  if (content.trim() === '') throw invalid('needs content, a non-empty string')
  if (attribute !== undefined && (typeof attribute !== 'string' || attribute.trim() === '')) {
    throw invalid('has an attribute that is not a non-empty string')
  }
  if (value !== undefined && typeof value !== 'string')
    throw invalid('has a value that is not a string')
  if ((attribute === undefined) !== (value === undefined)) {
    throw invalid('needs both attribute and value, or neither')
  }
}

/** The rest is checked with the record. */
function checkLesson(input: FactInput): void {
  if (input.attribute !== undefined || input.value !== undefined) {
    throw invalid('is a lesson, which has no attribute and no value')
  }
  for (const name of LESSON_OPTIONS) {
    const text = input[name]
    if (text !== undefined && typeof text !== 'string') {
      throw invalid(`has the option "${name}", which is not a string`)
    }
  }
}

function invalid(problem: string): HiveError {
  return new HiveError('ARGUMENT_INVALID', `The fact ${problem}.`)
}

const MAX_YEAR = 9999

/** Other years have no form that all formats of dates take. */
function isInCalendar(time: Date): boolean {
  const year = time.getUTCFullYear()
  return year >= 0 && year <= MAX_YEAR
}
