/** The table of operations, by name. Names are paths of the HTTP API. */
import { AGENTS } from './agents.ts'
import { CASES } from './cases.ts'
import { EVOLUTION } from './evolution.ts'
import { GOALS } from './goals.ts'
import { GOVERNANCE } from './governance.ts'
import { HIVE } from './hive.ts'
import { IMPACT } from './impact.ts'
import { KNOWLEDGE } from './knowledge.ts'
import { MEMBERS } from './members.ts'
import { NODE } from './node.ts'
import { SESSIONS } from './agent-sessions.ts'
import { SKILLS } from './skills.ts'

export const OPERATIONS = {
  ...KNOWLEDGE,
  ...CASES,
  ...HIVE,
  ...GOALS,
  ...SKILLS,
  ...IMPACT,
  ...AGENTS,
  ...SESSIONS,
  ...EVOLUTION,
  ...GOVERNANCE,
  ...MEMBERS,
  ...NODE
} as const

/** All operations. */
export type Operations = typeof OPERATIONS
/** The name of an operation: a path of the HTTP API. */
export type OperationName = keyof Operations

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

export function operationNames(): OperationName[] {
  return Object.keys(OPERATIONS).filter(isOperation)
}
