/** `hive recall QUERY`: finds knowledge of this node and of the hive. */
import { dateOption, numberOption, readArguments, wholeNumberOption } from '../command.ts'
import { RECALL } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { countOf, print, printJson, sanitizeText, warn } from '../output/terminal.ts'
import { projectHere } from '../project.ts'
import { textLines } from '../output/text-lines.ts'
import { matchesWait } from '../output/withheld.ts'
import { withIndex } from './with-index.ts'
import type { RecallOptions } from '../../src/index.ts'
import type { Command } from '../command.ts'
import type { RecalledResult } from '../operations/index.ts'

const MAX_LIMIT = 1_000

/** Milliseconds that a person waits for an index that is behind. */
const MAX_WAIT = 10_000

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, RECALL, context)
    if (positionals.length === 0 && values.entity === undefined) {
      throw new UsageError('recall takes words to search for, or --entity NAME.')
    }
    const options = {
      query: positionals.join(' '),
      limit: wholeNumberOption('limit', values.limit, 1, MAX_LIMIT),
      entity: values.entity,
      tags: values.tag,
      asOf: dateOption('as-of', values['as-of']),
      scope: scopeOf(values.scope),
      project:
        values.project ?? (values.here === true ? await projectHere(process.cwd()) : undefined),
      allProjects: values['all-projects'],
      includeStale: values.stale,
      minRelevance: numberOption('min-relevance', values['min-relevance'], 0, 1),
      maxWait: MAX_WAIT
    }
    const wait = { seconds: values['max-wait'], signal }
    const { answer, behind } = await withIndex(dataDir, wait, (call) =>
      call('recall', options, { signal })
    )
    const { items, withheld, isComplete } = answer
    if (values.json === true) for (const recalled of items) printJson(recalled)
    else print(items.length === 0 ? 'No matches.' : items.map(describe).join('\n'))
    for (const line of matchesWait(withheld)) warn(line)
    if (behind !== undefined) warn(behind)
    else if (!isComplete) warn('The node is building its index: older matches may be missing.')
    return EXIT.ok
  }
}

function scopeOf(text: string): RecallOptions['scope'] {
  if (text === 'local' || text === 'hive' || text === 'all') return text
  throw new UsageError(`--scope takes local, hive or all, not "${text}".`)
}

function describe({ fact, origin, score }: RecalledResult): string {
  const from =
    origin === 'local'
      ? `${fact.agent ?? 'agent'}, ${fact.recordedAt?.slice(0, 10) ?? ''}`
      : `hive, ${votesOf(fact.corroboration ?? 0)}`
  const state = fact.state === undefined ? '' : `  ${fact.state}`
  const stale = fact.stale === undefined ? '' : `  stale: ${fact.stale}`
  const head = `${fact.id.slice(0, 12)}  ${score.toFixed(2)}  ${Math.round(fact.confidence * 100)}%`
  return `${head}  ${sanitizeText(from)}${state}${stale}  ${sanitizeText(fact.entity)}\n${textLines(fact)}`
}

function votesOf(count: number): string {
  return countOf(count, 'vote')
}
