/**
 * Published receipts: a record of kind `skill` with the attribute `receipts` of a skill's id, and
 * the engine as its value. An author who vouches for it states that its runs had these results. The
 * bounds keep it below the 32 KiB of a record: 16 receipts of 512 bytes of input, which may double
 * when quoted.
 */
import { z } from 'zod'
import { toHex } from '../../../crdt/bytes/index.ts'
import { failureOutcome, ReceiptValue, receiptOf } from '../running/receipt.ts'
import type { HiveRecord, Replica } from '../../../crdt/index.ts'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { Json } from '../../sandbox/index.ts'
import type { StoredReceipt, Receipt } from '../running/receipt.ts'
import type { SkillService } from '../skill-service.ts'
import type { Skill } from '../skill-identity.ts'

/** The attribute of such records. */
export const RECEIPTS = 'receipts'

/** Declared tests in a record: every node has them, so they disclose nothing. */
const MAX_TESTS = 8
const MAX_RECEIPTS_PER_RECORD = 16

/** Records that are searched for the receipts of one skill, and authors of each. */
const MAX_RECORDS = 1_000
const MAX_AUTHORS_PER_RECORD = 1_000

const Content = z.array(ReceiptValue).min(1).max(MAX_RECEIPTS_PER_RECORD)

/** Receipts by author, as hex. */
export type ReceiptsByAuthor = ReadonlyMap<string, readonly Receipt[]>

export interface ReceiptsInit {
  readonly skills: Pick<SkillService, 'runner'>
  readonly anonymizer: Anonymizer
}

export function isReceipts({ kind, attribute }: HiveRecord): boolean {
  return kind === 'skill' && attribute === RECEIPTS
}

/** Which records of the hive are skills, for ids. */
export const SKILLS = {
  name: 'skills',
  accepts: (record: HiveRecord): boolean => record.kind === 'skill' && !isReceipts(record)
} as const

/**
 * Receipts of the skill's tests, run now, and of runs whose input discloses nothing; undefined if
 * there are none.
 */
export async function receiptsRecord(
  id: string,
  skill: Skill,
  kept: readonly StoredReceipt[],
  { skills: { runner }, anonymizer }: ReceiptsInit
): Promise<HiveRecord | undefined> {
  if (skill.kind !== 'code') return undefined
  const engine = await runner.engine()
  const tested = new Map<string, Receipt>()
  for (const { input } of skill.tests.slice(0, MAX_TESTS)) {
    const receipt = receiptOf(skill, input, {}, await outcomeOf(() => runner.run(skill, input)))
    if (receipt !== undefined) tested.set(receipt.input, receipt)
  }
  const runs = kept
    .filter((each) => each.engine === engine && !tested.has(each.input))
    .filter(({ input }) => disclosesNothing(skill.name, input, anonymizer))
    .map(({ input, gave }): Receipt => ({ input, gave }))
  const all = [...tested.values(), ...new Map(runs.map((run) => [run.input, run])).values()]
  if (all.length === 0) return undefined
  const content = JSON.stringify(all.slice(0, MAX_RECEIPTS_PER_RECORD))
  return { kind: 'skill', entity: id, content, attribute: RECEIPTS, value: engine }
}

/** The receipts of all authors for the skill on this engine. */
export async function receiptsOf(
  id: string,
  engine: string,
  replica: Pick<Replica, 'claims' | 'get' | 'votes'>
): Promise<ReceiptsByAuthor> {
  const receipts = new Map<string, Receipt[]>()
  for (const digest of await replica.claims(id, RECEIPTS, MAX_RECORDS)) {
    const attested = await replica.get(digest)
    if (attested === undefined || !isReceipts(attested.record)) continue
    const { entity, value, content } = attested.record
    if (entity !== id || value !== engine) continue
    const read = readContent(content)
    let authors = 0
    for await (const { author, register } of replica.votes(digest)) {
      if (authors === MAX_AUTHORS_PER_RECORD) break
      authors += 1
      if (register.vote !== 'vouch') continue
      const key = toHex(author)
      receipts.set(key, [...(receipts.get(key) ?? []), ...read])
    }
  }
  return receipts
}

async function outcomeOf(
  run: () => Promise<{ readonly outputHash: string | undefined }>
): Promise<string | undefined> {
  try {
    return (await run()).outputHash
  } catch (error) {
    return failureOutcome(error)
  }
}

/** Neither the JSON nor the texts in it disclose anything. */
function disclosesNothing(name: string, input: string, anonymizer: Anonymizer): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
  const content = [input, ...textsIn(JSON.parse(input) as Json)].join('\n')
  const { findings, verdict } = anonymizer.anonymize({ entity: name, content })
  return findings.length === 0 && verdict === 'clear'
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)])
}

/** A signed record may contain anything. */
function readContent(content: string): readonly Receipt[] {
  try {
    return Content.safeParse(JSON.parse(content)).data ?? []
  } catch {
    return []
  }
}
