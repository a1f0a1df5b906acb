/** `hive usage`: prints the cost of model calls, and the rest of the budgets. */
import { askNode } from '../ask-node.ts'
import { USAGE } from '../command-line/specs/skills.ts'
import { EXIT } from '../exit-codes.ts'
import { sanitizeText, print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer: usage, isJson } = await askNode(argv, USAGE, context, (call, options) =>
      call('usage', {}, options)
    )
    if (isJson) {
      printJson(usage)
      return EXIT.ok
    }
    if (usage.rows.length === 0) print('No model was called.')
    else {
      const rows = usage.rows.map(({ agent, task, model, calls, tokens, cost, unpriced }) => [
        sanitizeText(agent),
        sanitizeText(task),
        sanitizeText(model),
        calls,
        tokens.input + tokens.cacheRead + tokens.cacheWrite,
        tokens.output,
        unpriced === 0 ? cost : `${cost} + ${unpriced} unpriced`
      ])
      print(table([['AGENT', 'TASK', 'MODEL', 'CALLS', 'INPUT', 'OUTPUT', 'USD'], ...rows]))
    }
    for (const { what, usd, tokens } of usage.budgets) {
      if (usd !== undefined) print(`${sanitizeText(what)}: ${usd.spent} of ${usd.limit} USD spent`)
      if (tokens !== undefined) {
        print(`${sanitizeText(what)}: ${tokens.spent} of ${tokens.limit} tokens spent`)
      }
    }
    return EXIT.ok
  }
}
