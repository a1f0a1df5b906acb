/** `hive skill`: actions on one skill, and offers of the swarm. */
import { resolve } from 'node:path'
import { readArguments, releaseOf, wholeNumberOption } from '../command.ts'
import { SKILL } from '../command-line/specs/skills.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { jsonInput, jsonOf } from './json-input.ts'
import { withNode } from '../control/running-node.ts'
import { OFFLINE, runEach } from '../control/skill-runs.ts'
import {
  describeAdded,
  describeOffers,
  describePublished,
  describeRemoved,
  describeRepairs,
  describeSkill,
  describeTests
} from '../output/skill-texts.ts'
import { print, printJson, progressLine, warn } from '../output/terminal.ts'
import { standardInput } from '../standard-input.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Call } from '../operations/index.ts'

interface SkillAction {
  readonly call: Call
  readonly args: readonly string[]
  readonly options: {
    readonly each: boolean
    /** The outcome of a run is reported later. */
    readonly later: boolean
    readonly run: string | undefined
    readonly caller: string | undefined
    readonly limit: number | undefined
    readonly state: 'quarantined' | 'released' | undefined
  }
  readonly signal: AbortSignal
  /** Prints the result, as JSON if requested. */
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

const MAX_OFFERS = 10_000

const ACTIONS: Readonly<Record<string, (ask: SkillAction) => Promise<ExitCode>>> = {
  async add({ call, args, signal, show }) {
    const [folder, ...more] = args
    if (folder === undefined || more.length > 0)
      throw new UsageError('Usage: skill add FOLDER, or skill add - with JSON on standard input.')
    const request = folder === '-' ? { skill: await jsonInput() } : { folder: resolve(folder) }
    const added = await call('add-skill', request, { signal })
    show(added, describeAdded)
    return added.tests === undefined || added.tests.failed.length === 0 ? EXIT.ok : EXIT.failed
  },
  async show({ call, args, signal, show }) {
    show(
      await call(
        'show-skill',
        { skill: singleArgument(args, 'Usage: skill show SKILL.') },
        { signal }
      ),
      describeSkill
    )
    return EXIT.ok
  },
  async test({ call, args, signal, show }) {
    const report = await call(
      'test-skill',
      { skill: singleArgument(args, 'Usage: skill test SKILL.') },
      { signal }
    )
    show(report, describeTests)
    return report.failed.length === 0 ? EXIT.ok : EXIT.failed
  },
  async run({ call, args, options, signal, show }) {
    const [skill, given, ...more] = args
    const { run: id, caller, later } = options
    if (options.each && skill !== undefined && given === undefined && id === undefined && !later) {
      return runEach(call, { skill, caller, lines: standardInput(), signal, show })
    }
    if (skill === undefined || more.length > 0 || options.each) {
      throw new UsageError(
        'Usage: skill run SKILL INPUT, or skill run SKILL --each. INPUT is quoted JSON.'
      )
    }
    const input = given === undefined ? await jsonInput() : jsonOf(given)
    const record = later ? 'later' : undefined
    const run = await call('run-skill', { skill, input, run: id, caller, record }, { signal })
    show(run, ({ output }) => JSON.stringify(output, null, 2))
    if (run.offline) warn(OFFLINE)
    if (later) warn(`run ${run.run}; report its outcome with "hive skill outcome"`)
    return EXIT.ok
  },
  async begin({ call, args, options: { run, caller }, signal, show }) {
    const skill = singleArgument(args, 'Usage: skill begin SKILL [--run ID] [--caller NAME].')
    show(await call('begin-skill', { skill, run, caller }, { signal }), (begun) => begun.run)
    return EXIT.ok
  },
  async outcome({ call, args, options: { run, caller }, signal, show }) {
    const [skill, outcome, ...words] = args
    const ok = outcome === 'ok'
    if (skill === undefined || (!ok && outcome !== 'failed') || (ok && words.length > 0)) {
      throw new UsageError(
        'Usage: skill outcome SKILL ok, or skill outcome SKILL failed [REASON]; --run ID, --caller NAME.'
      )
    }
    const error = words.length === 0 ? undefined : words.join(' ')
    const reported = await call('report-skill', { skill, ok, error, run, caller }, { signal })
    show(reported, ({ recorded, status }) =>
      recorded
        ? `recorded${status === undefined ? '' : `; ${status}`}`
        : 'not recorded: the outcome of this run was reported before'
    )
    return EXIT.ok
  },
  async export({ call, args, signal, show }) {
    const [skill, folder, ...more] = args
    if (skill === undefined || folder === undefined || more.length > 0) {
      throw new UsageError('Usage: skill export SKILL FOLDER.')
    }
    const request = { skill, folder: resolve(folder) }
    show(await call('export-skill', request, { signal }), (it) => `written to ${it.folder}`)
    return EXIT.ok
  },
  async blacklist({ call, args, signal, show }) {
    const request = withReason(args, 'Usage: skill blacklist SKILL REASON.')
    show(await call('blacklist-skill', request, { signal }), ({ changed }) =>
      changed ? 'blacklisted' : 'already blacklisted'
    )
    return EXIT.ok
  },
  async pardon({ call, args, signal, show }) {
    const request = withReason(args, 'Usage: skill pardon SKILL REASON.')
    show(await call('pardon-skill', request, { signal }), ({ changed }) =>
      changed ? 'untested again; run "hive skill test"' : 'was not blacklisted'
    )
    return EXIT.ok
  },
  async remove({ call, args, signal, show }) {
    const removed = await call(
      'remove-skill',
      { skill: singleArgument(args, 'Usage: skill remove SKILL.') },
      { signal }
    )
    show(removed, describeRemoved)
    return EXIT.ok
  },
  async publish({ call, args, signal, show }) {
    const request = { skill: singleArgument(args, 'Usage: skill publish SKILL.') }
    show(await call('publish-skill', request, { signal }), describePublished)
    return EXIT.ok
  },
  async offers({ call, args, options: { limit, state }, signal, show }) {
    if (args.length > 0)
      throw new UsageError('skill offers takes no arguments, only --limit N and --state STATE.')
    const offers = await call('skill-offers', { limit, state }, { signal })
    const waiting =
      state === 'quarantined'
        ? []
        : await call('skill-offers', { state: 'quarantined' }, { signal })
    show(offers, (each) => describeOffers(each, waiting.length))
    return EXIT.ok
  },
  async adopt({ call, args, signal, show }) {
    const adopted = await call(
      'adopt-skill',
      { skill: singleArgument(args, 'Usage: skill adopt SKILL.') },
      { signal }
    )
    show(adopted, describeAdded)
    return adopted.tests === undefined || adopted.tests.failed.length === 0 ? EXIT.ok : EXIT.failed
  },
  async repair({ call, args, signal, show }) {
    if (args.length > 0) throw new UsageError('skill repair takes no arguments.')
    const line = progressLine()
    try {
      const report = await call(
        'repair-skills',
        {},
        {
          signal,
          onProgress: ({ tried }) => line.update(`${tried} sources tried`)
        }
      )
      line.end()
      show(report, describeRepairs)
    } finally {
      line.end()
    }
    return EXIT.ok
  }
}

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, SKILL, context)
    const [what = '', ...args] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    if (action === undefined) {
      throw new UsageError(`skill takes one of: ${Object.keys(ACTIONS).join(', ')}.`)
    }
    const show: SkillAction['show'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    const limit =
      values.limit === undefined
        ? undefined
        : wholeNumberOption('limit', values.limit, 1, MAX_OFFERS)
    const options = {
      each: values.each === true,
      later: values.later === true,
      run: values.run,
      caller: values.caller,
      limit,
      state: releaseOf(values.state)
    }
    return withNode(dataDir, (call) => action({ call, args, options, signal, show }))
  }
}

function singleArgument(args: readonly string[], usage: string): string {
  const [first, ...more] = args
  if (first !== undefined && more.length === 0) return first
  throw new UsageError(usage)
}

function withReason(
  [skill, ...words]: readonly string[],
  usage: string
): { skill: string; reason: string } {
  if (skill === undefined || words.length === 0) throw new UsageError(usage)
  return { skill, reason: words.join(' ') }
}
