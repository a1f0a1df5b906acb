/** `hive install`: adds hive to agent clients, or lists the clients. */
import { readArguments } from '../command.ts'
import { INSTALL_CLIENTS } from '../command-line/specs/machine.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import {
  applyPlan,
  CLIENTS,
  isInCache,
  isPresent,
  launchHere,
  placeHere,
  planInstall,
  stateOf
} from '../install/index.ts'
import { clientsOf, reportChanges } from '../output/install-report.ts'
import { print, printJson, table, warn } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { Client, ClientState, Launch, Place } from '../install/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { env } = context
    const { values, positionals } = readArguments(argv, INSTALL_CLIENTS, context)
    const project = values.project === true ? process.cwd() : undefined
    const place = placeHere(env, project)
    const launch = launchHere(values['data-dir'])
    const isJson = values.json === true
    if (positionals.length === 0) {
      await list(place, launch, isJson)
      return EXIT.ok
    }
    const clients = clientsOf(positionals)
    const dryRun = values['dry-run'] === true
    const force = values.force === true
    await checkPresent(clients, place, force || dryRun)
    if (isInCache(launch)) {
      warn(
        `hive: this hive is in the cache of npx (${launch.script}), which npm may delete. Run "npm install --global noormme-hive" first.`
      )
    }
    const plan = await planInstall(clients, place, launch, { force })
    if (!dryRun) await applyPlan(plan, place)
    reportChanges(plan, { dryRun, isJson, notes: notesOf(clients, place, plan.changes.length > 0) })
    return EXIT.ok
  }
}

function notesOf(clients: readonly Client[], place: Place, isChanged: boolean): string[] {
  const notes = clients.flatMap((client) => client.notes?.(place) ?? [])
  if (!isChanged) return notes
  const titles = clients.map(({ title }) => title).join(', ')
  const paths = 'The files have paths of this machine: others of the project need their own.'
  return [
    ...notes,
    ...(place.project === undefined ? [] : [paths]),
    `Start ${titles} again to load the changes.`
  ]
}

/** A project is for all its users, so that its clients need not be on this machine. */
async function checkPresent(
  clients: readonly Client[],
  place: Place,
  warnOnly: boolean
): Promise<void> {
  if (place.project !== undefined) return
  for (const client of clients) {
    if (await isPresent(client, place)) continue
    const traces = client.traces(place).join(', ')
    const text = `${client.title} is not on this machine: there is no ${traces}.`
    if (!warnOnly) {
      throw new CommandError(
        `${text} Install it and start it once, or add --force to write its files anyway.`,
        EXIT.failed
      )
    }
    warn(`hive: ${text}`)
  }
}

const STATES: Readonly<Record<ClientState, string>> = {
  installed: 'hive is installed',
  absent: 'hive is not installed',
  missing: 'not on this machine'
}

async function list(place: Place, launch: Launch, isJson: boolean): Promise<void> {
  const states = await Promise.all(
    CLIENTS.map(async (client) => ({
      client: client.name,
      title: client.title,
      state: await stateOf(client, place, launch)
    }))
  )
  if (isJson) {
    printJson({ clients: states })
    return
  }
  print(table(states.map(({ client, title, state }) => [client, title, STATES[state]])))
  const open = states.find(({ state }) => state === 'absent')
  print(
    `\nInstall with "hive install ${open?.client ?? 'CLIENT'}"; --dry-run shows what would change.`
  )
}
