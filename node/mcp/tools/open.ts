/** The tool `open`: lessons whole, with their sources and disputes. */
import { z } from 'zod'
import { ageOf, shortId } from '../../recalled-line.ts'
import { answer, callOptions } from '../tool.ts'
import type { ResultOf } from '../../operations/index.ts'
import type { AddTool } from '../tool.ts'

const MAX_IDS = 10

const Lesson = z.object({
  id: z.string(),
  text: z.string(),
  source: z.string()
})

export const addOpen: AddTool = (server, { call, now }) => {
  server.registerTool(
    'open',
    {
      description: 'Full text, sources and disputes of items.',
      inputSchema: z.strictObject({ ids: z.array(z.string()).min(1).max(MAX_IDS) }),
      outputSchema: z.object({ items: z.array(Lesson) }),
      annotations: { readOnlyHint: true, openWorldHint: false }
    },
    async ({ ids }, context) => {
      const items = lessonsOf(await call('open', { ids }, callOptions(context)), now())
      const lines = items.map(({ id, text, source }) => `${id}\n${text}\n(${source})`)
      return answer(items.length === 0 ? ['No item has these ids.'] : [lines.join('\n\n')], {
        items
      })
    }
  )
}

function lessonsOf({ facts, insights }: ResultOf<'open'>, now: number): z.infer<typeof Lesson>[] {
  const own = facts.map(({ id, recordedAt, agent, ...fact }) => ({
    id,
    text: textOf(fact),
    source: `this machine, agent ${agent}, ${ageOf(recordedAt, now)}${fact.private ? ', private' : ''}`
  }))
  const shared = insights.map(
    ({ id, state, corroboration, disputes, stale = 0, day, flag, ...insight }) => {
      const calledStale = stale === 0 ? '' : `, ${stale} call it stale`
      const warning = flag === undefined ? '' : `, reads like an order (${flag})`
      return {
        id,
        text: textOf(insight),
        source: `hive, ${state}, ${corroboration} vouch, ${disputes} dispute${calledStale}, ${ageOf(day, now)}${warning}`
      }
    }
  )
  return [...own, ...shared]
}

interface Text {
  readonly entity: string
  readonly content: string
  readonly action?: string
  readonly versions?: string
  readonly verify?: string
  readonly attribute?: string
  readonly value?: string
  readonly tags: readonly string[]
}

function textOf({
  entity,
  content,
  action,
  versions,
  verify,
  attribute,
  value,
  tags
}: Text): string {
  const claim = attribute === undefined ? [] : [`${attribute}: ${value}`]
  const tagged = tags.length === 0 ? [] : [`#${tags.join(' #')}`]
  const todo = action === undefined || action === '' ? [] : [`Do: ${action}`]
  const held = versions === undefined ? [] : [`Holds for: ${versions}`]
  const proof = verify === undefined ? [] : [`Verified by skill ${shortId(verify)}`]
  return [entity, content, ...todo, ...held, ...claim, ...proof, ...tagged]
    .filter((part) => part !== '')
    .join('\n')
}
