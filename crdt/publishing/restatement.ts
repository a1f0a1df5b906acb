/**
 * Restatement: what an author says anew of its feed before it names a new base: each register that
 * stands, with its record where it came with one, and the retractions of what it has said elsewhere.
 */
import { equalBytes, toHex, readAll } from '../bytes/index.ts'
import { readRecord } from '../records/record.ts'
import { commitmentOf } from '../records/retraction.ts'
import type { Materials, PlacedRegister } from '../records/materials.ts'
import type { Value } from '../records/value.ts'

export interface Said {
  readonly seq: number
  readonly values: readonly Value[]
  /** Of the entry, unpacked. */
  readonly bytes: number
}

type Read = Pick<Materials, 'bodies' | 'isRetracted' | 'latest' | 'saidBy'>

/** What of an entry still counts, in groups that stay together. */
export async function restated(
  materials: Read,
  author: Uint8Array,
  { seq, values }: Said
): Promise<Value[][]> {
  const groups: Value[][] = []
  const seen = new Set<string>()
  for (const value of values) {
    if (value.type === 'record' || seen.has(toHex(value.digest))) continue
    const own = await materials.saidBy(value.digest, author)
    if (value.type === 'retraction') {
      const commitment = commitmentOf(value)
      const isOwn = own.some(({ register }) => equalBytes(register.commitment, commitment))
      if (!isOwn) groups.push([value])
      continue
    }
    seen.add(toHex(value.digest))
    const latest = own.at(-1)
    if (latest?.seq !== seq) continue
    const standing = await withoutRetracted(materials, value.digest, latest)
    if (standing.register.vote === 'none' && standing.register.counters.length === 0) continue
    const isWithRecord = values.some(
      (each) => each.type === 'record' && equalBytes(each.digest, value.digest)
    )
    // What it said first, and goes now, may have come with the record.
    const carries = isWithRecord || own.length > 1
    const record = carries ? await recordOf(materials, value.digest) : []
    groups.push([...record, standing])
  }
  return groups
}

/** Something true to say where nothing counts any longer: an entry needs a value. */
export async function remainder(
  materials: Read,
  author: Uint8Array,
  { values }: Said
): Promise<Value[]> {
  const last = values.at(-1)
  if (last === undefined || last.type === 'retraction') return last === undefined ? [] : [last]
  const latest = await materials.latest(last.digest, author)
  return latest === undefined ? [] : [await withoutRetracted(materials, last.digest, latest)]
}

async function recordOf(materials: Read, digest: Uint8Array): Promise<Value[]> {
  const [bytes] = await materials.bodies([digest])
  if (bytes === undefined) return []
  return [{ type: 'record', digest, bytes, record: readAll(bytes, readRecord) }]
}

/** A vote that was taken back is none; what was counted has happened all the same. */
async function withoutRetracted(
  materials: Read,
  digest: Uint8Array,
  { register }: PlacedRegister
): Promise<Extract<Value, { type: 'register' }>> {
  if (!(await materials.isRetracted(digest, register)))
    return { type: 'register', digest, register }
  return { type: 'register', digest, register: { ...register, vote: 'none', confidence: 0 } }
}
