/** `hive service`: runs a node as a service of systemd. */
import { resolve } from 'node:path'
import { readArguments } from '../command.ts'
import { SERVICE } from '../command-line/specs/machine.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { launchHere } from '../install/index.ts'
import { print, printJson, table } from '../output/terminal.ts'
import {
  installService,
  serviceState,
  uninstallService,
  unitPath,
  unitText
} from '../service/index.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { values, positionals, dataDir, given } = readArguments(argv, SERVICE, context)
    const [action = '', more] = positionals
    if (!Object.hasOwn(SERVICE.actions, action) || more !== undefined) {
      throw new UsageError('"hive service" takes install, uninstall or status.')
    }
    const scope = values.system === true ? 'system' : 'user'
    const key = values['swarm-key']
    if (key !== undefined && scope === 'user') {
      throw new UsageError(
        '--swarm-key is for --system; a user’s node reads its own configuration.'
      )
    }
    const path = unitPath(scope, context.env)
    const { node, script } = launchHere()
    const text = unitText({
      scope,
      node,
      script,
      ...(given.has('data-dir') ? { dataDir: resolve(dataDir) } : {}),
      ...(key === undefined ? {} : { swarmKey: resolve(key) })
    })
    if (action === 'install' && values['dry-run'] === true) {
      if (values.json === true) printJson({ unit: path, text })
      else print(`# ${path}\n${text.trimEnd()}`)
      return EXIT.ok
    }
    if (action === 'uninstall' && values['dry-run'] === true) {
      if (values.json === true) printJson({ unit: path })
      else print(`would stop the service and delete ${path}`)
      return EXIT.ok
    }
    if (action === 'install') await installService(scope, path, text)
    else if (action === 'uninstall') await uninstallService(scope, path)
    const state = await serviceState(scope, path)
    if (values.json === true) printJson(state)
    else {
      const { installed, active, enabled } = state
      const rows = [
        ['unit', `${path}${installed ? '' : ' (not installed)'}`],
        ['state', active],
        ['start', enabled]
      ]
      print(table(rows))
    }
    return EXIT.ok
  }
}
