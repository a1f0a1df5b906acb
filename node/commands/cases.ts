/** `hive cases`: disputed claims and rules, proposals and decisions. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { CASES } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import {
  describeCase,
  describeCases,
  describeDecision,
  describeProposal
} from '../output/case-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Call, InputOf } from '../operations/index.ts'

interface CaseAction {
  readonly call: Call
  readonly arguments: readonly string[]
  readonly options: Readonly<
    Partial<Record<'agent' | 'by' | 'limit' | 'state' | 'trial' | 'usd' | 'why', string>>
  >
  readonly signal: AbortSignal
  /** Prints the result, as JSON if requested. */
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

interface Action {
  /** Numbers of arguments that it takes. */
  readonly takes: readonly number[]
  run(ask: CaseAction): Promise<ExitCode>
}

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    takes: [0],
    async run({ call, options: { limit, state }, signal, show }) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
      const wanted = state as InputOf<'cases'>['state']
      const request = { limit: numberOf('limit', limit), state: wanted }
      show(await call('cases', request, { signal }), describeCases)
      return EXIT.ok
    }
  },
  open: {
    takes: [0, 2],
    async run({ call, arguments: [entity, attribute], options, signal, show }) {
      const { agent } = options
      const trial = numberOf('trial', options.trial)
      const isRule = agent !== undefined && trial !== undefined
      if (isRule === (entity !== undefined)) {
        throw new UsageError('Name an entity and an attribute, or --agent NAME --trial NUMBER.')
      }
      const request = isRule
        ? { agent, trial }
        : { entity: entity ?? '', attribute: attribute ?? '' }
      show(await call('open-case', request, { signal }), describeCase)
      return EXIT.ok
    }
  },
  show: {
    takes: [1],
    async run({ call, arguments: [id = ''], signal, show }) {
      show(await call('show-case', { id }, { signal }), describeCase)
      return EXIT.ok
    }
  },
  propose: {
    takes: [1],
    async run({ call, arguments: [id = ''], options: { usd }, signal, show }) {
      const budget = usd === undefined ? {} : { budget: { usd } }
      const outcome = await call('propose-decision', { id, ...budget }, { signal })
      show(outcome, describeProposal)
      return outcome.status === 'proposed' ? EXIT.ok : EXIT.failed
    }
  },
  decide: {
    takes: [2],
    async run({ call, arguments: [id = '', choose = ''], options, signal, show }) {
      const request = { id, choose, ...reasonOf(options) }
      show(await call('decide-case', request, { signal }), describeDecision)
      return EXIT.ok
    }
  },
  reverse: {
    takes: [1],
    async run({ call, arguments: [id = ''], options, signal, show }) {
      show(await call('reverse-case', { id, ...reasonOf(options) }, { signal }), describeDecision)
      return EXIT.ok
    }
  }
}

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, CASES, context)
    const [what = '', ...rest] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    if (action === undefined || !action.takes.includes(rest.length)) {
      throw new UsageError(
        `cases takes one of ${Object.keys(ACTIONS).join(', ')}: see hive cases --help. Quote each argument.`
      )
    }
    const show: CaseAction['show'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    return withNode(dataDir, (call) =>
      action.run({ call, arguments: rest, options: values, signal, show })
    )
  }
}

function numberOf(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumberOption(name, text, 0, 1_000_000)
}

function reasonOf({ why, by }: CaseAction['options']): { why: string; by?: string } {
  if (why === undefined) throw new UsageError('State a reason: --why REASON.')
  return by === undefined ? { why } : { why, by }
}
