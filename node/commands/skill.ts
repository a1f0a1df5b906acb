/** `hive skill`: takes a skill in, shows, tests, runs, exports, blacklists or removes it, or repairs. */
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../paths.ts'
import { withOperations } from '../running-node.ts'
import { plain, print, printJson, progressLine } from '../terminal.ts'
import type {
  AddedSkill,
  DiscoveryReport,
  Json,
  RemovedSkill,
  TestReport
} from '../../src/index.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Operations } from '../operations.ts'
import type { ShownSkill } from '../skill-operations.ts'

interface Ask {
  readonly node: Operations
  readonly args: readonly string[]
  readonly signal: AbortSignal
  /** Prints the result: as JSON when that is asked for. */
  readonly tell: <T>(result: T, text: (result: T) => string) => void
}

const ACTIONS: Readonly<Record<string, (ask: Ask) => Promise<ExitCode>>> = {
  async add({ node, args, signal, tell }) {
    const [folder, ...more] = args
    if (folder === undefined || more.length > 0) throw new UsageError('skill add FOLDER, or add -')
    const request = folder === '-' ? { skill: await jsonInput() } : { folder: resolve(folder) }
    const added = await node.addSkill(request, { signal })
    tell(added, describeAdded)
    return added.tests === undefined || added.tests.failed.length === 0 ? EXIT.ok : EXIT.failed
  },
  async show({ node, args, signal, tell }) {
    tell(await node.showSkill({ skill: only(args, 'skill show SKILL') }, { signal }), describe)
    return EXIT.ok
  },
  async test({ node, args, signal, tell }) {
    const report = await node.testSkill({ skill: only(args, 'skill test SKILL') }, { signal })
    tell(report, describeTests)
    return report.failed.length === 0 ? EXIT.ok : EXIT.failed
  },
  async run({ node, args, signal, tell }) {
    const [skill, given, ...more] = args
    if (skill === undefined || more.length > 0) {
      throw new UsageError('skill run SKILL INPUT; INPUT is JSON: quote it.')
    }
    const input = given === undefined ? await jsonInput() : jsonOf(given)
    const run = await node.runSkill({ skill, input }, { signal })
    tell(run, ({ output }) => JSON.stringify(output, null, 2))
    return EXIT.ok
  },
  async export({ node, args, signal, tell }) {
    const [skill, folder, ...more] = args
    if (skill === undefined || folder === undefined || more.length > 0) {
      throw new UsageError('skill export SKILL FOLDER')
    }
    const request = { skill, folder: resolve(folder) }
    tell(await node.exportSkill(request, { signal }), (it) => `written to ${it.folder}`)
    return EXIT.ok
  },
  async blacklist({ node, args, signal, tell }) {
    const [skill, ...words] = args
    if (skill === undefined || words.length === 0) {
      throw new UsageError('skill blacklist SKILL REASON')
    }
    const request = { skill, reason: words.join(' ') }
    tell(await node.blacklistSkill(request, { signal }), ({ changed }) =>
      changed ? 'blacklisted' : 'was blacklisted already'
    )
    return EXIT.ok
  },
  async remove({ node, args, signal, tell }) {
    const removed = await node.removeSkill({ skill: only(args, 'skill remove SKILL') }, { signal })
    tell(removed, describeRemoved)
    return EXIT.ok
  },
  async repair({ node, args, signal, tell }) {
    if (args.length > 0) throw new UsageError('skill repair takes no arguments.')
    const line = progressLine()
    try {
      const report = await node.repairSkills({
        signal,
        onProgress: ({ tried }) => line.update(`${tried} sources tried`)
      })
      line.end()
      tell(report, describeRepairs)
    } finally {
      line.end()
    }
    return EXIT.ok
  }
}

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [what = '', ...args] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    if (action === undefined) {
      throw new UsageError(`skill takes one of: ${Object.keys(ACTIONS).join(', ')}.`)
    }
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const tell: Ask['tell'] = (result, text) => {
      if (values.json === true) printJson(result)
      else print(text(result))
    }
    return withOperations(dataDir, (node) => action({ node, args, signal, tell }))
  }
}

function only(args: readonly string[], usage: string): string {
  const [first, ...more] = args
  if (first !== undefined && more.length === 0) return first
  throw new UsageError(usage)
}

async function jsonInput(): Promise<Json> {
  if (process.stdin.isTTY) throw new UsageError('Give the JSON as an argument, or pipe it in.')
  return jsonOf(await readAll(process.stdin))
}

function jsonOf(text: string): Json {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
    return JSON.parse(text) as Json
  } catch {
    throw new UsageError(
      `This is not JSON: ${plain(text.slice(0, 60))}. A text needs quotes: '"text"'.`
    )
  }
}

function describeAdded({ id, name, outcome, status, tests }: AddedSkill): string {
  const was = outcome === 'new' ? 'added' : 'was here already'
  const tested = tests === undefined ? '' : `\n${describeTests(tests)}`
  return `${id}  ${plain(name)}  ${was}, ${status}${tested}`
}

function describeRemoved({ id, name, retracted, blacklisted }: RemovedSkill): string {
  const vote = retracted ? '; its vote in the swarm was taken back' : ''
  const mark = blacklisted ? '; it stays blacklisted' : ''
  return `${id}  ${plain(name)}  removed${vote}${mark}`
}

function describeTests({ passed, total, failed }: TestReport): string {
  if (total === 0) return 'It declares no tests, so it stays untested and is not used.'
  const problems = failed.map(({ test, problem }) => `\n  test ${test + 1} ${plain(problem)}`)
  return `${passed} of ${total} tests passed${problems.join('')}`
}

function describe({ details, history }: ShownSkill): string {
  const { skill, provenance } = details
  const warm = details.warmedAt === undefined ? '' : ', warm'
  const licence = skill.licence === undefined ? '' : `, licence ${plain(skill.licence)}`
  const steps = history.map(
    ({ at, from, to, reason }) => `  ${at}  ${from} > ${to}: ${plain(reason)}`
  )
  return [
    `${details.id}  ${plain(details.name)}`,
    plain(details.description),
    '',
    `status:  ${details.status}${warm}`,
    `uses:    ${details.successes} of ${details.trials} succeeded`,
    `proof:   ${Math.floor(100 * details.verificationProgress)} %`,
    `from:    ${provenance.from}${licence}`,
    `parents: ${details.parents.length === 0 ? 'none' : details.parents.join(', ')}`,
    ...(steps.length === 0 ? [] : ['', ...steps]),
    ...(details.documentation === undefined ? [] : ['', shown(details.documentation.text)]),
    '',
    shown(skill.source)
  ].join('\n')
}

/** Text of several lines. */
function shown(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

function describeRepairs({ synthesized, unrepaired }: DiscoveryReport): string {
  const made = synthesized.map(
    ({ id, name, status, repaired, failures, how }) =>
      `${id}  ${plain(name)}  ${status}: takes ${repaired} of ${failures} inputs that failed (${how.map(plain).join(', ')})`
  )
  const left = unrepaired.map(
    ({ skill, error, count }) => `${skill}  not repaired: ${plain(error)} (${count} times)`
  )
  return made.length + left.length === 0 ? 'Nothing failed.' : [...made, ...left].join('\n')
}
