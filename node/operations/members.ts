/** Operations on the members of a closed swarm. Certificates are issued and revoked by persons. */
import { z } from 'zod'
import { HiveError } from '../../src/index.ts'
import { NOT_FOR_AGENTS, operation } from './operation.ts'
import { Count, Empty, EXAMPLE_ID } from './shapes/common.ts'
import {
  EXAMPLE_MEMBER,
  EXAMPLE_MEMBERSHIP,
  EXAMPLE_SWARM,
  MadeMemberInvite,
  Member,
  MemberId,
  MemberInvite,
  MemberRole,
  MemberState,
  Membership,
  StatementHex
} from './shapes/members.ts'
import type { Members } from '../../src/index.ts'
import type { NodeAccess } from './operation.ts'

/** Statements of one answer: 1 MB of certificates in hexadecimal digits. */
const MAX_STATEMENTS_LISTED = 2_000

/** Milliseconds of an hour. */
const HOUR = 3_600_000

const EXAMPLE_INVITE = {
  id: '00112233445566ff',
  role: 'member',
  uses: 1,
  expires: '2026-11-29T09:00:00.000Z'
} as const

const EXAMPLE_FOUNDING = `00${'11'.repeat(64)}`

export const MEMBERS = {
  membership: operation({
    topic: 'members',
    summary: 'Return the node’s own membership in its closed swarm',
    effect: 'reads',
    input: Empty,
    output: Membership,
    errors: ['SWARM_OPEN'],
    example: { input: {}, output: EXAMPLE_MEMBERSHIP },
    cli: { by: 'swarm show', args: ['swarm', 'show'] },
    mcp: NOT_FOR_AGENTS,
    run: async (node) => membersOf(node).self()
  }),

  members: operation({
    topic: 'members',
    summary: 'List the members of the closed swarm, those that are admitted first',
    effect: 'reads',
    input: z.strictObject({
      limit: z.int().min(1).max(1_000).optional(),
      state: MemberState.optional(),
      id: MemberId.optional().meta({ description: 'Only this member' })
    }),
    output: z.array(Member),
    errors: ['SWARM_OPEN', 'RECORD_UNKNOWN', 'ID_AMBIGUOUS'],
    example: { input: { limit: 10 }, output: [EXAMPLE_MEMBER] },
    cli: { by: 'members', args: ['members'] },
    mcp: NOT_FOR_AGENTS,
    async run(node, { id, ...options }) {
      const members = membersOf(node)
      return id === undefined ? members.list(options) : [members.find(id)]
    }
  }),

  'member-statements': operation({
    topic: 'members',
    summary: 'List the statements that decide who is a member, in hexadecimal digits',
    detail: 'They are no secret among members. The holder of the root signs on top of them.',
    effect: 'reads',
    input: z.strictObject({
      after: Count.optional().meta({ description: 'Leave out this many' }),
      limit: z.int().min(1).max(MAX_STATEMENTS_LISTED).optional()
    }),
    output: z.strictObject({ swarm: z.string(), total: Count, statements: z.array(z.string()) }),
    errors: ['SWARM_OPEN'],
    example: {
      input: {},
      output: { swarm: EXAMPLE_SWARM, total: 1, statements: [EXAMPLE_FOUNDING] }
    },
    cli: { by: 'members statements', args: ['members', 'statements'] },
    mcp: NOT_FOR_AGENTS,
    async run(node, { after = 0, limit = MAX_STATEMENTS_LISTED }) {
      const members = membersOf(node)
      const all = members.statements()
      return {
        swarm: members.swarm,
        total: all.length,
        statements: all.slice(after, after + limit).map(hexOf)
      }
    }
  }),

  'member-invite': operation({
    topic: 'members',
    summary: 'Make an invite to the closed swarm, which the node issues certificates for',
    detail: '"hive invite" adds addresses and the swarm key, and prints one string.',
    effect: 'changes',
    input: z.strictObject({
      role: MemberRole.optional(),
      uses: z.int().min(1).max(1_000).optional().meta({ description: 'Default 1' }),
      hours: z
        .number()
        .min(1 / 60)
        .max(8_760)
        .optional()
        .meta({ description: 'For which it can be used; default 24' }),
      days: z.int().min(1).max(3_650).optional().meta({
        description: 'That the certificates last; default 90'
      }),
      max: z.int().min(1).max(4_096).optional().meta({
        description: 'Certificates that an inviter may issue; default 16'
      })
    }),
    output: MadeMemberInvite,
    errors: ['SWARM_OPEN', 'LIMIT_EXCEEDED'],
    example: {
      input: { role: 'member' },
      output: {
        ...EXAMPLE_INVITE,
        secret: '00112233445566778899aabbccddeeff',
        founding: EXAMPLE_FOUNDING,
        swarm: EXAMPLE_SWARM
      }
    },
    cli: { by: 'invite', args: ['invite'] },
    mcp: NOT_FOR_AGENTS,
    run: async (node, { hours, ...options }) =>
      membersOf(node).invite({
        ...options,
        ...(hours === undefined ? {} : { expires: Math.round(hours * HOUR) })
      })
  }),

  'member-invites': operation({
    topic: 'members',
    summary: 'List the invites of the node, the latest first, without their secrets',
    effect: 'reads',
    input: Empty,
    output: z.array(MemberInvite),
    errors: ['SWARM_OPEN'],
    example: {
      input: {},
      output: [{ ...EXAMPLE_INVITE, state: 'used', usedBy: [EXAMPLE_ID] }]
    },
    cli: { by: 'members invites', args: ['members', 'invites'] },
    mcp: NOT_FOR_AGENTS,
    run: async (node) => membersOf(node).invites()
  }),

  'member-cancel-invite': operation({
    topic: 'members',
    summary: 'Cancel an invite of the node; members that used it stay members',
    effect: 'changes',
    input: z.strictObject({ id: z.string().min(1).max(64) }),
    output: z.strictObject({ id: z.string() }),
    errors: ['SWARM_OPEN', 'RECORD_UNKNOWN'],
    example: { input: { id: EXAMPLE_INVITE.id }, output: { id: EXAMPLE_INVITE.id } },
    cli: { by: 'members cancel INVITE', args: ['members', 'cancel', EXAMPLE_INVITE.id] },
    mcp: NOT_FOR_AGENTS,
    async run(node, { id }) {
      await membersOf(node).cancelInvite(id)
      return { id }
    }
  }),

  'member-revoke': operation({
    topic: 'members',
    summary: 'Revoke a member that the node’s certificate is above: members refuse it at once',
    detail: 'What it published stays. It cannot be taken back: the member needs a new invite.',
    effect: 'publishes',
    input: z.strictObject({
      id: MemberId,
      withInvited: z.boolean().optional().meta({
        description: 'Also all members that it has invited; default false'
      })
    }),
    output: Member,
    errors: ['SWARM_OPEN', 'RECORD_UNKNOWN', 'ID_AMBIGUOUS'],
    example: { input: { id: '9f2c4b' }, output: { ...EXAMPLE_MEMBER, state: 'revoked' } },
    cli: { by: 'members revoke ID', args: ['members', 'revoke', '9f2c4b'] },
    mcp: NOT_FOR_AGENTS,
    run: async (node, { id, ...options }) => membersOf(node).revoke(id, options)
  }),

  'member-renew': operation({
    topic: 'members',
    summary: 'Give a member that the node has invited a new certificate',
    effect: 'publishes',
    input: z.strictObject({
      id: MemberId,
      days: z.int().min(1).max(3_650).optional().meta({
        description: 'From now on; by default as many as it lasts, at least 90'
      })
    }),
    output: Member,
    errors: ['SWARM_OPEN', 'RECORD_UNKNOWN', 'ID_AMBIGUOUS'],
    example: { input: { id: '9f2c4b', days: 90 }, output: EXAMPLE_MEMBER },
    cli: { by: 'members renew ID', args: ['members', 'renew', '9f2c4b'] },
    mcp: NOT_FOR_AGENTS,
    run: async (node, { id, days }) => membersOf(node).renew(id, days)
  }),

  'member-add': operation({
    topic: 'members',
    summary: 'Take statements in, such as those that the holder of the root signed',
    detail: 'The node checks each one, stores it, and passes it on.',
    effect: 'publishes',
    input: z.strictObject({ statements: z.array(StatementHex).min(1).max(MAX_STATEMENTS_LISTED) }),
    output: z.strictObject({
      added: Count.meta({ description: 'Those that were new' })
    }),
    errors: ['SWARM_OPEN'],
    example: { input: { statements: [EXAMPLE_FOUNDING] }, output: { added: 0 } },
    cli: { by: 'members add STATEMENT', args: ['members', 'add', EXAMPLE_FOUNDING] },
    mcp: NOT_FOR_AGENTS,
    run: async (node, { statements }) =>
      membersOf(node).add(statements.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))))
  })
} as const

/** Throws `HiveError` (SWARM_OPEN). */
function membersOf({ db }: NodeAccess): Members {
  if (db.members !== undefined) return db.members
  throw new HiveError(
    'SWARM_OPEN',
    'The swarm of this node is open: everyone who reaches a node with its key takes part, and there are no certificates. "hive swarm create" makes a closed swarm.'
  )
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
