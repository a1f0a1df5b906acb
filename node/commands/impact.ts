/** `hive impact`: lists what agents were shown, when, why, and what came of it. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { IMPACT } from '../command-line/specs/knowledge.ts'
import { EXIT } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { countOf, print, printJson, sanitizeText } from '../output/terminal.ts'
import { shortId } from '../recalled-line.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

type Impact = ResultOf<'impact'>

const MAX_ROWS = 2_000

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, IMPACT, context)
    const input = {
      limit: wholeNumberOption('limit', values.limit, 0, MAX_ROWS),
      project: values.project
    }
    const impact = await withNode(dataDir, (call) => call('impact', input, { signal }))
    if (values.json === true) printJson(impact)
    else print([...impact.rows.map(describe), totalsLine(impact)].join('\n'))
    return EXIT.ok
  }
}

function describe({ at, door, project, why, items, outcomes }: Impact['rows'][number]): string {
  const from = project === undefined ? '' : `  ${sanitizeText(project)}`
  const shown = items.map(({ id, relevance }) => {
    const cameOf = outcomes.filter((each) => each.id === id).map(({ outcome }) => outcome)
    return `  ${shortId(id)}  ${Math.round(relevance * 100)}%  ${cameOf.join(', ') || '-'}`
  })
  const head = `${at.slice(0, 16).replace('T', ' ')}  ${sanitizeText(door)}${from}`
  return [head, `  ${sanitizeText(why)}`, ...shown].join('\n')
}

function totalsLine({ totals: { shown, silent, outcomes } }: Impact): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`)
  return [`${countOf(shown, 'time')} shown`, `${countOf(silent, 'time')} nothing`, ...counts].join(
    ', '
  )
}
