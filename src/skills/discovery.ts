/**
 * Discovery: finds failing skills in the recorded failures, and derives new skills from them. A
 * repaired skill is another skill, with the failing one as its parent and tests of its own. It is
 * registered like any other, and must pass its own trial.
 */
import { compileSchema } from './json-schema.ts'
import { proposePatches, proposeRedesigns } from './proposals.ts'
import { identifySkill } from './skill-identity.ts'
import { clusterFailures } from './synthesis/failure-clusters.ts'
import { repair } from './synthesis/repair.ts'
import { MAX_TESTS } from './constants.ts'
import type { Json } from '../sandbox/index.ts'
import type { AddedSkill, SkillRegistration } from './lifecycle/skill-registration.ts'
import type { SkillFailure } from './store/skill-values.ts'
import type { SkillRunner } from './running/skill-runner.ts'
import type { KnownSkill, SkillStore } from './store/skill-store.ts'
import type { SkillModels, SkillSandbox } from './skill-dependencies.ts'
import type { FailingSkill } from './proposals.ts'
import type { Failure, FailureCluster } from './synthesis/failure-clusters.ts'
import type { RepairInit } from './synthesis/repair.ts'

export interface DiscoveryComponents {
  readonly store: Pick<SkillStore, 'failures' | 'get'>
  readonly registration: SkillRegistration
  readonly runner: SkillRunner
  readonly sandbox: Pick<SkillSandbox, 'run'>
  readonly models: SkillModels
  /** Who repairs. */
  readonly agent: string
}

/** Which failures to repair. */
export interface DiscoveryOptions {
  /** Earlier failures are ignored. */
  readonly since?: Date
  /** The most clusters of failures, largest first; default 10. */
  readonly limit?: number
  readonly signal?: AbortSignal
  /** `cluster`: index of the cluster, from 0; `tried`: repairs tried for it so far. */
  readonly onProgress?: (progress: { readonly cluster: number; readonly tried: number }) => void
}

/** A skill that repairs another one. */
export interface Synthesized extends AddedSkill {
  /** Id of the skill that failed. */
  readonly parent: string
  /** The error of its parent, without the parts that differ between inputs. */
  readonly error: string
  /** The changes, in order. */
  readonly how: readonly string[]
  /** A model rewrote it, since small changes did not help. */
  readonly redesigned: boolean
  /** Inputs at which its parent failed and that it handles. */
  readonly repaired: number
  readonly failures: number
}

/** Repaired and unrepaired clusters. */
export interface DiscoveryReport {
  readonly synthesized: readonly Synthesized[]
  /** Clusters for which no attempt helped. */
  readonly unrepaired: readonly {
    readonly skill: string
    readonly error: string
    readonly count: number
  }[]
}

interface RepairJob extends FailingSkill {
  readonly id: string
  readonly cluster: FailureCluster
  readonly onProgress: RepairInit['onProgress']
}

export async function discover(
  components: DiscoveryComponents,
  { since, limit = 10, signal, onProgress }: DiscoveryOptions
): Promise<DiscoveryReport> {
  const failures = await components.store.failures(since?.getTime() ?? 0)
  const jobs = clusterFailures(failures.map(readFailure))
    .slice(0, limit)
    .flatMap((cluster, at) => jobOf(components.store.get(cluster.skill), cluster, at, onProgress))
  const patches = await proposePatches(components.models, jobs, signal)
  const synthesized: Synthesized[] = []
  const unrepaired: FailureCluster[] = []
  for (const [at, job] of jobs.entries()) {
    signal?.throwIfAborted()
    const repaired =
      (await synthesize(components, job, { proposed: patches[at] ?? [] }, signal)) ??
      (await redesign(components, job, signal))
    if (repaired === undefined) unrepaired.push(job.cluster)
    else synthesized.push(repaired)
  }
  return {
    synthesized,
    unrepaired: unrepaired.map(({ skill, error, count }) => ({ skill, error, count }))
  }
}

function jobOf(
  known: KnownSkill | undefined,
  cluster: FailureCluster,
  at: number,
  onProgress: DiscoveryOptions['onProgress']
): RepairJob[] {
  if (known === undefined || known.skill.kind !== 'code') return []
  const { id, skill } = known
  const takes = compileSchema(skill.inputSchema, 'inputSchema')
  const samples = cluster.samples.filter(
    ({ input }) => input !== undefined && takes(input) === undefined
  )
  return [
    { id, skill, cluster, samples, onProgress: ({ tried }) => onProgress?.({ cluster: at, tried }) }
  ]
}

/** For a skill that neither proposals nor mutations repaired. */
async function redesign(
  components: DiscoveryComponents,
  job: RepairJob,
  signal: AbortSignal | undefined
): Promise<Synthesized | undefined> {
  if (job.samples.length === 0) return undefined
  const proposed = await proposeRedesigns(components.models, job, signal)
  if (proposed.length === 0) return undefined
  return synthesize(components, job, { proposed, isMutated: true }, signal)
}

async function synthesize(
  { agent, registration, runner, sandbox }: DiscoveryComponents,
  { id, skill, cluster, samples, onProgress }: RepairJob,
  tried: Pick<RepairInit, 'isMutated' | 'proposed'>,
  signal: AbortSignal | undefined
): Promise<Synthesized | undefined> {
  const checkOutput = compileSchema(skill.outputSchema, 'outputSchema')
  const repaired = await repair(skill, samples, {
    sandbox,
    checkOutput,
    ...tried,
    signal,
    onProgress
  })
  if (repaired === undefined) return undefined
  const { source, how, tests } = repaired
  const next = identifySkill({
    ...skill,
    source,
    tests: tests.slice(0, MAX_TESTS),
    parents: [id]
  })
  const added = await registration.register(next, { from: 'synthesis' }, { runner, agent, signal })
  return {
    ...added,
    parent: id,
    error: cluster.error,
    how,
    redesigned: tried.isMutated === true,
    repaired: repaired.repaired,
    failures: repaired.failures
  }
}

function readFailure({ skill, input, error }: SkillFailure): Failure {
  const value = input === undefined ? undefined : tryParse(input)
  return value === undefined ? { skill, error } : { skill, input: value, error }
}

/** Returns undefined for a truncated text. */
function tryParse(text: string): Json | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
