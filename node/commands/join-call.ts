/** What the parts of `hive join` share. */
import { print, sanitizeText } from '../output/terminal.ts'
import type { RunningNode } from '../control/running-node.ts'
import type { Invite, JoinPlan } from '../join/index.ts'

/** What `hive join` was asked for, and what it knows of the machine. */
export interface JoinCall {
  readonly invite: Invite
  readonly dataDir: string
  readonly isJson: boolean
  /** The node that runs on the directory. */
  readonly running: RunningNode | undefined
  readonly signal: AbortSignal
}

export function describePlan({ configPath, key, isKnown }: JoinPlan, swarm: string): void {
  if (key !== undefined) print(`key       ${key.path}`)
  print(`settings  ${configPath}`)
  print(`swarm     ${sanitizeText(swarm)}${isKnown ? ' (as before)' : ''}`)
}
