/** `hive uninstall`: removes what `hive install` has added to clients. */
import { readArguments } from '../command.ts'
import { UNINSTALL } from '../command-line/specs/machine.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { applyPlan, CLIENTS, launchHere, placeHere, planUninstall } from '../install/index.ts'
import { clientsOf, reportChanges } from '../output/install-report.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { env } = context
    const { values, positionals } = readArguments(argv, UNINSTALL, context)
    if (positionals.length === 0) {
      throw new UsageError('Name the clients. "hive install" lists those that have hive.')
    }
    const clients = clientsOf(positionals)
    const place = placeHere(env, values.project === true ? process.cwd() : undefined)
    const others = CLIENTS.filter((client) => !clients.includes(client))
    const plan = await planUninstall(clients, others, place, launchHere())
    const dryRun = values['dry-run'] === true
    if (!dryRun) await applyPlan(plan, place)
    reportChanges(plan, { dryRun, isJson: values.json === true, notes: [] })
    return EXIT.ok
  }
}
