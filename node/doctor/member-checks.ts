/** The membership of the node in a closed swarm: its secret, and its certificate. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isClosedSwarm, plainSwarmName } from '../../crdt/index.ts'
import { memberSelf, membershipWarning } from '../../src/index.ts'
import { bad, good, isUnusable } from './check.ts'
import { modeFinding } from './directory-checks.ts'
import { memberKeysIn, ownStatements } from './own-member.ts'
import type { MemberKeys } from '../../crdt/index.ts'
import type { OwnMembership } from '../../src/index.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

export const MEMBER_CHECKS: readonly Check[] = [{ section: 'members', run: checkMembership }]

/** What mends each state of a certificate. */
const MENDS: Readonly<Record<OwnMembership['state'], string>> = {
  admitted: 'hive members renew ID, on the node of the inviter or with --root FILE',
  expired: 'hive members renew ID, on the node of the inviter or with --root FILE',
  'not yet': 'set the clock of this machine, for example by NTP',
  revoked: 'if it is a mistake: ask for a new invite, then hive join -',
  superseded: 'hive members renew ID --root FILE, by the holder of the new root',
  void: 'hive members renew ID --root FILE, by the holder of the root',
  unknown: 'ask for an invite, then hive join -'
}

async function checkMembership(examined: Examined): Promise<DoctorFinding[]> {
  const path = join(examined.dataDir, 'member.json')
  if (isUnusable(examined, 'member.json') || isUnusable(examined, 'store')) return []
  const file = await stat(path).catch(() => undefined)
  const swarm = examined.status?.swarm?.name ?? examined.start.values.swarm ?? ''
  if (file === undefined) {
    if (!isClosedSwarm(swarm)) return []
    const text = `the swarm "${plainSwarmName(swarm)}" is closed, and this node is no member: there is no ${path}`
    return [bad('member-missing', text, 'ask for an invite, then hive join -')]
  }
  const open = modeFinding('member-mode', 'the secret of this member', path, file)
  if (open !== undefined) return [open]
  let keys: MemberKeys | undefined
  try {
    keys = await memberKeysIn(examined.dataDir)
  } catch {
    const mend = `restore the file from a backup, or rm "${path}" and join with a new invite`
    return [bad('member-damaged', `the secret of this member is damaged: ${path}`, mend)]
  }
  const statements = await ownStatements(examined)
  if (keys === undefined || statements === undefined) return []
  const self = memberSelf(statements, keys, examined.now)
  // What inviters have answered is known to the running node only.
  const refusal = examined.status?.membership?.renewal?.refusal
  const renewal = self.renewal === undefined ? undefined : { ...self.renewal, refusal }
  return [findingOf({ ...self, ...(renewal === undefined ? {} : { renewal }) }, examined.now)]
}

function findingOf(self: OwnMembership, now: number): DoctorFinding {
  const warning = membershipWarning(self, now)
  if (warning !== undefined) {
    const id = self.state === 'admitted' ? 'member-ends' : `member-${self.state.replace(' ', '-')}`
    return bad(
      id,
      warning.replace(/\.$/, ''),
      MENDS[self.state].replace('ID', self.id.slice(0, 12))
    )
  }
  const { swarm, role, notAfter = '', renewal } = self
  const name = plainSwarmName(swarm)
  return good(
    'member',
    `this node is admitted to ${name} (${role}), until ${notAfter.slice(0, 10)}; ${
      renewal === undefined
        ? 'the root renews it'
        : `it asks for a renewal from ${renewal.from.slice(0, 10)} on`
    }`
  )
}
