/** `hive context GOAL`: prints quoted knowledge for a goal, within a token budget. */
import { COMMON_OPTIONS, readArguments, wholeNumberOption } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, warn } from '../output/terminal.ts'
import { matchesWait } from '../output/withheld.ts'
import type { Command } from '../command.ts'

const MAX_BUDGET = 1_000_000

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(
      argv,
      {
        ...COMMON_OPTIONS,
        budget: { type: 'string', default: '2000' },
        tag: { type: 'string', multiple: true },
        project: { type: 'string' },
        'all-projects': { type: 'boolean' }
      },
      true
    )
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
    const context = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('context', options, { signal })
    )
    if (isJson) {
      printJson(context)
      return EXIT.ok
    }
    // One JSON object a line, in which control characters are escaped.
    print(context.text === '' ? 'No matches.' : context.text)
    // Not in the text, which goes to a model.
    for (const line of matchesWait(context.withheld)) warn(line)
    return EXIT.ok
  }
}
