/** `hive usage`: what calls of models cost, and what budgets have left. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { plain, print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, COMMON_OPTIONS)
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const usage = await withOperations(dataDir, (node) => node.usage({ signal }))
    if (values.json === true) {
      printJson(usage)
      return EXIT.ok
    }
    if (usage.rows.length === 0) print('No model was called.')
    else {
      const rows = usage.rows.map(({ agent, task, model, calls, tokens, cost, unpriced }) => [
        plain(agent),
        plain(task),
        plain(model),
        calls,
        tokens.input + tokens.cacheRead + tokens.cacheWrite,
        tokens.output,
        unpriced === 0 ? cost : `${cost} + ${unpriced} unpriced`
      ])
      print(table([['AGENT', 'TASK', 'MODEL', 'CALLS', 'INPUT', 'OUTPUT', 'USD'], ...rows]))
    }
    for (const { what, usd, tokens } of usage.budgets) {
      if (usd !== undefined) print(`${plain(what)}: ${usd.spent} of ${usd.limit} USD spent`)
      if (tokens !== undefined) {
        print(`${plain(what)}: ${tokens.spent} of ${tokens.limit} tokens spent`)
      }
    }
    return EXIT.ok
  }
}
