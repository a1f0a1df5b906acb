/**
 * The MCP server of `hive mcp --profile cq`: the five tools of cq's own server, by its names and
 * shapes. Each answers with JSON as text, and ignores arguments that it does not know, as cq's server
 * does: its clients may be newer.
 */
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { describeIssues } from '../operations/index.ts'
import { version } from '../version.ts'
import { CqUnits, DEFAULT_UNITS, Flag, MAX_UNITS, Proposal, Query } from './units.ts'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Call } from '../operations/index.ts'

const Words = z.array(z.string())
const optionalWords = (text: string): z.ZodOptional<typeof Words> => Words.optional().describe(text)

const CHANGES = { readOnlyHint: false, destructiveHint: false, openWorldHint: true }
const READS = { readOnlyHint: true, openWorldHint: false }

const unitId = z.string().describe('The id of a unit that "query" returned')

export function createCqServer(call: Call): McpServer {
  const units = new CqUnits(call)
  const server = new McpServer({ name: 'cq', version: version() }, { capabilities: { tools: {} } })
  server.registerTool(
    'query',
    {
      description:
        'Search for known problems and workarounds before you act: at the start of a task, after an error, or before you set up infrastructure. Returns units with a confidence and an action.',
      inputSchema: z.object({
        domains: Words.describe('2 or 3 tags of the subject, such as "api"'),
        languages: optionalWords('Programming languages'),
        frameworks: optionalWords('Libraries or frameworks'),
        pattern: z.string().optional().describe('A concern across technologies'),
        limit: z.number().optional().describe(`Default ${DEFAULT_UNITS}, at most ${MAX_UNITS}`)
      }),
      annotations: READS
    },
    ({ limit = DEFAULT_UNITS, ...query }, { mcpReq: { signal } }) =>
      answer(() => {
        const wanted = limit > 0 ? Math.trunc(limit) : DEFAULT_UNITS
        return units.query(Query.parse({ ...query, limit: wanted }), { signal })
      })
  )
  server.registerTool(
    'propose',
    {
      description:
        'Share an insight that is not obvious, so that others avoid the problem. State it in general terms. What peers see is anonymised.',
      inputSchema: z.object({
        summary: z.string().describe('The discovery in one line'),
        detail: z.string().describe('The explanation, with versions'),
        action: z.string().describe('What to do, in the imperative'),
        domains: Words.describe('Tags of the subject'),
        languages: optionalWords('Programming languages'),
        frameworks: optionalWords('Libraries or frameworks'),
        pattern: z.string().optional().describe('A concern across technologies'),
        extensions: z.record(z.string(), z.unknown()).optional().describe('Keys: namespace:key')
      }),
      annotations: CHANGES
    },
    (input, { mcpReq: { signal } }) =>
      answer(() => {
        const { summary, detail, action, domains, extensions, ...context } = input
        const insight = { summary, detail, action }
        return units.propose(Proposal.parse({ domains, insight, context, extensions }), { signal })
      })
  )
  server.registerTool(
    'confirm',
    {
      description: 'State that a unit proved correct in your task.',
      inputSchema: z.object({ unit_id: unitId }),
      annotations: CHANGES
    },
    ({ unit_id: id }, { mcpReq: { signal } }) => answer(() => units.confirm(id, { signal }))
  )
  server.registerTool(
    'flag',
    {
      description: 'State that a unit is wrong, outdated or redundant.',
      inputSchema: z.object({
        unit_id: unitId,
        reason: z.enum(['stale', 'incorrect', 'duplicate']),
        detail: z.string().optional().describe('What changed, or why it is wrong'),
        duplicate_of: z.string().optional().describe('The original unit of a duplicate')
      }),
      annotations: CHANGES
    },
    ({ unit_id: id, ...flag }, { mcpReq: { signal } }) =>
      answer(() => units.flag(id, Flag.parse(flag), { signal }))
  )
  server.registerTool(
    'status',
    {
      description: 'Return counts of the units: by tier, by domain and by confidence.',
      annotations: READS
    },
    ({ mcpReq: { signal } }) =>
      answer(async () => ({ ...(await units.stats({ signal })), recent: [] }))
  )
  return server
}

/** An input that is not valid is an answer that the model can correct. */
async function answer(run: () => Promise<unknown>): Promise<CallToolResult> {
  try {
    const result = await run()
    return { content: [{ type: 'text', text: JSON.stringify(result) }] }
  } catch (error) {
    const text = describeIssues(error) ?? (error instanceof Error ? error.message : String(error))
    return { isError: true, content: [{ type: 'text', text }] }
  }
}
