/** `hive govern`: limits, freezes and containment of the agents of a node. */
import { readArguments } from '../command.ts'
import { GOVERN } from '../command-line/specs/agents.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import {
  describeChange,
  describeChanges,
  describeContainment,
  describeDrift,
  describeLimits,
  describePreview,
  describeProbes
} from '../output/governance-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import { jsonInput, jsonOf } from './json-input.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Call, InputOf } from '../operations/index.ts'

interface GovernAction {
  readonly call: Call
  /** The agent, or the preview. */
  readonly subject: string
  readonly argument: string | undefined
  readonly options: Readonly<Partial<Record<'by' | 'from' | 'since' | 'to' | 'why', string>>>
  readonly signal: AbortSignal
  /** Prints the result, as JSON if requested. */
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

const ACTIONS: Readonly<Record<string, (ask: GovernAction) => Promise<ExitCode>>> = {
  async limits({ call, subject: agent, signal, show }) {
    show(await call('agent-limits', { agent }, { signal }), describeLimits)
    return EXIT.ok
  },
  async limit({ call, subject: agent, argument, options, signal, show }) {
    const json = argument === undefined ? await jsonInput() : jsonOf(argument)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
    const limits = json as InputOf<'set-agent-limits'>['limits']
    const request = { agent, limits, ...reasonOf(options) }
    show(await call('set-agent-limits', request, { signal }), describeChange)
    return EXIT.ok
  },
  async freeze({ call, subject: agent, options, signal, show }) {
    const request = { agent, ...reasonOf(options) }
    show(await call('freeze-agent', request, { signal }), describeChange)
    return EXIT.ok
  },
  async unfreeze({ call, subject: agent, options, signal, show }) {
    const request = { agent, ...reasonOf(options) }
    show(await call('unfreeze-agent', request, { signal }), describeChange)
    return EXIT.ok
  },
  async history({ call, subject: agent, signal, show }) {
    show(await call('agent-changes', { agent }, { signal }), describeChanges)
    return EXIT.ok
  },
  async preview({ call, subject: agent, options: { from, to }, signal, show }) {
    if (from === undefined) throw new UsageError('Name the start of the window: --from TIME.')
    show(await call('preview-containment', { agent, from, to }, { signal }), describePreview)
    return EXIT.ok
  },
  async contain({ call, subject: id, options, signal, show }) {
    const request = { id, ...reasonOf(options) }
    show(await call('contain-agent', request, { signal }), describeContainment)
    return EXIT.ok
  },
  async drift({ call, subject: agent, options: { since }, signal, show }) {
    show(await call('agent-drift', { agent, since }, { signal }), describeDrift)
    return EXIT.ok
  },
  async probe({ call, signal, show }) {
    const reports = await call('probe', {}, { signal })
    show(reports, describeProbes)
    return reports.some(({ findings }) => findings.length > 0) ? EXIT.failed : EXIT.ok
  }
}

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, GOVERN, context)
    const [what = '', subject = '', argument, ...more] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    const isTooLong = more.length > 0 || (what !== 'limit' && argument !== undefined)
    if (action === undefined || isTooLong || (subject === '') !== (what === 'probe')) {
      throw new UsageError(
        `govern takes one of ${Object.keys(ACTIONS).join(', ')}, and an agent or the id of a preview. Quote JSON.`
      )
    }
    const show: GovernAction['show'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    return withNode(dataDir, (call) =>
      action({ call, subject, argument, options: values, signal, show })
    )
  }
}

function reasonOf({ why, by }: GovernAction['options']): { why: string; by?: string } {
  if (why === undefined) throw new UsageError('State a reason: --why REASON.')
  return by === undefined ? { why } : { why, by }
}
