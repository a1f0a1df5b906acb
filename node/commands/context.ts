/** `hive context GOAL`: prints quoted knowledge for a goal, within a token budget. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { CONTEXT } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { countOf, print, printJson, warn } from '../output/terminal.ts'
import { matchesWait } from '../output/withheld.ts'
import { withIndex } from './with-index.ts'
import type { Command } from '../command.ts'

const MAX_BUDGET = 1_000_000

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, CONTEXT, context)
    if (positionals.length === 0)
      throw new UsageError('context takes one goal. Quote the text of the goal.')
    const options = {
      goal: positionals.join(' '),
      budget: wholeNumberOption('budget', values.budget, 1, MAX_BUDGET),
      tags: values.tag,
      project: values.project,
      allProjects: values['all-projects']
    }
    const isJson = values.json === true
    const wait = { seconds: values['max-wait'], signal }
    const { answer: quoted, behind } = await withIndex(dataDir, wait, (call) =>
      call('context', options, { signal })
    )
    if (behind !== undefined) warn(behind)
    if (isJson) {
      printJson(quoted)
      return EXIT.ok
    }
    // One JSON object a line, in which control characters are escaped.
    print(quoted.text === '' ? nothing(quoted.omitted, options.budget) : quoted.text)
    // Not in the text, which goes to a model.
    for (const line of matchesWait(quoted.withheld)) warn(line)
    return EXIT.ok
  }
}

function nothing(omitted: number, budget: number): string {
  if (omitted === 0) return 'No matches.'
  const matches = countOf(omitted, 'match needs', 'matches need')
  return `${matches} more than ${budget} tokens. Raise the budget: --budget N.`
}
