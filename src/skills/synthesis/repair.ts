/**
 * Repairs a failing skill: tries changed sources against its declared tests and the inputs at which
 * it failed. A change that breaks a test, does not parse or leaves the schema never leaves the
 * sandbox. Sources that a model proposed come first, then mechanical mutations.
 *
 * Hill climbing: the change that repairs the most inputs is changed again, up to three times.
 */
import { canonicalJson, SandboxError } from '../../sandbox/index.ts'
import { MAX_STEPS } from './constants.ts'
import { mutationsOf } from './mutations.ts'
import type { Json, Sandbox } from '../../sandbox/index.ts'
import type { Failure } from './failure-clusters.ts'
import type { Mutation } from './mutations.ts'

export type DeclaredTest =
  | { readonly input: Json; readonly output: Json }
  | { readonly input: Json; readonly throws: string }

export interface Repairable {
  readonly source: string
  readonly tests: readonly DeclaredTest[]
}

export interface RepairInit {
  readonly sandbox: Pick<Sandbox, 'run'>
  /** The problem of an output; undefined if it matches the schema. */
  readonly checkOutput: (output: Json) => string | undefined
  /** Sources that a model proposed; tried first. */
  readonly proposed?: readonly Mutation[]
  /** Whether the mutations of the skill itself are skipped, since they were tried before. */
  readonly isMutated?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly tried: number; readonly repaired: number }) => void
}

export interface Repaired {
  readonly source: string
  /** The changes, in order. */
  readonly how: readonly string[]
  /** The skill's tests, and one for each repaired input with an expected output. */
  readonly tests: readonly DeclaredTest[]
  /** Number of the failing inputs that it handles. */
  readonly repaired: number
  readonly failures: number
}

interface ScoredMutation {
  readonly mutation: Mutation
  /** By sample: the output, or undefined if it still fails. */
  readonly outputs: readonly (Json | undefined)[]
  readonly repaired: number
}

/** Returns undefined if no change repairs any failure. */
export async function repair(
  skill: Repairable,
  failures: readonly Failure[],
  init: RepairInit
): Promise<Repaired | undefined> {
  const samples = failures.filter(({ input }) => input !== undefined)
  if (samples.length === 0) return undefined
  const { proposed = [], isMutated = false } = init
  const how: string[] = []
  let best: ScoredMutation | undefined
  let tried = 0
  for (let step = 0; step < MAX_STEPS; step++) {
    const before = best?.repaired ?? 0
    if (before === samples.length) break
    const source = best?.mutation.source ?? skill.source
    let next: ScoredMutation | undefined
    const isFirst = step === 0
    const own = isFirst && isMutated ? [] : mutationsOf(source)
    for (const mutation of [...(isFirst ? proposed : []), ...own]) {
      init.signal?.throwIfAborted()
      tried += 1
      const scored = await score(mutation, skill.tests, samples, init)
      if (scored === undefined || scored.repaired <= (next?.repaired ?? before)) continue
      next = scored
      init.onProgress?.({ tried, repaired: scored.repaired })
      if (scored.repaired === samples.length) break
    }
    if (next === undefined) break
    best = next
    how.push(next.mutation.how)
  }
  if (best === undefined) return undefined
  const { mutation, outputs, repaired } = best
  // Only an expected output becomes a test: another returned output may be wrong.
  const learned = samples.flatMap(({ input, expected }, i): DeclaredTest[] =>
    input === undefined || expected === undefined || outputs[i] === undefined
      ? []
      : [{ input, output: expected }]
  )
  const { source } = mutation
  return { source, how, tests: [...skill.tests, ...learned], repaired, failures: samples.length }
}

/** Returns undefined if it breaks a test. */
async function score(
  mutation: Mutation,
  tests: readonly DeclaredTest[],
  samples: readonly Failure[],
  init: RepairInit
): Promise<ScoredMutation | undefined> {
  for (const test of tests) if (!(await passes(mutation.source, test, init))) return undefined
  const outputs: (Json | undefined)[] = []
  for (const { input, expected } of samples) {
    const output = input === undefined ? undefined : await outputOf(mutation.source, input, init)
    const isRight =
      output !== undefined &&
      init.checkOutput(output) === undefined &&
      (expected === undefined || canonicalJson(expected) === canonicalJson(output))
    outputs.push(isRight ? output : undefined)
  }
  return { mutation, outputs, repaired: outputs.filter((output) => output !== undefined).length }
}

async function passes(source: string, test: DeclaredTest, init: RepairInit): Promise<boolean> {
  try {
    const { output } = await init.sandbox.run({ source, input: test.input, ...signalOf(init) })
    return 'output' in test && canonicalJson(output) === canonicalJson(test.output)
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return 'throws' in test && error.code === 'SKILL_THREW' && error.message.includes(test.throws)
  }
}

async function outputOf(source: string, input: Json, init: RepairInit): Promise<Json | undefined> {
  try {
    return (await init.sandbox.run({ source, input, ...signalOf(init) })).output
  } catch (error) {
    if (error instanceof SandboxError) return undefined
    throw error
  }
}

function signalOf({ signal }: RepairInit): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
