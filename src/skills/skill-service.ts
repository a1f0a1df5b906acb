/** The skills of a node: opened once, with an interface for each agent. */
import { SkillRegistration } from './lifecycle/skill-registration.ts'
import { Capabilities } from './capabilities.ts'
import { writeDocumentation } from './documentation.ts'
import { FalseReceipts } from './store/false-receipts.ts'
import { findSkill, isUsable } from './named-skills.ts'
import { HiveError } from '../errors.ts'
import { PreWarming } from './lifecycle/pre-warming.ts'
import { SkillIndex } from './skill-index.ts'
import { SkillRunner } from './running/skill-runner.ts'
import { SkillStore } from './store/skill-store.ts'
import type { Store } from '../../crdt/index.ts'
import type { CapabilitiesComponents } from './capabilities.ts'
import type { SkillModels, SkillSandbox } from './skill-dependencies.ts'

export interface SkillServiceInit {
  readonly store: Pick<Store, 'closing' | 'commit' | 'section'>
  readonly sandbox: SkillSandbox
  /** The node's own models, for background tests and documentation. */
  readonly models: SkillModels
  readonly now: () => number
  readonly random?: () => number
  readonly onError: (error: unknown) => void
}

export class SkillService {
  readonly store: SkillStore
  /** Registers skills of any source, with `runner`. */
  readonly registration: SkillRegistration
  readonly runner: SkillRunner
  /** Authors whose votes on skills do not count here. */
  readonly falseReceipts: FalseReceipts
  readonly preWarming: PreWarming
  readonly #init: SkillServiceInit
  readonly #index: SkillIndex

  constructor(init: SkillServiceInit, store: SkillStore, falseReceipts: FalseReceipts) {
    const { sandbox, models, now } = init
    this.#init = init
    this.store = store
    this.falseReceipts = falseReceipts
    this.registration = new SkillRegistration(store)
    this.runner = new SkillRunner({ sandbox, models })
    this.#index = new SkillIndex(store)
    this.preWarming = new PreWarming({
      store,
      sandbox,
      index: this.#index,
      test: (skill, signal) => this.runner.test(skill, signal),
      write: (skill, signal) => writeDocumentation(skill, models, { now: now(), signal }),
      now
    })
  }

  static async open(init: SkillServiceInit): Promise<SkillService> {
    const { store, now, onError } = init
    const skills = await SkillStore.open({ store, now, onError })
    return new SkillService(init, skills, await FalseReceipts.open(store))
  }

  /** The skills for an agent, whose models answer its prompts; `withdraw` as in `Capabilities`. */
  for(
    models: SkillModels,
    { withdraw, permit }: Pick<CapabilitiesComponents, 'permit' | 'withdraw'>
  ): Capabilities {
    const { sandbox, now, random = Math.random } = this.#init
    return new Capabilities({
      store: this.store,
      registration: this.registration,
      runner: new SkillRunner({ sandbox, models, beforeRun: () => permit.run() }),
      index: this.#index,
      preWarming: this.preWarming,
      discovery: { sandbox, models },
      now,
      random,
      withdraw,
      permit
    })
  }

  /** Name and description of a usable skill, by its id or name; undefined if there is none. */
  describe(idOrName: string): { readonly name: string; readonly description: string } | undefined {
    try {
      const known = findSkill(this.store, idOrName)
      if (!isUsable(known)) return undefined
      const { name, description } = known.skill
      return { name, description }
    } catch (error) {
      if (error instanceof HiveError) return undefined
      throw error
    }
  }

  /** Names of verified skills, at most `limit`, in order. */
  verified(limit: number): string[] {
    const names = new Set<string>()
    for (const { skill, lifecycle } of this.store.all()) {
      if (lifecycle.status === 'verified') names.add(skill.name)
    }
    return [...names].toSorted().slice(0, limit)
  }

  /** Starts the background work. */
  start(): void {
    this.preWarming.start()
  }

  /** Ends the background work, and writes acknowledged changes to disk. */
  async close(): Promise<void> {
    await this.preWarming.stop()
    await this.store.close()
  }
}
