/** `hive recall QUERY`: finds knowledge of this node and of the hive. */
import { COMMON_OPTIONS, dateOption, readArguments, wholeNumberOption } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { sanitizeText, print, printJson } from '../output/terminal.ts'
import { ANY_QUARANTINED, INSIGHTS_WAIT } from '../output/withheld.ts'
import type { Recalled, RecallOptions } from '../../src/index.ts'
import type { Command } from '../command.ts'
import type { Jsonified } from '../control/jsonify.ts'

const MAX_LIMIT = 1_000

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(
      argv,
      {
        ...COMMON_OPTIONS,
        limit: { type: 'string', default: '10' },
        entity: { type: 'string' },
        tag: { type: 'string', multiple: true },
        'as-of': { type: 'string' },
        scope: { type: 'string', default: 'all' }
      },
      true
    )
    if (positionals.length === 0 && values.entity === undefined) {
      throw new UsageError('recall takes words to search for, or --entity NAME.')
    }
    const options = {
      query: positionals.join(' '),
      limit: wholeNumberOption('limit', values.limit, 1, MAX_LIMIT),
      entity: values.entity,
      tags: values.tag,
      asOf: dateOption('as-of', values['as-of']),
      scope: scopeOf(values.scope)
    }
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const { found, hasWaiting } = await withOperations(dataDir, async (node) => {
      const recalled = await node.recall(options, { signal })
      const isEmpty = recalled.length === 0 && options.scope !== 'local'
      const waiting = isEmpty ? await node.insights(ANY_QUARANTINED, { signal }) : []
      return { found: recalled, hasWaiting: waiting.length > 0 }
    })
    if (values.json === true) for (const recalled of found) printJson(recalled)
    else if (found.length === 0) print(hasWaiting ? `No matches. ${INSIGHTS_WAIT}` : 'No matches.')
    else print(found.map(describe).join('\n'))
    return EXIT.ok
  }
}

function scopeOf(text: string): RecallOptions['scope'] {
  if (text === 'local' || text === 'hive' || text === 'all') return text
  throw new UsageError(`--scope takes local, hive or all, not "${text}".`)
}

function describe({ fact, origin, score }: Jsonified<Recalled>): string {
  const from =
    origin === 'local'
      ? `${fact.agent ?? 'agent'}, ${fact.recordedAt?.slice(0, 10) ?? ''}`
      : `hive, ${fact.corroboration ?? 0} votes`
  const state = fact.state === undefined ? '' : `  ${fact.state}`
  const head = `${fact.id.slice(0, 12)}  ${score.toFixed(2)}  ${Math.round(fact.confidence * 100)}%`
  return `${head}  ${sanitizeText(from)}${state}  ${sanitizeText(fact.entity)}\n  ${sanitizeText(fact.content)}`
}
