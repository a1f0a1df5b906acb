/**
 * Runs skills: code in the sandbox, prompts through the models of an agent. Input and output are
 * checked against the schemas that the skill declares.
 */
import { HiveError } from '../../errors.ts'
import { displayText, displayTexts } from '../../foreign-text/index.ts'
import { canonicalJson } from '../../sandbox/index.ts'
import { compileSchema, typeOfSchema } from '../json-schema.ts'
import type { DisplayText, DisplayTexts } from '../../foreign-text/index.ts'
import type { Json } from '../../sandbox/index.ts'
import type { RunOptions } from './run-options.ts'
import type { Messages, SkillModels, SkillSandbox } from '../skill-dependencies.ts'
import type { Skill } from '../skill-identity.ts'

/** The result of one run. */
export interface SkillRun {
  readonly output: Json
  readonly seconds: number
  /** Whether it was compiled and instantiated before the call; false for prompts. */
  readonly wasWarm: boolean
  /** A prompt was answered by rule, without a model: no evidence for or against the skill. */
  readonly offline: boolean
  /** Lines written to its console. */
  readonly log: DisplayTexts
  /** 64 hex: SHA-256 of the output's canonical JSON; undefined for prompts. */
  readonly outputHash: string | undefined
  /** The input of a replay; undefined for prompts. */
  readonly trace: unknown
}

/** The results of the declared tests of a skill. `test` counts from 0. */
export interface TestReport {
  readonly passed: number
  readonly total: number
  readonly failed: readonly { readonly test: number; readonly problem: DisplayText }[]
}

export interface SkillRunnerComponents {
  readonly sandbox: Pick<SkillSandbox, 'check' | 'engine' | 'run'>
  readonly models: SkillModels
  /** Counts a run against the limits of the agent; throws if it may not run. */
  readonly beforeRun?: () => Promise<void>
}

type RunSettings = Omit<RunOptions, 'record'>

/** Failures that count against the skill; an aborted call or one over budget does not. */
const SKILL_FAILURES: ReadonlySet<unknown> = new Set([
  'SKILL_TIMEOUT',
  'SKILL_MEMORY',
  'SKILL_STACK',
  'SKILL_OUTPUT',
  'SKILL_THREW',
  'SKILL_INVALID',
  'SKILL_DENIED',
  'SKILL_FAILED',
  'OUTPUT_INVALID'
])

export class SkillRunner {
  readonly #components: SkillRunnerComponents

  constructor(components: SkillRunnerComponents) {
    this.#components = components
  }

  /** The engine that runs code; see `Sandbox.engine`. */
  engine(): Promise<string> {
    return this.#components.sandbox.engine()
  }

  /** Throws `SandboxError` (SKILL_INVALID) if the source cannot be run. */
  async check({ kind, source }: Skill): Promise<void> {
    if (kind === 'code') await this.#components.sandbox.check(source)
  }

  /**
   * Throws `HiveError`: ARGUMENT_INVALID if the input does not match the skill's schema,
   * SKILL_FAILED if its output does not, AGENT_FROZEN or LIMIT_EXCEEDED if the agent may not run it;
   * `SandboxError` or `ModelError` if the run failed.
   */
  async run(skill: Skill, input: Json, settings: RunSettings = {}): Promise<SkillRun> {
    settings.signal?.throwIfAborted()
    const problem = compileSchema(skill.inputSchema, 'inputSchema')(input)
    if (problem !== undefined) {
      throw new HiveError(
        'ARGUMENT_INVALID',
        `The input of ${skill.name} does not match its schema: ${displayText(problem)}.`
      )
    }
    await this.#components.beforeRun?.()
    const started = performance.now()
    const run = await (skill.kind === 'code'
      ? this.#runCode(skill, input, settings)
      : this.#runPrompt(skill, input, settings))
    const outputProblem = run.offline
      ? undefined
      : compileSchema(skill.outputSchema, 'outputSchema')(run.output)
    if (outputProblem !== undefined) {
      throw new HiveError(
        'SKILL_FAILED',
        `The output of ${skill.name} does not match its schema: ${displayText(outputProblem)}.`
      )
    }
    return { ...run, seconds: (performance.now() - started) / 1000 }
  }

  /** Runs the declared tests, with no grants. Throws only errors that are not the skill's own. */
  async test(skill: Skill, signal?: AbortSignal): Promise<TestReport> {
    const failed: { test: number; problem: DisplayText }[] = []
    for (const [test, declared] of skill.tests.entries()) {
      const problem = await this.#problemOf(skill, declared, signal)
      if (problem !== undefined) failed.push({ test, problem: displayText(problem) })
    }
    const total = skill.tests.length
    return { passed: total - failed.length, total, failed }
  }

  async #problemOf(
    skill: Skill,
    test: Skill['tests'][number],
    signal: AbortSignal | undefined
  ): Promise<string | undefined> {
    let output: Json
    try {
      const run = await this.run(skill, test.input, { signal })
      if (run.offline) {
        throw new HiveError(
          'SKILL_STATUS',
          `${skill.name} is a prompt, and this node has no model to test it with. Configure \`models\`.`
        )
      }
      output = run.output
    } catch (error) {
      const isInput = error instanceof HiveError && error.code === 'ARGUMENT_INVALID'
      if (!isInput && !isSkillFailure(error)) throw error
      const { message } = error as Error
      if ('throws' in test && message.includes(displayText(test.throws))) return undefined
      return 'throws' in test
        ? `threw "${message}", which does not contain "${test.throws}"`
        : `threw: ${message}`
    }
    if ('throws' in test) return `returned ${brief(output)} instead of throwing`
    if (canonicalJson(output) === canonicalJson(test.output)) return undefined
    return `returned ${brief(output)}, not ${brief(test.output)}`
  }

  async #runCode(
    { source }: Skill,
    input: Json,
    { grants, limits, seed, signal }: RunSettings
  ): Promise<Omit<SkillRun, 'seconds'>> {
    const run = await this.#components.sandbox.run({ source, input, grants, limits, seed, signal })
    const { output, wasWarm, log, outputHash, trace } = run
    return { output, wasWarm, log: displayTexts(log), outputHash, trace, offline: false }
  }

  async #runPrompt(
    { name, source, outputSchema }: Skill,
    input: Json,
    { grants, signal }: RunSettings
  ): Promise<Omit<SkillRun, 'seconds'>> {
    if (grants !== undefined) {
      throw new HiveError('ARGUMENT_INVALID', `${name} is a prompt. A prompt takes no grants.`)
    }
    const messages: Messages = [
      { role: 'system', content: source },
      { role: 'user', content: typeof input === 'string' ? input : JSON.stringify(input) }
    ]
    const { models } = this.#components
    const isText =
      outputSchema === true || models.plan({ task: 'skill', messages }).tier === 'offline'
    const schema = isText ? undefined : typeOfSchema(outputSchema, 'outputSchema')
    const { text, value, offline } = await models.generate({
      task: 'skill',
      messages,
      schema,
      signal
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the schema of JSON let through
    const output = isText || offline ? text : (value as Json)
    return {
      output,
      offline,
      wasWarm: false,
      log: displayTexts([]),
      outputHash: undefined,
      trace: undefined
    }
  }
}

/** Whether a failed run is evidence against the skill. */
export function isSkillFailure(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && SKILL_FAILURES.has(error.code)
}

function brief(value: Json): string {
  const text = canonicalJson(value)
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
