/** Imports of other stores: their items become facts of this node. */
import { z } from 'zod'
import { factLines, JsonLines } from '../json-lines.ts'
import { importUnits } from './cq-import.ts'
import { memoryFacts } from './server-memory.ts'
import type { DistillReport, FactInput } from '../../../src/index.ts'
import type { CallOptions } from '../call-options.ts'
import type { NodeAccess } from '../operation.ts'

/** An entity of a memory server has all its observations in one line. */
const MAX_MEMORY_LINE = 8 * 1024 * 1024

export const FORMATS = z.enum(['hive', 'cq', 'server-memory'])

export interface ImportInput {
  readonly format: z.output<typeof FORMATS>
  readonly private?: boolean
  readonly items: readonly unknown[]
}

/** Items as lines, unless they come as lines. */
type Lines = AsyncIterable<Buffer | string> | string[]

export async function importItems(
  node: NodeAccess,
  { format, private: isPrivate, items }: ImportInput,
  call: CallOptions
): Promise<DistillReport> {
  const lines = call.lines ?? items.map((item) => `${JSON.stringify(item)}\n`)
  if (format === 'cq') return importUnits(node, lines, { ...call, isPrivate })
  const facts = readerOf(format, lines)
  const report = await node.db.agent.cortex.knowledge.distillMany(
    isPrivate === true ? privately(facts) : facts,
    { signal: call.signal, onProgress: (progress) => call.onProgress?.({ ...progress }) }
  )
  const rejected = report.rejected.map(({ line, reason }) => ({ line: facts.lineOf(line), reason }))
  return { ...report, rejected }
}

function readerOf(format: 'hive' | 'server-memory', lines: Lines): JsonLines {
  return format === 'hive' ? factLines(lines) : new JsonLines(lines, memoryFacts, MAX_MEMORY_LINE)
}

async function* privately(
  facts: AsyncIterable<FactInput | Error>
): AsyncGenerator<FactInput | Error> {
  for await (const fact of facts) yield fact instanceof Error ? fact : { ...fact, private: true }
}
