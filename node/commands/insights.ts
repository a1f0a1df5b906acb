/** `hive insights`: lists what the swarm has published. */
import { COMMON_OPTIONS, numberOption, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../paths.ts'
import { withOperations } from '../running-node.ts'
import { plain, print, printJson } from '../terminal.ts'
import type { Insight, InsightState } from '../../src/index.ts'
import type { Command } from '../command.ts'

const MAX_LIMIT = 100_000

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, {
      ...COMMON_OPTIONS,
      limit: { type: 'string', default: '20' },
      tag: { type: 'string', multiple: true },
      state: { type: 'string' }
    })
    const options = {
      limit: Math.floor(numberOption('limit', values.limit, 1, MAX_LIMIT)),
      tags: values.tag,
      state: stateOf(values.state)
    }
    const insights = await withOperations(values['data-dir'] ?? defaultDataDir(env), (node) =>
      node.insights(options, { signal })
    )
    if (values.json === true) for (const insight of insights) printJson(insight)
    else if (insights.length === 0) print('No insights yet.')
    else print(insights.map(describe).join('\n'))
    return EXIT.ok
  }
}

function stateOf(text: string | undefined): InsightState | undefined {
  if (text === undefined || text === 'released' || text === 'quarantined' || text === 'disputed') {
    return text
  }
  throw new UsageError(`--state is released, quarantined or disputed, not "${text}".`)
}

function describe(insight: Insight): string {
  const { id, entity, content, confidence, corroboration, flag, tags } = insight
  const state = flag === undefined ? insight.state : `${insight.state} (${flag})`
  const votes = `${corroboration} ${corroboration === 1 ? 'vote' : 'votes'}`
  const head = `${id.slice(0, 12)}  ${state}  ${votes}  ${Math.round(confidence * 100)}%`
  const tagged = tags.length === 0 ? '' : `  #${tags.map(plain).join(' #')}`
  return `${head}  ${plain(entity)}${tagged}\n  ${plain(content)}`
}
