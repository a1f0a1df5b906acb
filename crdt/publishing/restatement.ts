/**
 * Restatement: the values that an author repeats before it raises its base: each live register,
 * with its record if they came together, and retractions that the feed has from an earlier version.
 */
import { randomBytes } from 'node:crypto'
import { HASH_BYTES } from '../constants.ts'
import { equalBytes, toHex, readAll } from '../bytes/index.ts'
import { readRecord } from '../records/record.ts'
import { commitmentOf, createSecret } from '../records/retraction.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { PositionedRegister } from '../records/standing-reader.ts'
import type { Register } from '../records/register.ts'
import type { Value } from '../records/value.ts'

export interface EntryValues {
  readonly seq: number
  /** In a closed swarm: the place among all that the member says. */
  readonly order?: number
  readonly values: readonly Value[]
  /** Unpacked bytes of the entry. */
  readonly bytes: number
  /** Where the feed begins by this entry; undefined if it cannot be read. */
  readonly base?: number
}

type RestatementReader = Pick<RecordStore, 'bodies' | 'isRetracted' | 'latest' | 'registersBy'>

/** The live values of an entry, in groups that stay together. */
export async function restateEntry(
  recordStore: RestatementReader,
  author: Uint8Array,
  { seq, values }: EntryValues
): Promise<Value[][]> {
  const groups: Value[][] = []
  const seen = new Set<string>()
  for (const value of values) {
    if (value.type === 'record' || seen.has(toHex(value.digest))) continue
    const voice = value.type === 'register' ? value.voice : undefined
    // In a closed swarm that is of no register, and retractions of own votes are repeated too.
    const own = await recordStore.registersBy(value.digest, voice ?? author)
    if (value.type === 'retraction') {
      const commitment = commitmentOf(value)
      const isOwn = own.some(({ register }) => equalBytes(register.commitment, commitment))
      if (!isOwn) groups.push([value])
      continue
    }
    seen.add(toHex(value.digest))
    const latest = own.at(-1)
    if (latest?.seq !== seq || !equalBytes(latest.author, author)) continue
    const live = { ...(await withoutRetractedVote(recordStore, value.digest, latest)), voice }
    if (saysNothing(live.register) && !(await hidesOther(recordStore, author, value.digest, own))) {
      continue
    }
    const isWithRecord = values.some(
      (each) => each.type === 'record' && equalBytes(each.digest, value.digest)
    )
    // The author's first register may have come with the record.
    const carries = isWithRecord || own.length > 1
    const record = carries ? await recordOf(recordStore, value.digest) : []
    groups.push([...record, live])
  }
  return groups
}

/**
 * Values for a checkpoint without live values, since an entry must contain a value: a retraction of
 * nothing. A register would keep the body of its record on every node.
 */
export function fillerValues(): Value[] {
  const digest = new Uint8Array(randomBytes(HASH_BYTES))
  return [{ type: 'retraction', digest, secret: createSecret() }]
}

/** The stored record, for an entry that brings it along; none where it is missing. */
export async function recordOf(
  recordStore: Pick<RecordStore, 'bodies'>,
  digest: Uint8Array
): Promise<Value[]> {
  const [bytes] = await recordStore.bodies([digest])
  if (bytes === undefined) return []
  return [{ type: 'record', digest, bytes, record: readAll(bytes, readRecord) }]
}

function saysNothing({ vote, counters }: Register): boolean {
  return vote === 'none' && counters.length === 0
}

/**
 * In a closed swarm: whether the voice's register of an earlier author key would count again without
 * a later one. That key may be gone, so its feed still has the register.
 */
async function hidesOther(
  recordStore: RestatementReader,
  author: Uint8Array,
  digest: Uint8Array,
  own: readonly PositionedRegister[]
): Promise<boolean> {
  for (const each of own) {
    if (equalBytes(each.author, author)) continue
    const { register } = await withoutRetractedVote(recordStore, digest, each)
    if (!saysNothing(register)) return true
  }
  return false
}

/** A retracted vote is removed; counters stay. */
async function withoutRetractedVote(
  recordStore: RestatementReader,
  digest: Uint8Array,
  { register }: PositionedRegister
): Promise<Extract<Value, { type: 'register' }>> {
  if (!(await recordStore.isRetracted(digest, register)))
    return { type: 'register', digest, register }
  return { type: 'register', digest, register: { ...register, vote: 'none', confidence: 0 } }
}
