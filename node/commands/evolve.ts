/** `hive evolve`: mutations of personas on trial, sessions of agents and their outcomes. */
import { readArguments } from '../command.ts'
import { EVOLVE } from '../command-line/specs/agents.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import {
  describeEvolution,
  describeMutationPreview,
  describePass,
  describeProposals,
  describeRows,
  describeSession,
  describeStableRollback,
  describeStep,
  describeSummary,
  describeTrial,
  describeTrials
} from '../output/evolution-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { jsonInput, jsonOf } from './json-input.ts'
import type { Command } from '../command.ts'
import type { Call, InputOf } from '../operations/index.ts'

interface EvolveAction {
  readonly call: Call
  readonly agent: string
  readonly first: string | undefined
  readonly second: string | undefined
  readonly options: {
    readonly error?: string
    readonly force?: boolean
    readonly limit?: number
    readonly model?: boolean
    readonly task?: string
    readonly why?: string
  }
  readonly signal: AbortSignal
  /** Prints the result, as JSON if requested. */
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

/** Actions, and how many arguments follow the agent. */
const ACTIONS: Readonly<
  Record<string, { readonly takes: number; run(ask: EvolveAction): Promise<void> }>
> = {
  show: {
    takes: 0,
    async run({ call, agent, signal, show }) {
      show(await call('evolution', { agent }, { signal }), describeEvolution)
    }
  },
  on: { takes: 0, run: (ask) => setEnabled(ask, true) },
  off: { takes: 0, run: (ask) => setEnabled(ask, false) },
  propose: {
    takes: 0,
    async run({ call, agent, options: { limit, model }, signal, show }) {
      const request = { agent, limit, model }
      show(await call('propose-mutations', request, { signal }), describeProposals)
    }
  },
  preview: {
    takes: 1,
    async run({ call, agent, first, options: { model }, signal, show }) {
      const mutation = await mutationOf(first)
      const request = { agent, mutation, model }
      show(await call('preview-mutation', request, { signal }), describeMutationPreview)
    }
  },
  try: {
    takes: 1,
    async run({ call, agent, first, options: { why, force, model }, signal, show }) {
      const mutation = await mutationOf(first)
      const request = { agent, mutation, why, force, model }
      show(await call('try-mutation', request, { signal }), describeTrial)
    }
  },
  step: {
    takes: 0,
    async run({ call, agent, options: { model }, signal, show }) {
      show(await call('advance-evolution', { agent, model }, { signal }), describeStep)
    }
  },
  history: {
    takes: 0,
    async run({ call, agent, options: { limit }, signal, show }) {
      show(await call('mutation-history', { agent, limit }, { signal }), describeTrials)
    }
  },
  rollback: {
    takes: 0,
    async run({ call, agent, options: { why }, signal, show }) {
      show(await call('rollback-to-stable', { agent, why }, { signal }), describeStableRollback)
    }
  },
  start: {
    takes: 0,
    async run({ call, agent, options: { task }, signal, show }) {
      show(await call('start-session', { agent, task }, { signal }), describeSession)
    }
  },
  record: {
    takes: 2,
    async run({ call, agent, first: session = '', second, signal, show }) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
      const action = jsonOf(second ?? '') as InputOf<'record-action'>['action']
      const row = await call('record-action', { agent, session, action }, { signal })
      show(row, (each) => describeRows([each]))
    }
  },
  end: {
    takes: 2,
    async run({ call, agent, first: session = '', second, options: { error }, signal, show }) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
      const outcome = second as InputOf<'end-session'>['outcome']
      const request = { agent, session, outcome, error }
      show(await call('end-session', request, { signal }), describeSession)
    }
  },
  journal: {
    takes: 0,
    async run({ call, agent, options: { limit, task }, signal, show }) {
      show(await call('agent-journal', { agent, limit, task }, { signal }), describeRows)
    }
  },
  summary: {
    takes: 0,
    async run({ call, agent, signal, show }) {
      show(await call('journal-summary', { agent }, { signal }), describeSummary)
    }
  }
}

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, EVOLVE, context)
    const [what = '', agent = '', first, second, ...more] = positionals
    const isPass = what === 'pass' && agent === ''
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    const given = [first, second].filter((each) => each !== undefined).length
    const isWrong =
      agent === '' ||
      more.length > 0 ||
      given > (action?.takes ?? 0) ||
      (action?.takes === 2 && given < 2)
    if (!isPass && (action === undefined || isWrong)) {
      throw new UsageError(
        `evolve takes one of ${Object.keys(ACTIONS).join(', ')}, and an agent; or pass. Quote JSON.`
      )
    }
    const show: EvolveAction['show'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    const { limit: limitText, ...options } = values
    const limit = limitText === undefined ? undefined : Number(limitText)
    return withNode(dataDir, async (call) => {
      if (action === undefined) {
        show(await call('iterate', { model: values.model }, { signal }), describePass)
      } else {
        await action.run({
          call,
          agent,
          first,
          second,
          options: { ...options, limit },
          signal,
          show
        })
      }
      return EXIT.ok
    })
  }
}

async function setEnabled(
  { call, agent, signal, show }: EvolveAction,
  enabled: boolean
): Promise<void> {
  const state = enabled ? 'on' : 'off'
  show(await call('enable-evolution', { agent, enabled }, { signal }), ({ changed }) =>
    changed ? `Evolution is ${state}.` : `Evolution was ${state} before.`
  )
}

async function mutationOf(text: string | undefined): Promise<InputOf<'try-mutation'>['mutation']> {
  const json = text === undefined ? await jsonInput() : jsonOf(text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
  return json as InputOf<'try-mutation'>['mutation']
}
