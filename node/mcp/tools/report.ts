/** The tool `report`: what came of a lesson or a skill. Reports verify lessons. */
import { z } from 'zod'
import { answer, callOptions } from '../tool.ts'
import type { AddTool } from '../tool.ts'

export const addReport: AddTool = (server, { call }) => {
  server.registerTool(
    'report',
    {
      description: 'Say what came of an item or a skill.',
      inputSchema: z.strictObject({
        id: z.string(),
        outcome: z.enum(['worked', 'failed', 'stale', 'duplicate', 'unsafe']),
        note: z.string().optional()
      }),
      outputSchema: z.object({ id: z.string(), effect: z.string() }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true }
    },
    async (input, context) => {
      const reported = await call('report', input, callOptions(context))
      return answer([`${reported.effect}.`], { id: reported.id, effect: reported.effect })
    }
  )
}
