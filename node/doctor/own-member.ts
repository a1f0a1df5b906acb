/** What a node needs to be a member of its closed swarm, from its directory or from the running node. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectStore, isClosedSwarm, readMemberFile } from '../../crdt/index.ts'
import { heldStatements } from '../../src/index.ts'
import { statementsOfNode } from '../control/node-statements.ts'
import { lockHolder } from './lock-holder.ts'
import type { MemberKeys, MemberStatements } from '../../crdt/index.ts'
import type { Examined } from './check.ts'

/** Undefined if there is no file. Throws `MemberError` if it is damaged. */
export async function memberKeysIn(dataDir: string): Promise<MemberKeys | undefined> {
  const path = join(dataDir, 'member.json')
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined
  return readMemberFile(await readFile(path, 'utf8'))
}

/** Undefined in an open swarm, and while another process than a node has the store open. */
export async function ownStatements({
  dataDir,
  node,
  call,
  status,
  signal
}: Examined): Promise<MemberStatements | undefined> {
  if (node !== undefined) {
    const isMember = call !== undefined && status?.membership !== undefined
    return isMember ? statementsOfNode(call, signal) : undefined
  }
  const directory = join(dataDir, 'store')
  const lock = await stat(join(directory, 'LOCK')).catch(() => undefined)
  if (lock === undefined || (await lockHolder(lock)) !== undefined) return undefined
  const { swarm, statements = [] } = await inspectStore(directory)
  if (swarm === undefined || !isClosedSwarm(swarm)) return undefined
  return heldStatements(swarm, statements)
}
