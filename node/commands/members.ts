/** `hive members`: the members of the closed swarm, and the invites of this node. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { MEMBERS } from '../command-line/specs/members.ts'
import { withNode } from '../control/running-node.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { describeInvites, describeMember, describeMembers } from '../output/member-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { listStatements } from '../control/node-statements.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import type { Call, InputOf, MemberResult } from '../operations/index.ts'
import type * as withRootActs from './members-with-root.ts'
import type { RootAct } from './members-with-root.ts'

type Values = Arguments<typeof MEMBERS>['values']

interface Ask {
  readonly call: Call
  readonly values: Values
  readonly context: CommandContext
  readonly subjects: readonly string[]
}

interface Action {
  /** Arguments after the name of the action, at least and at most. */
  readonly takes: readonly [number, number]
  run(ask: Ask): Promise<void>
}

const MAX_DAYS = 3_650
const MAX_LISTED = 1_000

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    takes: [0, 0],
    async run({ call, values, context: { signal } }) {
      const { state, limit } = values
      const members = await call(
        'members',
        {
          ...(state === undefined ? {} : { state: stateOf(state) }),
          ...(limit === undefined
            ? {}
            : { limit: wholeNumberOption('limit', limit, 1, MAX_LISTED) })
        },
        { signal }
      )
      show(values, members, describeMembers)
    }
  },
  show: {
    takes: [1, 1],
    async run(ask) {
      show(ask.values, await memberOf(ask), describeMember)
    }
  },
  invites: {
    takes: [0, 0],
    async run({ call, values, context: { signal } }) {
      show(values, await call('member-invites', {}, { signal }), describeInvites)
    }
  },
  cancel: {
    takes: [1, 1],
    async run({ call, values, subjects: [id = ''], context: { signal } }) {
      const cancelled = await call('member-cancel-invite', { id }, { signal })
      show(values, cancelled, () => `Nobody can use the invite ${cancelled.id} any more.`)
    }
  },
  revoke: {
    takes: [1, 1],
    async run(ask) {
      const { call, values, subjects, context } = ask
      const [id = ''] = subjects
      const withInvited = values['with-invited'] === true
      const { signal } = context
      const revoked = isWithRoot(values)
        ? await withRoot(ask, ({ revokeByRoot }, act) => revokeByRoot(act, withInvited))
        : await call('member-revoke', { id, withInvited }, { signal })
      show(
        values,
        revoked,
        (member) =>
          `${describeMember(member)}\nMembers refuse it from now on. What it published stays.`
      )
    }
  },
  renew: {
    takes: [1, 1],
    async run(ask) {
      const { call, values, subjects, context } = ask
      const [id = ''] = subjects
      const days =
        values.days === undefined ? undefined : wholeNumberOption('days', values.days, 1, MAX_DAYS)
      const { signal } = context
      const renewed = isWithRoot(values)
        ? await withRoot(ask, ({ renewByRoot }, act) => renewByRoot(act, days))
        : await call('member-renew', { id, ...(days === undefined ? {} : { days }) }, { signal })
      show(values, renewed, describeMember)
    }
  },
  statements: {
    takes: [0, 0],
    async run({ call, values, context: { signal } }) {
      const listed = await listStatements(call, signal)
      show(values, listed, ({ statements }) => statements.join('\n'))
    }
  },
  add: {
    takes: [1, 2_000],
    async run({ call, values, subjects, context: { signal } }) {
      const added = await call('member-add', { statements: [...subjects] }, { signal })
      show(values, added, () => `new statements: ${added.added}`)
    }
  }
}

export const command: Command = {
  async run(argv, context) {
    const { values, positionals, dataDir } = readArguments(argv, MEMBERS, context)
    const [what = 'list', ...subjects] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    const [least, most] = action?.takes ?? [0, -1]
    if (action === undefined || subjects.length < least || subjects.length > most) {
      throw new UsageError(
        `members takes one of ${Object.keys(ACTIONS).join(', ')}; show, revoke and renew take the id of a member.`
      )
    }
    await withNode(dataDir, (call) => action.run({ call, values, context, subjects }))
    return EXIT.ok
  }
}

function isWithRoot({ root, 'words-stdin': words }: Values): boolean {
  return root !== undefined || words === true
}

/** Loaded here: without a root, a command needs none of it. */
async function withRoot(
  ask: Ask,
  act: (acts: typeof withRootActs, what: RootAct) => Promise<void>
): Promise<MemberResult> {
  const { call, values, subjects, context } = ask
  const { env, signal } = context
  const [id = ''] = subjects
  const source = {
    env,
    signal,
    file: values.root,
    fromStdin: values['passphrase-stdin'] === true,
    wordsFromStdin: values['words-stdin'] === true
  }
  await act(await import('./members-with-root.ts'), { call, signal, source, id })
  return memberOf(ask)
}

async function memberOf({ call, subjects: [id = ''], context }: Ask): Promise<MemberResult> {
  const [member] = await call('members', { id }, { signal: context.signal })
  if (member === undefined) throw new Error('The node returned no member.')
  return member
}

function stateOf(text: string): InputOf<'members'>['state'] {
  const states = MEMBERS.options.state.choices
  const found = states.find((each) => each === text)
  if (found !== undefined) return found
  throw new UsageError(`--state takes ${states.join(', ')}, not "${text}".`)
}

/** As JSON if requested. */
function show<T>(values: Values, result: T, text: (result: T) => string): void {
  if (values.json === true) printJson(result)
  else print(text(result))
}
