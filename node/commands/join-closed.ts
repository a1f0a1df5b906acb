/**
 * `hive join` with an invite to a closed swarm. The seed is on disk before it is sent, so that after a
 * crash the same invite gives the same certificate; the settings come last, when the node is a member.
 */
import { memberSelf } from '../../src/index.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { describeRefusal, enrol, MemberDirectory, writeJoin } from '../join/index.ts'
import { minuteOf, plainName, voiceText } from '../output/member-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { describePlan } from './join-call.ts'
import type { MemberKeys } from '../../crdt/index.ts'
import type { OwnMembership } from '../../src/index.ts'
import type { JoinPlan } from '../join/index.ts'
import type { JoinCall } from './join-call.ts'

export async function becomeMember(call: JoinCall, plan: JoinPlan): Promise<void> {
  const { invite, dataDir, isJson, running } = call
  if (running !== undefined) {
    throw new CommandError(
      `A node runs on ${dataDir}. Stop it before it joins a closed swarm, or use another --data-dir.`,
      EXIT.directory,
      'STORE_LOCKED'
    )
  }
  await using directory = await MemberDirectory.open(dataDir)
  directory.requireSwarm(invite.swarm)
  const keys = await directory.keysOrNew()
  const before = memberSelf(await directory.statements(invite.swarm), keys, Date.now())
  const isMember = before.state === 'admitted'
  const self = isMember ? before : await enrolHere(call, plan, directory, keys)
  await writeJoin(plan)
  if (isJson) {
    const { configPath, key, isKnown } = plan
    const { id, role, notAfter, voiceFrom } = self
    printJson({
      swarm: invite.swarm,
      hasKey: invite.key !== undefined,
      config: configPath,
      ...(key === undefined ? {} : { key: key.path }),
      isKnown,
      member: id,
      role,
      notAfter,
      ...(voiceFrom === undefined ? {} : { voiceFrom }),
      isNew: !isMember,
      memberFile: directory.memberFile
    })
    return
  }
  describePlan(plan, invite.swarm)
  print(`member    ${directory.memberFile}`)
  if (isMember) print('This node is a member already: the invite was not used.')
  print(describeSelf(self))
  print('"hive start" starts the node.')
}

async function enrolHere(
  { invite, signal }: JoinCall,
  { keyText }: JoinPlan,
  directory: MemberDirectory,
  keys: MemberKeys
): Promise<OwnMembership> {
  const answer = await enrol({ ...invite, key: keyText }, keys, signal)
  if ('refused' in answer) {
    throw new CommandError(describeRefusal(answer.refused), EXIT.failed, 'NOT_ADMITTED')
  }
  const statements = await directory.write(invite.swarm, answer.statements)
  const self = memberSelf(statements, keys, Date.now())
  if (self.state === 'admitted' || self.state === 'not yet') return self
  throw new CommandError(
    `The node gave a certificate that does not count (${self.state}). Compare the clocks of both machines, and ask for another invite.`,
    EXIT.failed,
    'NOT_ADMITTED'
  )
}

function describeSelf(self: OwnMembership): string {
  const { swarm, role, notAfter } = self
  const what = { member: 'a member', light: 'a light member', inviter: 'an inviter' } as const
  const end = notAfter === undefined ? '' : `, until ${minuteOf(notAfter)}`
  const publishes = voiceText(self, Date.now())
  return `This node is ${role === undefined ? 'no member' : what[role]} of ${plainName(swarm)}${end}. It publishes: ${publishes}.`
}
