/** Shapes of the members of a closed swarm. */
import { z } from 'zod'
import { Count, EXAMPLE_ID, Moment } from './common.ts'

export const MemberRole = z.enum(['member', 'light', 'inviter']).meta({
  description: 'member: reads and publishes; light: reads; inviter: as member, and invites'
})

export const MemberState = z.enum([
  'admitted',
  'void',
  'revoked',
  'superseded',
  'expired',
  'not yet',
  'unknown'
])

/** A statement as text. */
export const StatementHex = z
  .string()
  .min(2)
  .max(140_000)
  .regex(/^(?:[0-9a-f]{2})+$/i, 'must be hexadecimal digits')
  .meta({ description: 'The bytes of a statement in hexadecimal digits' })

export const MemberId = z.string().min(1).max(64).meta({
  description: 'The id of a member, or its beginning of at least 6 digits that no other id has'
})

export const Member = z
  .strictObject({
    id: z.string().meta({ description: 'The signing key. It says nothing of what it publishes' }),
    role: MemberRole,
    state: MemberState,
    notBefore: Moment,
    notAfter: Moment,
    invitedBy: z.string().optional().meta({ description: 'Absent: the root' }),
    number: Count.meta({ description: 'Of the certificate, among those of its issuer' }),
    renewsFrom: Moment.optional().meta({
      description: 'From when on its node asks for a renewal; absent where only the root can'
    }),
    isSelf: z.boolean()
  })
  .meta({ id: 'Member' })

export const Membership = z
  .strictObject({
    swarm: z.string(),
    id: z.string(),
    role: MemberRole.optional(),
    state: MemberState,
    notBefore: Moment.optional(),
    notAfter: Moment.optional().meta({ description: 'When the certificate ends' }),
    voiceFrom: Moment.optional().meta({
      description: 'From when on the node can publish; absent for a light member'
    }),
    voices: Count.meta({ description: 'Members with a voice in this epoch' }),
    epoch: Count,
    renewal: z
      .strictObject({
        from: Moment.meta({ description: 'From when on the node asks for a renewal' }),
        by: z.array(z.string()).meta({ description: 'Ids of those that can renew it' }),
        refusal: z
          .enum(['off', 'not above', 'inviter ends', 'used up', 'not admitted'])
          .optional()
          .meta({ description: 'Why the last one that was asked has refused' })
      })
      .optional()
      .meta({ description: 'Absent where only the root can renew the certificate' }),
    invitesLeft: Count.meta({ description: 'Members that the node can still admit' })
  })
  .meta({ id: 'Membership' })

export const MemberInvite = z
  .strictObject({
    id: z.string(),
    role: MemberRole,
    state: z.enum(['expired', 'open', 'used']),
    uses: Count,
    usedBy: z.array(z.string()).meta({ description: 'Ids of members' }),
    expires: Moment
  })
  .meta({ id: 'MemberInvite' })

export const MadeMemberInvite = z.strictObject({
  id: z.string(),
  secret: z.string().meta({ description: 'The node keeps a hash of it only' }),
  founding: z.string(),
  swarm: z.string(),
  role: MemberRole,
  uses: Count,
  expires: Moment
})

/** A closed swarm in examples. */
export const EXAMPLE_SWARM = 'lab~00112233445566778899aabbccddeeff'

export const EXAMPLE_MEMBERSHIP: z.output<typeof Membership> = {
  swarm: EXAMPLE_SWARM,
  id: EXAMPLE_ID,
  role: 'inviter',
  state: 'admitted',
  notBefore: '2026-11-26T00:00:00.000Z',
  notAfter: '2028-11-28T09:00:00.000Z',
  voiceFrom: '2026-11-26T00:00:00.000Z',
  voices: 12,
  epoch: 2_969,
  invitesLeft: 4_085
}

export const EXAMPLE_MEMBER: z.output<typeof Member> = {
  id: EXAMPLE_ID,
  role: 'member',
  state: 'admitted',
  notBefore: '2026-11-26T00:00:00.000Z',
  notAfter: '2027-02-24T09:00:00.000Z',
  number: 3,
  renewsFrom: '2027-01-25T14:00:00.000Z',
  isSelf: false
}
