/** The tool `learn`: keeps a lesson on this machine, and shares it if asked. */
import { createPatch } from 'diff'
import { z } from 'zod'
import { oneLine, shortId } from '../../recalled-line.ts'
import { answer, callOptions } from '../tool.ts'
import type { Call, CallOptions } from '../../operations/index.ts'
import type { AddTool } from '../tool.ts'

export const addLearn: AddTool = (server, { call, project }) => {
  server.registerTool(
    'learn',
    {
      description:
        'Keep a lesson: general, reusable, no secrets. A near-duplicate is returned instead.',
      inputSchema: z.strictObject({
        summary: z.string().describe('One line; for errors, their text'),
        detail: z.string().optional().describe('Cause'),
        action: z.string().optional().describe('What to do'),
        tags: z.array(z.string()).optional(),
        share: z
          .enum(['no', 'ask', 'hive'])
          .optional()
          .describe('ask: show what would leave; hive: anonymise and publish')
      }),
      outputSchema: z.object({ id: z.string(), status: z.string() }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true }
    },
    async ({ share = 'no', ...lesson }, context) => {
      const options = callOptions(context)
      const { id, status, similar } = await call('learn', { ...lesson, project }, options)
      if (similar !== undefined) {
        return answer(
          [`Known as ${shortId(similar.id)}: ${oneLine(similar.summary)}. Report on it instead.`],
          { id: similar.id, status }
        )
      }
      const learned = `${status === 'new' ? 'Learned' : 'Known already'}: ${shortId(id)}.`
      if (share === 'no') return answer([learned], { id, status })
      if (share === 'ask') {
        return answer([learned, ...(await whatWouldLeave(call, id, options))], { id, status })
      }
      const shared = await call('promote', { id }, options)
      return answer([learned, `Shared as ${shortId(shared.id)}.`], {
        id: shared.id,
        status: 'shared'
      })
    }
  )
}

/** The anonymised text beside the stored one. */
async function whatWouldLeave(call: Call, id: string, options: CallOptions): Promise<string[]> {
  const [preview, { facts }] = await Promise.all([
    call('preview', { id }, options),
    call('open', { ids: [id] }, options)
  ])
  const [fact] = facts
  if (preview?.insight === undefined || fact === undefined) {
    return [`It would not leave: ${preview?.reason ?? 'unknown'}.`]
  }
  const before = textOf(fact)
  const after = textOf(preview.insight)
  if (before === after) return ['Shared, it would leave as it is. "hive promote" shares it.']
  const patch = createPatch('lesson', before, after, 'here', 'shared', { context: 0 })
  return ['Shared, it would leave as:', ...patch.split('\n').slice(4), '"hive promote" shares it.']
}

interface Text {
  readonly entity: string
  readonly content: string
  readonly action?: string
}

function textOf({ entity, content, action = '' }: Text): string {
  return `${[entity, content, action].filter((part) => part !== '').join('\n')}\n`
}
