/**
 * What imported units of cq have and lessons have no field for: an annotation of the lesson's fact,
 * so that it is verified, backed up and forgotten with it.
 */
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { CqUnit } from './cq-unit.ts'
import type { HiveNode } from '../../../src/index.ts'
import type { NodeAccess } from '../operation.ts'
import type { UnitRest } from './cq-mapping.ts'

type Knowledge = HiveNode['agent']['cortex']['knowledge']

/** The name of the annotation. */
const CQ = 'cq'

const Rest = CqUnit.omit({ insight: true })

/** Where earlier versions kept it: a line for each import of a unit, the last one counts. */
const FILE = 'cq-units.jsonl'
const Line = z.object({ fact: z.string().regex(/^[0-9a-f]{64}$/), rest: Rest })

/** Lines that share a commit. */
const BATCH = 200

export async function restOfFact(
  knowledge: Pick<Knowledge, 'annotation'>,
  fact: string
): Promise<UnitRest | undefined> {
  const { data } = Rest.safeParse(await knowledge.annotation(CQ, fact))
  return data
}

/** Resolves when it is on disk. */
export function keepRests(
  knowledge: Pick<Knowledge, 'annotate'>,
  rests: ReadonlyMap<string, UnitRest>
): Promise<void> {
  return knowledge.annotate(CQ, jsonOf(rests))
}

/** Takes over the file of an earlier version, of the facts that are still stored, and removes it. */
export async function adoptUnitFile({ db, dataDir }: NodeAccess): Promise<void> {
  const path = join(dataDir, FILE)
  if ((await stat(path).catch(() => undefined)) === undefined) return
  const { knowledge } = db.agent.cortex
  let batch = new Map<string, UnitRest>()
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = lineOf(text)
    if (line === undefined) continue
    batch.set(line.fact, line.rest)
    if (batch.size < BATCH) continue
    await keepRests(knowledge, batch)
    batch = new Map()
  }
  await keepRests(knowledge, batch)
  await rm(path, { force: true })
}

/** Undefined for a line that a crash has cut. */
function lineOf(text: string): z.output<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Absent fields are left out. */
function jsonOf(rests: ReadonlyMap<string, UnitRest>): Parameters<Knowledge['annotate']>[1] {
  return new Map([...rests].map(([fact, rest]) => [fact, JSON.parse(JSON.stringify(rest))]))
}
