/** What `install` and `uninstall` print. */
import { UsageError } from '../exit-codes.ts'
import { actionOf, CLIENT_NAMES, clientNamed, diffOf } from '../install/index.ts'
import { print, printJson } from './terminal.ts'
import type { Client, Plan } from '../install/index.ts'

export interface ReportOptions {
  readonly dryRun: boolean
  readonly isJson: boolean
  /** Printed after the changes. */
  readonly notes: readonly string[]
}

/** Throws `UsageError` for a name that no client has. */
export function clientsOf(names: readonly string[]): Client[] {
  const clients = names.map((name) => {
    const client = clientNamed(name)
    if (client === undefined) {
      throw new UsageError(
        `There is no client "${name}". Name some of: ${CLIENT_NAMES.join(', ')}.`
      )
    }
    return client
  })
  return [...new Set(clients)]
}

const DONE = { create: 'created', update: 'changed', delete: 'removed' } as const

export function reportChanges(
  { changes, shared }: Plan,
  { dryRun, isJson, notes }: ReportOptions
): void {
  if (isJson) {
    const list = changes.map((change) => ({
      path: change.path,
      action: actionOf(change),
      ...(dryRun ? { diff: diffOf(change) } : {})
    }))
    printJson({ dryRun, changes: list, shared, notes })
    return
  }
  for (const change of changes) {
    print(dryRun ? diffOf(change) : `${DONE[actionOf(change)]}  ${change.path}`)
  }
  for (const path of shared) print(`kept     ${path}: another client uses it`)
  if (changes.length === 0) print('nothing to do')
  else if (dryRun) print('\nNothing was written, since --dry-run was given.')
  for (const note of notes) print(note)
}
