/**
 * A playbook: the steps towards one goal, edited by many agents on many nodes at once. Edits merge:
 * no step is lost, and all nodes end with the same order and the same text.
 *
 * `edit` takes a whole text and applies only its difference from the text that this playbook
 * returned last, so that concurrent edits of others stay. All text is anonymised first.
 */
import { EventEmitter } from 'node:events'
import { z } from 'zod'
import {
  canonicalText,
  insertStep,
  LimitError,
  MARKS,
  markStep,
  MAX_BODY_BYTES,
  MAX_STEPS,
  MAX_TITLE_BYTES,
  moveStep,
  rangeIn,
  readSteps,
  removeStep,
  writeStep
} from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { displayTextInPlace } from '../foreign-text/index.ts'
import { HiveError } from '../errors.ts'
import { MIN_ID_DIGITS, Signal, onlyOne, parse } from '../arguments/index.ts'
import { anonymizeText } from './anonymize-text.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Mark, Operation, Replica, Step as StoredStep } from '../../crdt/index.ts'
import type { DisplayText } from '../foreign-text/index.ts'
import type { Anonymizer } from '../anonymity/index.ts'
import type { TitledText } from './anonymize-text.ts'

/** A piece of a step's body with its marks. */
export interface Span {
  readonly text: DisplayText
  readonly marks: readonly Mark[]
}

/** A step of a playbook. */
export interface Step {
  /** Equal on every node, at any position. */
  readonly id: string
  readonly title: DisplayText
  readonly body: DisplayText
  /** The body with its marks. */
  readonly spans: readonly Span[]
}

/** A step to insert. */
export interface StepInit {
  /** At most 512 bytes. */
  readonly title: string
  /** At most 16 KiB. */
  readonly body?: string
}

/** Part of a step's body as it was read last, in UTF-16 units. */
export interface MarkedRange {
  readonly from: number
  readonly to: number
  readonly mark: Mark
  /** False clears the mark. */
  readonly on?: boolean
}

/** Events of a playbook. */
export interface PlaybookEvents {
  /** The steps may have changed, by an edit of this node or of another one. */
  change: []
}

export interface PlaybookComponents {
  /** The digits by which the playbook was opened. */
  readonly goal: string
  /** The digest of the goal. Throws `HiveError` (GOAL_UNKNOWN, ID_AMBIGUOUS). */
  readonly resolve: () => Promise<Uint8Array>
  readonly replica: Pick<Replica, 'editPlaybook' | 'has' | 'playbook'>
  readonly anonymizer: Anonymizer
  readonly announce: (entries: readonly Entry[]) => Promise<void>
  readonly onClose: () => void
  /** Notes who inserted a step. Default: nobody. */
  readonly notes?: StepNotes
  /** Throws if the agent is frozen. */
  readonly assertActive?: () => void
}

/** Operations for the commit of an edit, which note who inserted a step. */
export interface StepNotes {
  inserted(goal: Uint8Array, step: StoredStep): Promise<readonly Operation[]>
  changed(goal: Uint8Array, before: StoredStep, after: StoredStep): Promise<readonly Operation[]>
  removed(goal: Uint8Array, id: string): Promise<readonly Operation[]>
}

type Doc = Parameters<typeof readSteps>[0]

/** Notes the text that an edit writes, as if it had been read. */
type Remember = (id: string, text: TitledText) => void

const SignalOptions = z.strictObject({ signal: Signal })
const Index = z.int().min(0)
const Text = z.string().refine((text) => text.isWellFormed(), 'contains half a surrogate pair')
const Init = z.strictObject({ title: Text.trim().min(1), body: Text.default('') })
const Changes = z.strictObject({ title: Text.trim().min(1).optional(), body: Text.optional() })
const Range = z
  .strictObject({ from: Index, to: Index, mark: z.enum(MARKS), on: z.boolean().default(true) })
  .refine(({ from, to }) => from < to, '"from" must be less than "to"')

/**
 * The steps towards one goal. Calls throw `HiveError` (STOPPED after `close`, AGENT_FROZEN,
 * GOAL_UNKNOWN, STEP_UNKNOWN, ID_AMBIGUOUS, LIMIT_EXCEEDED, WITHHELD) or `LimitError`. A step is named by its id or
 * a beginning of at least 6 characters that no other step has.
 *
 * @example
 * ```ts
 * const { goals } = db.agent.cortex.hive
 * const { id } = await goals.add({ title: 'Ship version 2' })
 * using playbook = goals.playbook(id)
 * const step = await playbook.insert(0, { title: 'Check', body: 'Run all tests.' })
 * await playbook.edit(step, { body: 'Run all tests twice.' })
 * playbook.on('change', () => console.log('somebody edited the playbook'))
 * ```
 */
export class Playbook extends EventEmitter<PlaybookEvents> {
  readonly #components: PlaybookComponents
  /** Texts of steps as the last `steps()` returned them. */
  #lastRead = new Map<string, TitledText>()
  #isClosed = false
  /** Undefined until a call has resolved it. */
  #digest: Uint8Array | undefined

  constructor(components: PlaybookComponents) {
    super()
    this.#components = components
  }

  /** Id of the goal; until the first call has ended, as it was given to `goals.playbook`. */
  get goal(): string {
    return this.#digest === undefined ? this.#components.goal : toHex(this.#digest)
  }

  /** The steps in their order. Throws `LimitError` (PLAYBOOK_TOO_LARGE). */
  async steps(options: AbortOptions = {}): Promise<readonly Step[]> {
    const { signal } = parse(SignalOptions, options, 'playbook.steps')
    this.#assertOpen(signal)
    const playbook = await this.#components.replica.playbook(await this.#resolve())
    const steps = playbook.steps.map(displayStep)
    signal?.throwIfAborted()
    this.#lastRead = new Map(steps.map(({ id, title, body }) => [id, { title, body }]))
    return steps
  }

  /** Inserts a step at `index`, or at the end if there are fewer steps. Returns its id. */
  async insert(index: number, step: StepInit, options: AbortOptions = {}): Promise<string> {
    const at = parse(Index, index, 'playbook.insert')
    const init = parse(Init, step, 'playbook.insert')
    const { notes } = this.#components
    const insertIn = (doc: Doc, remember: Remember): StoredStep => {
      const count = readSteps(doc).length
      if (count >= MAX_STEPS) {
        throw new HiveError(
          'LIMIT_EXCEEDED',
          `The playbook has ${count} steps, which is the limit. Remove a step, or split the goal.`
        )
      }
      const text = this.#anonymize(init)
      const id = insertStep(doc, at, text)
      remember(id, text)
      return stepWith(doc, id)
    }
    const { id } = await this.#edit(options, insertIn, (goal, inserted) =>
      notes?.inserted(goal, inserted)
    )
    return id
  }

  /** Changes the title of a step, its body or both. */
  async edit(
    given: string,
    changes: { readonly title?: string; readonly body?: string },
    options: AbortOptions = {}
  ): Promise<void> {
    const wanted = parse(Changes, changes, 'playbook.edit')
    await this.#changeStep(given, options, (doc, current, remember) => {
      const { id } = current
      const base = this.#lastRead.get(id) ?? current
      const text = this.#anonymize({
        title: wanted.title ?? base.title,
        body: wanted.body ?? base.body
      })
      // A text that is not given stays as its authors wrote it.
      const written = {
        title: wanted.title === undefined ? base.title : text.title,
        body: wanted.body === undefined ? base.body : text.body
      }
      writeStep(doc, id, { ...written, base })
      checkSize(stepWith(doc, id))
      remember(id, written)
    })
  }

  /** Sets or clears a mark over part of a step's body. */
  async mark(id: string, range: MarkedRange, options: AbortOptions = {}): Promise<void> {
    const valid = parse(Range, range, 'playbook.mark')
    await this.#changeStep(id, options, (doc, step) => {
      const { body } = this.#lastRead.get(step.id) ?? step
      if (valid.to > body.length) {
        throw new HiveError(
          'ARGUMENT_INVALID',
          `The range ends at ${valid.to}, but the body has only ${body.length} characters.`
        )
      }
      const left = rangeIn(step.body, body, valid)
      if (left === undefined) {
        throw new HiveError(
          'ARGUMENT_INVALID',
          'The body no longer has the text of the range. Read the steps again.'
        )
      }
      markStep(doc, step.id, { ...valid, ...left })
    })
  }

  /** Moves a step to `index`. */
  async move(id: string, index: number, options: AbortOptions = {}): Promise<void> {
    const at = parse(Index, index, 'playbook.move')
    await this.#edit(options, (doc) => {
      moveStep(doc, findStep(doc, id).id, at)
    })
  }

  /** Removes a step for all nodes. */
  async remove(id: string, options: AbortOptions = {}): Promise<void> {
    const { notes } = this.#components
    const removeFrom = (doc: Doc): string => {
      const step = findStep(doc, id)
      removeStep(doc, step.id)
      return step.id
    }
    await this.#edit(options, removeFrom, (goal, removed) => notes?.removed(goal, removed))
  }

  /** Ends the events; later calls fail. Idempotent. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.removeAllListeners()
    this.#components.onClose()
  }

  /** The same as `close`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Once: later goals with the same beginning do not turn this playbook into another one. */
  async #resolve(): Promise<Uint8Array> {
    return (this.#digest ??= await this.#components.resolve())
  }

  async #changeStep(
    given: string,
    options: AbortOptions,
    change: (doc: Doc, step: StoredStep, remember: Remember) => void
  ): Promise<void> {
    const { notes } = this.#components
    const changeIn = (doc: Doc, remember: Remember): { before: StoredStep; after: StoredStep } => {
      const before = findStep(doc, given)
      change(doc, before, remember)
      return { before, after: stepWith(doc, before.id) }
    }
    await this.#edit(options, changeIn, (goal, { before, after }) =>
      notes?.changed(goal, before, after)
    )
  }

  async #edit<T>(
    options: AbortOptions,
    change: (doc: Doc, remember: Remember) => T,
    note?: (goal: Uint8Array, result: T) => Promise<readonly Operation[]> | undefined
  ): Promise<T> {
    const { signal } = parse(SignalOptions, options, 'playbook')
    this.#assertOpen(signal)
    const { replica, announce, assertActive } = this.#components
    assertActive?.()
    const goal = await this.#resolve()
    const [isKnown] = await replica.has([goal])
    if (isKnown !== true) {
      throw new HiveError(
        'GOAL_UNKNOWN',
        `Goal ${this.goal} is not stored on this node. \`goals.list()\`, or "hive goals", lists the goals.`
      )
    }
    const before = new Map<string, TitledText | undefined>()
    const remember = (id: string, text: TitledText): void => {
      before.set(id, this.#lastRead.get(id))
      this.#lastRead.set(id, text)
    }
    const { result, entries } = await replica
      .editPlaybook(goal, (doc) => change(doc, remember), {
        signal,
        operations: async (made) => (await note?.(goal, made)) ?? []
      })
      .catch((error: unknown) => {
        // What was not written must differ from what was read when the edit is repeated.
        for (const [id, text] of before) this.#forgetText(id, text)
        throw error
      })
    await announce(entries)
    return result
  }

  #forgetText(id: string, before: TitledText | undefined): void {
    if (before === undefined) this.#lastRead.delete(id)
    else this.#lastRead.set(id, before)
  }

  #anonymize({ title, body }: TitledText): TitledText {
    const text = anonymizeText(this.#components.anonymizer, {
      title: canonicalText(title),
      body: body.normalize('NFC')
    })
    checkSize(text)
    return text
  }

  #assertOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (this.#isClosed) throw new HiveError('STOPPED', 'This playbook is closed. Open it again.')
  }
}

function checkSize({ title, body }: TitledText): void {
  for (const [what, text, limit] of [
    ['title', title, MAX_TITLE_BYTES],
    ['body', body, MAX_BODY_BYTES]
  ] as const) {
    const bytes = Buffer.byteLength(text)
    if (bytes > limit) {
      throw new LimitError(
        'PLAYBOOK_EDIT_TOO_LARGE',
        `The ${what} of the step is ${bytes} bytes; the limit is ${limit} bytes. Split the step in two.`
      )
    }
  }
}

function findStep(doc: Doc, id: string): StoredStep {
  const steps = readSteps(doc)
  const exact = steps.find((step) => step.id === id)
  if (exact !== undefined) return exact
  const begun = id.length < MIN_ID_DIGITS ? [] : steps.filter((step) => step.id.startsWith(id))
  const candidates = begun.map((step) => ({ id: step.id, text: step.title, step }))
  const found = onlyOne(id, candidates, { name: 'steps' })
  if (found !== undefined) return found.step
  throw new HiveError(
    'STEP_UNKNOWN',
    `The playbook has no step "${id}". Another author may have removed the step. Read the steps again.`
  )
}

function stepWith(doc: Doc, id: string): StoredStep {
  const step = readSteps(doc).find((each) => each.id === id)
  if (step === undefined) throw new Error(`The playbook has lost step ${id}.`)
  return step
}

/** Marks and edits are offsets in the text, so each unit keeps its place. */
function displayStep({ id, title, body, spans }: StoredStep): Step {
  return {
    id,
    title: displayTextInPlace(title),
    body: displayTextInPlace(body),
    spans: spans.map((span) => ({ ...span, text: displayTextInPlace(span.text) }))
  }
}
