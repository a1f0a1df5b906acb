/**
 * Steps: a playbook as a Yjs document, and its changes.
 *
 * `steps` (Y.Array) contains one Y.Map for each step, with a Y.Text `title` and a Y.Text `body`;
 * nothing is ever deleted from it. `order` (Y.Array) is the order of steps: each item names a step
 * by the id of its map. A new item moves a step, and deleting its items removes it. So concurrent
 * edits of a step meet in one text, even if another agent moved the step.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { MARKS, ORDER_ROOT, STEP_TEXTS, STEPS_ROOT } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { readStepId } from './playbook-update.ts'
import { splicesOf } from './splices.ts'
import type { Id } from './playbook-update.ts'

/**
 * A mark on a part of a step's body.
 *
 * @useDeclaredType
 */
export type Mark = (typeof MARKS)[number]

/** A run of text with the same marks. */
export interface Span {
  readonly text: string
  readonly marks: readonly Mark[]
}

/** A step of a playbook. */
export interface Step {
  /** Equal on every node, at any position. */
  readonly id: string
  readonly title: string
  readonly body: string
  /** The body with its marks. */
  readonly spans: readonly Span[]
}

export function newDoc(): Y.Doc {
  const doc = new Y.Doc({ gc: false })
  doc.getArray(STEPS_ROOT)
  doc.getArray(ORDER_ROOT)
  return doc
}

/** The steps in order; if a step has several positions, the first one counts. */
export function readSteps(doc: Y.Doc): Step[] {
  const texts = textsOf(doc)
  return placesOf(doc).flatMap(({ id }) => {
    const step = texts.get(id)
    if (step === undefined) return []
    const { title, body } = step
    return [{ id, title: title.toJSON(), body: body.toJSON(), spans: spansOf(body) }]
  })
}

/** Inserts a step at `index`. */
export function insertStep(
  doc: Y.Doc,
  index: number,
  { title, body }: { readonly title: string; readonly body: string }
): string {
  const map = new Y.Map<Y.Text>()
  // Both texts first, empty, so that they directly follow their step.
  map.set('title', new Y.Text())
  map.set('body', new Y.Text())
  doc.getArray<Y.Map<Y.Text>>(STEPS_ROOT).push([map])
  map.get('title')?.insert(0, title)
  map.get('body')?.insert(0, body)
  const id = idOf(map)
  place(doc, id, index)
  return formatId(id)
}

/** Moves a step to `index`; false if there is no such step. */
export function moveStep(doc: Y.Doc, id: string, index: number): boolean {
  const step = parseId(id)
  if (step === undefined || !removeStep(doc, id)) return false
  place(doc, step, index)
  return true
}

/** Removes a step from the order; false if there is no such step. */
export function removeStep(doc: Y.Doc, id: string): boolean {
  if (!placesOf(doc).some((each) => each.id === id)) return false
  const order = doc.getArray<Uint8Array>(ORDER_ROOT)
  for (const [i, bytes] of order.toArray().entries().toArray().toReversed()) {
    if (formatId(readStepId(bytes)) === id) order.delete(i, 1)
  }
  return true
}

/** Sets a step's texts by the smallest change since `base`. False if there is no such step. */
export function writeStep(
  doc: Y.Doc,
  id: string,
  {
    base,
    ...changes
  }: {
    readonly title?: string
    readonly body?: string
    readonly base?: { readonly title: string; readonly body: string }
  }
): boolean {
  const step = placesOf(doc).some((each) => each.id === id) ? textsOf(doc).get(id) : undefined
  if (step === undefined) return false
  for (const name of STEP_TEXTS) {
    const to = changes[name]
    if (to !== undefined) spliceText(step[name], to, base?.[name] ?? step[name].toJSON())
  }
  return true
}

/** Sets or clears a mark on part of a step's body. False if there is no such step. */
export function markStep(
  doc: Y.Doc,
  id: string,
  { from, to, mark, on }: { from: number; to: number; mark: Mark; on: boolean }
): boolean {
  const step = placesOf(doc).some((each) => each.id === id) ? textsOf(doc).get(id) : undefined
  if (step === undefined) return false
  step.body.format(from, to - from, { [mark]: on ? true : null })
  return true
}

interface Place {
  readonly id: string
  /** Positions in the order, with repetitions. */
  readonly at: number
}

interface StepTexts {
  readonly title: Y.Text
  readonly body: Y.Text
}

function placesOf(doc: Y.Doc): Place[] {
  const seen = new Set<string>()
  const places: Place[] = []
  for (const [at, bytes] of doc.getArray<Uint8Array>(ORDER_ROOT).toArray().entries()) {
    const id = formatId(readStepId(bytes))
    if (seen.has(id)) continue
    seen.add(id)
    places.push({ id, at })
  }
  return places
}

function textsOf(doc: Y.Doc): Map<string, StepTexts> {
  const texts = new Map<string, StepTexts>()
  for (const map of doc.getArray<Y.Map<Y.Text>>(STEPS_ROOT)) {
    const title = map.get('title')
    const body = map.get('body')
    if (title !== undefined && body !== undefined) texts.set(formatId(idOf(map)), { title, body })
  }
  return texts
}

function place(doc: Y.Doc, id: Id, index: number): void {
  const order = doc.getArray<Uint8Array>(ORDER_ROOT)
  const at = placesOf(doc)[index]?.at ?? order.length
  const bytes = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, id.client)
    encoding.writeVarUint(encoder, id.clock)
  })
  order.insert(at, [bytes])
}

/** Splices `text` by the difference between `base` and `to`; concurrent text stays. */
function spliceText(text: Y.Text, to: string, base: string): void {
  for (const { at, remove, insert } of splicesOf(text.toJSON(), base, to)) {
    if (remove > 0) text.delete(at, remove)
    if (insert !== '') text.insert(at, insert)
  }
}

function spansOf(text: Y.Text): Span[] {
  const delta: readonly { insert?: unknown; attributes?: Readonly<Record<string, unknown>> }[] =
    text.toDelta()
  return delta.flatMap(({ insert, attributes = {} }) =>
    typeof insert === 'string'
      ? [{ text: insert, marks: MARKS.filter((mark) => attributes[mark] === true) }]
      : []
  )
}

function idOf(map: Y.Map<Y.Text>): Id {
  // oxlint-disable-next-line no-underscore-dangle -- Yjs has no other name for what a type is known by
  const item = map._item
  if (item === null) throw new MalformedError('a step outside of a playbook')
  return item.id
}

function formatId({ client, clock }: Id): string {
  return `${client.toString(36)}-${clock.toString(36)}`
}

function parseId(id: string): Id | undefined {
  const [client = '', clock = ''] = id.split('-')
  const parsed = { client: parseInt(client, 36), clock: parseInt(clock, 36) }
  return formatId(parsed) === id ? parsed : undefined
}
