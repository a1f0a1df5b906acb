/** `hive open`: opens the dashboard; with ids, prints facts and insights whole. */
import { readArguments } from '../command.ts'
import { OPEN } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { openDashboard } from './open-dashboard.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, OPEN, context)
    if (positionals.length === 0) {
      const isJson = values.json === true
      return openDashboard({ dataDir, isJson, isPrinted: values.print === true, signal })
    }
    if (values.print === true) throw new UsageError('--print is for the dashboard, without ids.')
    const opened = await withNode(dataDir, (call) =>
      call('open', { ids: [...positionals] }, { signal })
    )
    const found = opened.facts.length + opened.insights.length
    if (values.json === true) printJson(opened)
    else if (found === 0) print('This node has no fact and no insight with these ids.')
    else print(describe(opened))
    return found === 0 ? EXIT.failed : EXIT.ok
  }
}

function describe({ facts, insights }: ResultOf<'open'>): string {
  const ofNode = facts.map(({ agent, recordedAt, ...fact }) =>
    describeText(fact, `fact of agent ${agent}, ${recordedAt.slice(0, 10)}`)
  )
  const ofHive = insights.map(({ state, corroboration, disputes, day, ...insight }) =>
    describeText(insight, `${state}, ${corroboration} vouch, ${disputes} dispute, ${day}`)
  )
  return [...ofNode, ...ofHive].join('\n\n')
}

interface Text {
  readonly id: string
  readonly entity: string
  readonly content: string
  readonly action?: string
  readonly versions?: string
  readonly attribute?: string
  readonly value?: string
  readonly confidence: number
  readonly tags: readonly string[]
}

function describeText(
  { id, entity, content, action, versions, attribute, value, confidence, tags }: Text,
  source: string
): string {
  const claim =
    attribute === undefined ? [] : [`${sanitizeText(attribute)}: ${sanitizeText(value ?? '')}`]
  const todo = action === undefined || action === '' ? [] : ['', ...plainLines(action)]
  const held = versions === undefined ? [] : [`holds for ${sanitizeText(versions)}`]
  const tagged = tags.length === 0 ? '' : `  #${tags.map(sanitizeText).join(' #')}`
  return [
    id,
    `${sanitizeText(entity)}  ${Math.round(confidence * 100)}%${tagged}`,
    ...claim,
    ...plainLines(content),
    ...todo,
    ...held,
    source
  ].join('\n')
}

function plainLines(text: string): string[] {
  return text.split('\n').map(sanitizeText)
}
