/** What the next start of a node would use: the options of the last start, else the configuration. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readArguments } from '../command.ts'
import { START } from '../command-line/specs/node.ts'
import { rememberedStart } from '../control/remembered-start.ts'
import { messageOf } from '../exit-codes.ts'
import type { Arguments, CommandContext } from '../command.ts'

export interface StartSettings {
  readonly values: Arguments<typeof START>['values']
  /** Why the options of the last start cannot be read. */
  readonly problem?: string
}

export async function startSettings(
  dataDir: string,
  context: Pick<CommandContext, 'env' | 'settings'>
): Promise<StartSettings> {
  const fallback = readArguments([], START, context).values
  const path = join(dataDir, 'start.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return { values: fallback }
  try {
    JSON.parse(text)
    return { values: readArguments(await rememberedStart(dataDir), START, context).values }
  } catch (error) {
    return { values: fallback, problem: `${path}: ${messageOf(error)}` }
  }
}
