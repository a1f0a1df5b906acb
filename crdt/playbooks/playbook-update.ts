/**
 * Reads the Yjs update of one playbook entry (format V1) without Yjs.
 *
 * Accepts only what editing a playbook needs: consecutive structs of the author's own client, of
 * six kinds, and deletes of earlier units. References are checked where the entry's dependencies
 * are known (`playbook-state.ts`). Refuses GC, Skip and deleted structs, map keys that could be set
 * twice, JSON other than `true` and `null`, and numbers in a second form.
 */
import {
  MARKS,
  MAX_PLAYBOOK_DELETES,
  MAX_PLAYBOOK_STRUCTS,
  MAX_PLAYBOOK_UPDATE_BYTES,
  ORDER_ROOT,
  STEP_TEXTS,
  STEPS_ROOT
} from '../constants.ts'
import { readAll, readBlob, readBytes, readText, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import type { Decoder } from '../bytes/index.ts'

/** Id of a struct, and of each unit of a text. */
export interface Id {
  readonly client: number
  readonly clock: number
}

/** `client` and `length` units from `clock` on. */
export interface IdRange extends Id {
  readonly length: number
}

/**
 * `step`: creates a step, followed by its `title` and `body`; `place`: puts a step into the order;
 * `text` and `format`: inside a title or a body.
 */
export type StructKind = 'step' | 'title' | 'body' | 'place' | 'text' | 'format'

export interface PlaybookStruct {
  readonly kind: StructKind
  readonly clock: number
  /** Units: more than 1 for text only. */
  readonly length: number
  /** Its neighbours when it was inserted; without any, the update names its parent. */
  readonly origin: Id | undefined
  readonly rightOrigin: Id | undefined
  readonly parent: typeof STEPS_ROOT | typeof ORDER_ROOT | Id | undefined
  /** Of a `place`: the step. */
  readonly step: Id | undefined
}

export interface PlaybookUpdate {
  /** Clock of the first struct; 0 if there is none. */
  readonly clock: number
  readonly structs: readonly PlaybookStruct[]
  /** Clock after the last struct. */
  readonly next: number
  readonly deletes: readonly IdRange[]
}

/** `Item.write` of Yjs: the kind of content, and the fields before it. */
const HAS_ORIGIN = 0x80
const HAS_RIGHT_ORIGIN = 0x40
const HAS_PARENT_SUB = 0x20
const CONTENT = 0x1f
const BINARY = 3
const STRING = 4
const FORMAT = 6
const TYPE = 7
const MAP_TYPE = 1
const TEXT_TYPE = 2

/** A struct is at least its info, an origin and one byte of content. */
const MIN_STRUCT_BYTES = 4
const MIN_RANGE_BYTES = 2

/** Far above the limits of an author, and far below the loss of precision. */
const MAX_CLOCK = 2 ** 32

/** Two numbers of at most nine bytes. */
const MAX_STEP_BYTES = 18
const MAX_NAME_BYTES = 16

/** Number of structs and delete ranges of an update. */
export function changesOf({ structs, deletes }: PlaybookUpdate): number {
  return structs.length + deletes.length
}

/** Reads an update of the author's `client`; anything else is malformed. */
export function readPlaybookUpdate(update: Uint8Array, client: number): PlaybookUpdate {
  if (update.length > MAX_PLAYBOOK_UPDATE_BYTES) throw new MalformedError('too large an edit')
  return readAll(update, (decoder) => {
    const structs: PlaybookStruct[] = []
    let clock = 0
    if (readUint(decoder, 1) === 1) {
      const most = Math.min(MAX_PLAYBOOK_STRUCTS, Math.floor(update.length / MIN_STRUCT_BYTES))
      const count = readUint(decoder, most)
      if (count === 0) throw new MalformedError('no structs')
      if (readUint(decoder, Number.MAX_SAFE_INTEGER) !== client) {
        throw new MalformedError("not the author's client")
      }
      clock = readUint(decoder, MAX_CLOCK)
      let next = clock
      for (let i = 0; i < count; i++) {
        const struct = readStruct(decoder, next)
        structs.push(struct)
        next += struct.length
      }
      checkSteps(structs, client)
    }
    const deletes = readDeletes(decoder)
    const last = structs.at(-1)
    return { clock, structs, next: last === undefined ? clock : last.clock + last.length, deletes }
  })
}

export function readStepId(bytes: Uint8Array): Id {
  return readAll(bytes, (decoder) => readId(decoder))
}

function readStruct(decoder: Decoder, clock: number): PlaybookStruct {
  const [info = 0] = readBytes(decoder, 1)
  const origin = (info & HAS_ORIGIN) === 0 ? undefined : readId(decoder)
  const rightOrigin = (info & HAS_RIGHT_ORIGIN) === 0 ? undefined : readId(decoder)
  const isPlaced = origin !== undefined || rightOrigin !== undefined
  const parent = isPlaced ? undefined : readParent(decoder)
  const place = { clock, length: 1, origin, rightOrigin, parent, step: undefined }
  if ((info & HAS_PARENT_SUB) !== 0) {
    if (isPlaced || (info & CONTENT) !== TYPE) throw new MalformedError('a key that is set again')
    return { ...place, kind: readStepText(decoder) }
  }
  switch (info & CONTENT) {
    case TYPE:
      if (readUint(decoder, MAP_TYPE) !== MAP_TYPE) throw new MalformedError('not a step')
      return { ...expectParent(place, STEPS_ROOT), kind: 'step' }
    case BINARY: {
      const step = readStepId(readBlob(decoder, MAX_STEP_BYTES))
      return { ...expectParent(place, ORDER_ROOT), kind: 'place', step }
    }
    case STRING: {
      const { length } = readText(decoder, MAX_PLAYBOOK_UPDATE_BYTES)
      if (length === 0) throw new MalformedError('no text')
      return { ...expectInText(place), kind: 'text', length }
    }
    case FORMAT: {
      const mark = readText(decoder, MAX_NAME_BYTES)
      if (!MARKS.some((each) => each === mark)) throw new MalformedError('an unknown mark')
      const value = readText(decoder, MAX_NAME_BYTES)
      if (value !== 'true' && value !== 'null') throw new MalformedError('not a mark’s value')
      return { ...expectInText(place), kind: 'format' }
    }
    default:
      throw new MalformedError('content that no playbook has')
  }
}

function readStepText(decoder: Decoder): 'title' | 'body' {
  const key = readText(decoder, MAX_NAME_BYTES)
  const kind = STEP_TEXTS.find((each) => each === key)
  if (kind === undefined || readUint(decoder, TEXT_TYPE) !== TEXT_TYPE) {
    throw new MalformedError('not a text of a step')
  }
  return kind
}

type PositionedStruct = Omit<PlaybookStruct, 'kind'>

function expectParent<T extends PositionedStruct>(place: T, root: string): T {
  if (place.parent !== undefined && place.parent !== root) throw new MalformedError('a wrong place')
  return place
}

function expectInText<T extends PositionedStruct>(place: T): T {
  if (typeof place.parent === 'string') throw new MalformedError('text outside of a step')
  return place
}

/** A step is a map directly followed by its two texts, so that neither text can be set again. */
function checkSteps(structs: readonly PlaybookStruct[], client: number): void {
  for (const [i, { kind, clock, parent }] of structs.entries()) {
    if (kind === 'step') {
      if (structs[i + 1]?.kind !== 'title' || structs[i + 2]?.kind !== 'body') {
        throw new MalformedError('a step without its texts')
      }
    } else if (kind === 'title' || kind === 'body') {
      const distance = kind === 'title' ? 1 : 2
      const isOwn =
        typeof parent === 'object' &&
        parent.client === client &&
        parent.clock === clock - distance &&
        structs[i - distance]?.kind === 'step'
      if (!isOwn) throw new MalformedError('a text of another step')
    }
  }
}

/** In Yjs's order: clients descend; ranges ascend and neither touch nor overlap. */
function readDeletes(decoder: Decoder): IdRange[] {
  const rest = decoder.arr.length - decoder.pos
  const clients = readUint(decoder, Math.floor(rest / MIN_RANGE_BYTES))
  const deletes: IdRange[] = []
  let before = Infinity
  for (let i = 0; i < clients; i++) {
    const client = readUint(decoder, Number.MAX_SAFE_INTEGER)
    if (client >= before) throw new MalformedError('clients that do not descend')
    before = client
    const ranges = readUint(decoder, Math.floor(rest / MIN_RANGE_BYTES))
    if (ranges === 0) throw new MalformedError('no ranges')
    let end = -1
    for (let j = 0; j < ranges; j++) {
      const from = readUint(decoder, MAX_CLOCK)
      const length = readUint(decoder, MAX_CLOCK)
      if (from <= end || length === 0) throw new MalformedError('ranges that do not ascend')
      end = from + length
      if (deletes.length === MAX_PLAYBOOK_DELETES) throw new MalformedError('too many deletes')
      deletes.push({ client, clock: from, length })
    }
  }
  return deletes
}

function readParent(decoder: Decoder): Id | typeof STEPS_ROOT | typeof ORDER_ROOT {
  if (readUint(decoder, 1) === 0) return readId(decoder)
  const root = readText(decoder, MAX_NAME_BYTES)
  if (root !== STEPS_ROOT && root !== ORDER_ROOT) throw new MalformedError('an unknown root')
  return root
}

function readId(decoder: Decoder): Id {
  const client = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return { client, clock: readUint(decoder, MAX_CLOCK) }
}
