/** `hive persona`: prints and changes the persona of an agent. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { PERSONA } from '../command-line/specs/agents.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { describeHistory, describeInversion, describeVersion } from '../output/persona-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { jsonInput, jsonOf } from './json-input.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Call, InputOf } from '../operations/index.ts'

const MAX_VERSION = 1_000_000_000
const MAX_LIMIT = 1_000
const MAX_BUDGET = 1_000_000

interface PersonaAction {
  readonly call: Call
  readonly agent: string
  /** What follows the name of the agent. */
  readonly argument: string | undefined
  readonly options: {
    readonly version: number | undefined
    readonly limit: number | undefined
    readonly budget: number | undefined
    readonly why: string | undefined
  }
  readonly signal: AbortSignal
  /** Prints the result, as JSON if requested. */
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

const ACTIONS: Readonly<Record<string, (ask: PersonaAction) => Promise<ExitCode>>> = {
  async show({ call, agent, options: { version }, signal, show }) {
    const persona = await call('show-persona', { agent, version }, { signal })
    show(persona, (it) => JSON.stringify(it, null, 2))
    return EXIT.ok
  },
  async prompt({ call, agent, options: { budget }, signal, show }) {
    show(await call('persona-prompt', { agent, budget }, { signal }), ({ text }) => text)
    return EXIT.ok
  },
  async history({ call, agent, options: { limit }, signal, show }) {
    show(await call('persona-history', { agent, limit }, { signal }), describeHistory)
    return EXIT.ok
  },
  async edit({ call, agent, argument, options: { why, version }, signal, show }) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
    const parts = (await given(argument)) as InputOf<'edit-persona'>['parts']
    const edited = await call('edit-persona', { agent, parts, why, version }, { signal })
    show(edited, describeVersion)
    return EXIT.ok
  },
  async mutate({ call, agent, argument, options: { why, version }, signal, show }) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
    const mutation = (await given(argument)) as InputOf<'mutate-persona'>['mutation']
    const by = { kind: 'person' } as const
    const mutated = await call('mutate-persona', { agent, mutation, by, why, version }, { signal })
    show(mutated, describeVersion)
    return EXIT.ok
  },
  async invert({ call, agent, argument, options: { why, version }, signal, show }) {
    const by = { kind: 'person' } as const
    const request = { agent, of: versionOf(argument), by, why, version }
    const inversion = await call('invert-persona', request, { signal })
    show(inversion, describeInversion)
    return inversion.status === 'inverted' ? EXIT.ok : EXIT.failed
  },
  async rollback({ call, agent, argument, options: { why, version }, signal, show }) {
    const request = { agent, to: versionOf(argument), why, version }
    show(await call('rollback-persona', request, { signal }), describeVersion)
    return EXIT.ok
  }
}

/** Actions that take nothing but an agent. */
const WITHOUT_ARGUMENT: ReadonlySet<string> = new Set(['show', 'prompt', 'history'])

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, PERSONA, context)
    const [what = '', agent, argument, ...more] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    const isTooLong = more.length > 0 || (WITHOUT_ARGUMENT.has(what) && argument !== undefined)
    if (action === undefined || agent === undefined || isTooLong) {
      throw new UsageError(
        `persona takes one of ${Object.keys(ACTIONS).join(', ')}, and an agent. Quote JSON.`
      )
    }
    const { version, limit, budget, why } = values
    const options = {
      version: numberOf('version', version, MAX_VERSION),
      limit: numberOf('limit', limit, MAX_LIMIT),
      budget: numberOf('budget', budget, MAX_BUDGET),
      why
    }
    const show: PersonaAction['show'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    return withNode(dataDir, (call) => action({ call, agent, argument, options, signal, show }))
  }
}

function numberOf(name: string, text: string | undefined, max: number): number | undefined {
  return text === undefined ? undefined : wholeNumberOption(name, text, 1, max)
}

function versionOf(text: string | undefined): number {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError('Name the version: its number is in "hive persona history".')
}

function given(argument: string | undefined): unknown {
  return argument === undefined ? jsonInput() : jsonOf(argument)
}
