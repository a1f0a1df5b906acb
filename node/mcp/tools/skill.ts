/** The tool `skill`: finds, shows and runs the skills of this node. */
import { z } from 'zod'
import { oneLine, shortId } from '../../recalled-line.ts'
import { answer, callOptions } from '../tool.ts'
import type { Call, CallOptions } from '../../operations/index.ts'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { AddTool } from '../tool.ts'

const MAX_FOUND = 10

const USABLE: ReadonlySet<string> = new Set(['experimental', 'pre-warming', 'verified'])

const Input = z.strictObject({
  action: z.enum(['find', 'show', 'run']),
  skill: z.string().describe('Words to find; else id or name'),
  input: z.unknown().optional().describe('JSON, for run')
})

interface ListedSkill {
  readonly id: string
  readonly kind: 'code' | 'prompt'
  readonly status: string
  readonly untested: boolean
  readonly provenance: { readonly from: string }
}

interface FoundSkill {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly untested: boolean
  readonly uses: string
  readonly description: string
}

export const addSkill: AddTool = (server, { call }) => {
  server.registerTool(
    'skill',
    {
      description: 'Find, show or run (sandboxed) skills.',
      inputSchema: Input,
      outputSchema: z.object({ result: z.unknown() }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false }
    },
    ({ action, skill, input }, context) => {
      const options = callOptions(context)
      if (action === 'find') return find(call, skill, options)
      return action === 'show' ? show(call, skill, options) : run(call, skill, input, options)
    }
  )
}

async function find(call: Call, text: string, options: CallOptions): Promise<CallToolResult> {
  const result: FoundSkill[] = []
  for (const skill of await call('skills', { text }, options)) {
    if (result.length === MAX_FOUND) break
    if (!USABLE.has(skill.status) && !(await isOwnProse(call, skill, options))) continue
    const { id, name, successes, trials, description, untested } = skill
    const uses = `${successes}/${trials}`
    const status = statusOf(skill)
    result.push({
      id: shortId(id),
      name,
      status,
      untested,
      uses,
      description: oneLine(description)
    })
  }
  const lines = result.map(
    ({ id, name, status, uses, description }) => `${id} ${name} ${status} ${uses} ${description}`
  )
  return answer(lines.length === 0 ? ['No skill matches.'] : lines, { result })
}

/** Prose of this node without tests is offered before any evidence: reading it runs nothing. */
async function isOwnProse(
  call: Call,
  { id, kind, status, provenance }: ListedSkill,
  options: CallOptions
): Promise<boolean> {
  if (status !== 'sandbox' || kind !== 'prompt' || provenance.from === 'hive') return false
  const { details } = await call('show-skill', { skill: id }, options)
  return details.skill.tests.length === 0
}

function statusOf({ status, untested }: Pick<ListedSkill, 'status' | 'untested'>): string {
  return untested ? `${status}, untested` : status
}

async function show(call: Call, skill: string, options: CallOptions): Promise<CallToolResult> {
  const { details } = await call('show-skill', { skill }, options)
  const { name, description, kind, source, inputSchema, outputSchema } = details.skill
  const lines = [
    `${name}: ${description}`,
    `${statusOf(details)}, ${details.successes} of ${details.trials} uses succeeded`,
    `input: ${JSON.stringify(inputSchema)}`,
    `output: ${JSON.stringify(outputSchema)}`,
    `${kind}:`,
    source
  ]
  return answer(lines, { result: { id: details.id, ...details.skill } })
}

async function run(
  call: Call,
  skill: string,
  input: unknown,
  options: CallOptions
): Promise<CallToolResult> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON from the wire
  const request = { skill, input: (input ?? null) as string }
  const { output, run: id } = await call('run-skill', request, options)
  return answer([JSON.stringify(output)], { result: { output, run: id } })
}
