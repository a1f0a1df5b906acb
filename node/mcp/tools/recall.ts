/** The tool `recall`: what is known about a task or an error, a line an item. */
import { z } from 'zod'
import { describeRecalled, lineOf } from '../../recalled-line.ts'
import { answer, callOptions } from '../tool.ts'
import type { Call, RecalledResult } from '../../operations/index.ts'
import type { AddTool } from '../tool.ts'

const MAX_ITEMS = 20
const DEFAULT_BUDGET = 600

/** An agent that asks sees what is likelier relevant than not; if nothing is, the next best. */
const LIKELY = 0.5
const POSSIBLE = 0.01
const MAX_WEAK = 3

/** Bytes of a token, at least. */
const BYTES_PER_TOKEN = 3

const Item = z.object({
  id: z.string(),
  state: z.string(),
  voices: z.int(),
  age: z.string(),
  what: z.string(),
  do: z.string()
})

/** Characters of a query in the impact journal. */
const MAX_WHY = 200

const NOTHING = 'Nothing is known about this.'
const WEAK = 'Nothing close is known. Perhaps:'

export const addRecall: AddTool = (server, { call, project, now }) => {
  server.registerTool(
    'recall',
    {
      description:
        'Find lessons for a task or an error. One line an item: id, state, voices, age, what, what to do.',
      inputSchema: z.strictObject({
        query: z.string().describe('The task, or the raw error text'),
        budget: z.int().min(50).max(20_000).optional().describe('Tokens')
      }),
      outputSchema: z.object({ items: z.array(Item), more: z.int() }),
      annotations: { readOnlyHint: true, openWorldHint: false }
    },
    async ({ query, budget = DEFAULT_BUDGET }, context) => {
      const input = { query, limit: MAX_ITEMS, project, minRelevance: POSSIBLE }
      const { items } = await call('recall', input, callOptions(context))
      const likely = items.filter(({ relevance }) => relevance >= LIKELY)
      const isWeak = likely.length === 0
      const best = isWeak ? items.slice(0, MAX_WEAK) : likely
      const found = best.map((item) => describeRecalled(item, now()))
      const shown: z.infer<typeof Item>[] = []
      const lines: string[] = []
      let left = budget * BYTES_PER_TOKEN
      for (const item of found) {
        const line = lineOf(item)
        left -= Buffer.byteLength(line) + 1
        if (left < 0) break
        shown.push(item)
        lines.push(line)
      }
      const more = found.length - shown.length
      await noteShown(call, { query, project, items: best.slice(0, shown.length) })
      const rest = more === 0 ? [] : [`${more} more; raise the budget.`]
      const heading = isWeak ? [found.length === 0 ? NOTHING : WEAK] : []
      return answer([...heading, ...lines, ...rest], { items: shown, more })
    }
  )
}

interface Shown {
  readonly query: string
  readonly project?: string
  readonly items: readonly RecalledResult[]
}

/** In the impact journal; an answer does not depend on it. */
async function noteShown(call: Call, { query, project, items }: Shown): Promise<void> {
  const shown = items.map(({ fact, relevance }) => ({ id: fact.id, relevance }))
  const note = { door: 'mcp recall', project, why: query.slice(0, MAX_WHY), items: shown }
  await call('impact', { note, limit: 0 }).catch(() => undefined)
}
