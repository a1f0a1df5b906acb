/**
 * Registration of a skill from any source: it must parse, it is stored as untested, its declared
 * tests run, and if it has tests and all pass, it is on trial.
 */
import { afterTests } from './lifecycle.ts'
import type { Provenance } from '../store/skill-values.ts'
import type { IdentifiedSkill } from '../skill-identity.ts'
import type { SkillRunner, TestReport } from '../running/skill-runner.ts'
import type { SkillStore } from '../store/skill-store.ts'
import type { SkillStatus } from './lifecycle.ts'

/** The result of registering, importing or adopting a skill. */
export interface AddedSkill {
  readonly id: string
  readonly name: string
  /** `known`: it was here already; its evidence stays. */
  readonly outcome: 'new' | 'known'
  readonly status: SkillStatus
  /** Undefined if no tests ran, since the skill had passed them before. */
  readonly tests: TestReport | undefined
}

/** Who registers a skill, and where its tests run. */
export interface RegistrationOptions {
  readonly runner: SkillRunner
  /** Undefined if the node does so by itself. */
  readonly agent?: string
  readonly signal?: AbortSignal
}

export class SkillRegistration {
  readonly #store: Pick<SkillStore, 'add' | 'apply' | 'get'>

  constructor(store: Pick<SkillStore, 'add' | 'apply' | 'get'>) {
    this.#store = store
  }

  /**
   * Throws `SandboxError` (SKILL_INVALID) or `HiveError` (LIMIT_EXCEEDED); then nothing is stored.
   */
  async register(
    identified: IdentifiedSkill,
    provenance: Provenance,
    { runner, agent, signal }: RegistrationOptions
  ): Promise<AddedSkill> {
    const { id, skill } = identified
    if (this.#store.get(id) === undefined) await runner.check(skill)
    signal?.throwIfAborted()
    const isNew = await this.#store.add(identified, provenance, agent)
    const tests = this.#statusOf(id) === 'sandbox' ? await this.test(id, runner, signal) : undefined
    return {
      id,
      name: skill.name,
      outcome: isNew ? 'new' : 'known',
      status: this.#statusOf(id),
      tests
    }
  }

  /** Runs the declared tests; an untested skill that passes them all is on trial from then on. */
  async test(id: string, runner: SkillRunner, signal?: AbortSignal): Promise<TestReport> {
    const known = this.#store.get(id)
    if (known === undefined || known.skill.tests.length === 0) {
      return { passed: 0, total: 0, failed: [] }
    }
    const report = await runner.test(known.skill, signal)
    await this.#store.apply(id, (lifecycle) => afterTests(lifecycle, report.passed, report.total))
    return report
  }

  #statusOf(id: string): SkillStatus {
    return this.#store.get(id)?.lifecycle.status ?? 'sandbox'
  }
}
