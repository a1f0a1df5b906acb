/** `hive insights`: lists insights of the swarm, or previews what this node would publish. */
import { numberOption, readArguments } from '../command.ts'
import { INSIGHTS } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { withWholeIndex } from './with-index.ts'
import { sanitizeText, print, printJson } from '../output/terminal.ts'
import { textLines } from '../output/text-lines.ts'
import { ANY_QUARANTINED, INSIGHTS_WAIT, LISTED_WAIT } from '../output/withheld.ts'
import type { Command } from '../command.ts'
import type { InsightResult, PreviewResult } from '../operations/index.ts'
import type { ExitCode } from '../exit-codes.ts'

const MAX_LIMIT = 100_000

type InsightState = InsightResult['state']

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, INSIGHTS, context)
    if (values.preview !== undefined) return preview(dataDir, values.preview, values.json === true)
    const options = {
      limit: Math.floor(numberOption('limit', values.limit, 1, MAX_LIMIT)),
      tags: values.tag,
      state: stateOf(values.state)
    }
    const isJson = values.json === true
    const wait = { seconds: values['max-wait'], signal }
    const { insights, hasWaiting } = await withWholeIndex(dataDir, wait, async (call) => {
      const listed = await call('insights', options, { signal })
      const isKnown = isJson || options.state === 'quarantined' || listed.some(isQuarantined)
      const waiting = isKnown ? [] : await call('insights', ANY_QUARANTINED, { signal })
      return { insights: listed, hasWaiting: waiting.length > 0 }
    })
    if (isJson) {
      for (const insight of insights) printJson(insight)
      return EXIT.ok
    }
    print(insights.length === 0 ? noneText(options.state) : insights.map(describe).join('\n'))
    if (insights.some(isQuarantined)) print(LISTED_WAIT)
    if (hasWaiting) print(INSIGHTS_WAIT)
    return EXIT.ok
  }
}

function isQuarantined({ state }: InsightResult): boolean {
  return state === 'quarantined'
}

function noneText(state: InsightState | undefined): string {
  return state === undefined ? 'No insights yet.' : `No ${state} insights.`
}

async function preview(dataDir: string, id: string, asJson: boolean): Promise<ExitCode> {
  const result = await withNode(dataDir, (call) => call('preview', { id }))
  if (asJson) printJson(result)
  else if (result === null)
    print('This node has no fact with this id. "hive recall WORDS" finds the ids of facts.')
  else print(describePreview(result))
  return result === null ? EXIT.failed : EXIT.ok
}

function describePreview({ insight, reason, score, placeholders }: PreviewResult): string {
  const replaced = Object.entries(placeholders).map(([kind, count]) => `${count} ${kind}`)
  const found = `${replaced.length === 0 ? 'nothing' : replaced.join(', ')} replaced`
  const risk = `residual risk ${score.toFixed(2)}`
  if (insight === undefined) return `Withheld: ${reason}.\n  ${found}, ${risk}`
  const { id, entity, attribute, value, tags, confidence, day } = insight
  const tagged = tags.length === 0 ? '' : `  #${tags.map(sanitizeText).join(' #')}`
  const property =
    attribute === undefined ? '' : `\n  ${sanitizeText(attribute)}: ${sanitizeText(value ?? '')}`
  const head = `${id.slice(0, 12)}  ${Math.round(confidence * 100)}%  ${day}`
  return `${head}  ${sanitizeText(entity)}${tagged}${property}\n${textLines(insight)}\n  ${found}, ${risk}`
}

function stateOf(text: string | undefined): InsightState | undefined {
  if (text === undefined || text === 'released' || text === 'quarantined' || text === 'disputed') {
    return text
  }
  throw new UsageError(`--state takes released, quarantined or disputed, not "${text}".`)
}

function describe(insight: InsightResult): string {
  const { id, entity, confidence, corroboration, flag, stale, tags } = insight
  const state = flag === undefined ? insight.state : `${insight.state} (${flag})`
  const votes = `${corroboration} ${corroboration === 1 ? 'vote' : 'votes'}`
  const doubts = stale === undefined ? '' : `  stale: ${stale}`
  const head = `${id.slice(0, 12)}  ${state}  ${votes}${doubts}  ${Math.round(confidence * 100)}%`
  const tagged = tags.length === 0 ? '' : `  #${tags.map(sanitizeText).join(' #')}`
  return `${head}  ${sanitizeText(entity)}${tagged}\n${textLines(insight)}`
}
