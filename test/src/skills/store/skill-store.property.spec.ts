import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore, StoreError } from '../../../../crdt/index.ts'
import { HiveError } from '../../../../src/errors.ts'
import { displayText } from '../../../../src/foreign-text/index.ts'
import {
  afterBlacklisting,
  afterOutcome,
  afterPardon,
  afterTests
} from '../../../../src/skills/lifecycle/lifecycle.ts'
import { SkillStore } from '../../../../src/skills/store/skill-store.ts'
import { identifySkill } from '../../../../src/skills/skill-identity.ts'
import { budget } from '../../../fixtures/budget.ts'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { interruptedSteps } from '../../../fixtures/interrupted-steps.ts'
import type { Store } from '../../../../crdt/index.ts'
import type { LifecycleChange, LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { FailingDatabase } from '../../../fixtures/failing-database.ts'
import type { InterruptedStep } from '../../../fixtures/interrupted-steps.ts'

const SKILLS = ['one', 'two'].map((name) =>
  identifySkill({
    name,
    description: 'Counts letters.',
    kind: 'code',
    source: 'export default (text) => text.length',
    tests: [{ input: 'four', output: 4 }]
  })
)
const RUNS = ['a', 'b', 'c', 'd']

const ACTS = [
  'add',
  'pass',
  'use',
  'use',
  'fail',
  'begin',
  'withdraw',
  'blacklist',
  'pardon',
  'remove',
  'report',
  'take',
  'document',
  'tell'
] as const

interface Act {
  readonly name: (typeof ACTS)[number]
  readonly skill: number
  /** Of a run, an agent or a day. */
  readonly number: number
  /** Whether what the act calls succeeds. */
  readonly ok: boolean
}

type Step = InterruptedStep<Act>

const ACT: fc.Arbitrary<Act> = fc.record({
  name: fc.constantFrom(...ACTS),
  skill: fc.nat(SKILLS.length - 1),
  number: fc.nat(RUNS.length - 1),
  ok: fc.boolean()
})

const STEP = interruptedSteps(fc.array(ACT, { minLength: 1, maxLength: 3 }), {
  writes: 6,
  weight: 6
})

/** `written`: all of the skill is on disk; `as before`: what the act changed is. */
type Outcome = 'as before' | 'unknown' | 'written'

/** A node's skills through its lives. */
class Lives {
  #files: FailingDatabase = failingDatabase()
  #now = 0
  #open: { readonly store: Store; readonly skills: SkillStore } | undefined
  /** What is on disk of each skill; undefined where it may be ahead of the disk, or a call has failed. */
  readonly #acknowledged: unknown[] = SKILLS.map(() => undefined)

  /** Runs whose outcomes were acknowledged. */
  readonly #reported = SKILLS.map(() => new Set<string>())

  async begin(): Promise<void> {
    const store = await openStore(this.#files.database)
    this.#open = { store, skills: await SkillStore.open({ store, now: () => this.#now }) }
  }

  async close(): Promise<void> {
    await this.#open?.store.close()
  }

  get #skills(): SkillStore {
    if (this.#open === undefined) throw new Error('not open')
    return this.#open.skills
  }

  async run({ acts, failing, end }: Step): Promise<void> {
    this.#now += 1
    this.#files.failAfter(failing)
    const done = await Promise.all(acts.map((act) => this.#try(act)))
    this.#files.failNever()
    for (const [i] of SKILLS.entries()) {
      const outcomes = done.filter((_, at) => acts[at]?.skill === i)
      if (outcomes.length === 0) continue
      const isKnown = this.#acknowledged[i] !== undefined || outcomes.includes('written')
      const isWritten = isKnown && !outcomes.includes('unknown')
      this.#acknowledged[i] = isWritten ? await viewOf(this.#skills, i) : undefined
    }
    if (end === 'crash') await this.#crash()
    else if (end === 'stop') await this.stop()
  }

  /** All that is in memory is on disk. */
  async stop(): Promise<void> {
    await this.#skills.close()
    const views = await this.#views()
    const reported = SKILLS.map((_, i) => this.#reportedOf(i))
    await this.close()
    await this.begin()
    assert.deepEqual(await this.#views(), views, 'after a stop')
    for (const [i, view] of views.entries()) {
      assert.deepEqual(this.#reportedOf(i), reported[i], 'counted once')
      this.#acknowledged[i] = view
      this.#reported[i] = this.#reportedOf(i)
    }
    await this.#checkKeys()
  }

  async #crash(): Promise<void> {
    const files = failingDatabase()
    await files.fill(this.#files.database)
    await this.close()
    this.#files = files
    await this.begin()
    for (const [i, view] of (await this.#views()).entries()) {
      const reported = this.#reportedOf(i)
      assert.deepEqual(this.#reported[i]?.difference(reported), new Set(), 'counted once')
      this.#reported[i] = reported
      if (this.#acknowledged[i] !== undefined) {
        assert.deepEqual(view, this.#acknowledged[i], 'after a crash')
      }
      this.#acknowledged[i] = view
    }
  }

  /** `run`: one that was counted. */
  #told(i: number, run: string | undefined): Outcome {
    if (run !== undefined) this.#reported[i]?.add(run)
    return 'written'
  }

  #reportedOf(i: number): Set<string> {
    return new Set(RUNS.filter((run) => this.#skills.isReported(SKILLS[i]?.id ?? '', run)))
  }

  #views(): Promise<unknown[]> {
    return Promise.all(SKILLS.map((_, i) => viewOf(this.#skills, i)))
  }

  /** Nothing is left of removed skills but that they were removed. */
  async #checkKeys(): Promise<void> {
    const section = this.#open?.store.section('skills')
    if (section === undefined) return
    for await (const [key] of section.entries()) {
      const [kind = '', id = ''] = Buffer.from(key).toString().split('/')
      const isOfSkill = 'sedtfro'.includes(kind)
      assert.ok(!isOfSkill || this.#skills.get(id) !== undefined, `${kind}/ of a removed skill`)
    }
  }

  async #try(act: Act): Promise<Outcome> {
    try {
      return await this.#do(act)
    } catch (error) {
      if (error instanceof HiveError) return 'as before'
      if (error instanceof StoreError || error === REFUSED) return 'unknown'
      throw error
    }
  }

  async #do({ name, skill, number, ok }: Act): Promise<Outcome> {
    const skills = this.#skills
    const identified = SKILLS[skill]
    const run = RUNS[number] ?? ''
    if (identified === undefined) throw new Error('no skill')
    const { id } = identified
    const outcome = { ok: name === 'use', run, at: this.#now, draw: 0.5 }
    switch (name) {
      case 'add':
        await skills.add(identified, { from: 'local' }, `agent ${number}`)
        return 'written'
      case 'pass':
        await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
        return 'written'
      case 'use': {
        const receipt = { input: run, gave: 'SKILL_THREW' as const, engine: 'test' }
        let isCounted = false
        const count = (before: LifecycleState): LifecycleChange => {
          const after = afterOutcome(before, outcome)
          isCounted = after.lifecycle !== before
          return after
        }
        await skills.apply(id, count, { run, receipt })
        return this.#told(skill, isCounted ? run : undefined)
      }
      case 'fail': {
        const failure = { error: run }
        await skills.apply(id, (before) => afterOutcome(before, outcome), { run, failure })
        return this.#told(skill, run)
      }
      case 'begin':
        skills.begin(id, { run, at: this.#now })
        await skills.flush(id)
        return 'written'
      case 'withdraw':
        skills.withdraw(id, run)
        return 'unknown'
      case 'blacklist':
        await skills.apply(id, (before) => afterBlacklisting(before, 'by hand'))
        return 'written'
      case 'pardon':
        await skills.apply(id, (before) => afterPardon(before, 'by hand'))
        return 'written'
      case 'remove':
        await skills.remove(id)
        return 'written'
      case 'report':
        await skills.report(id, number, async () => {
          await Promise.resolve()
          if (!ok) throw REFUSED
        })
        return 'as before'
      case 'take': {
        const { used, putBack } = await skills.takeReceipts(id)
        if (ok) used()
        else putBack()
        return ok ? 'as before' : 'unknown'
      }
      case 'tell': {
        const notice = skills.notices().find((each) => each.id === id)
        if (notice !== undefined) await skills.removeNotice(notice)
        return notice === undefined ? 'as before' : 'written'
      }
      case 'document': {
        const text = displayText(run)
        await skills.document(id, { text, model: 'test', offline: false, at: new Date(0) })
        return 'as before'
      }
    }
  }
}

const REFUSED = new Error('not published')

/** A skill as the store returns it, as JSON. */
async function viewOf(skills: SkillStore, i: number): Promise<unknown> {
  const id = SKILLS[i]?.id ?? ''
  const known = skills.get(id)
  const view = {
    known,
    removed: skills.removedLifecycle(id),
    notice: skills.notices().find((notice) => notice.id === id),
    history: known && (await skills.history(id)),
    failures: known && (await skills.failures(0, id)),
    documentation: known && (await skills.documentation(id))
  }
  return JSON.parse(JSON.stringify(view))
}

describe('the skills of a node', () => {
  it('are on disk as they were acknowledged, whichever write fails and whenever the node ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 4, maxLength: 16 }), async (steps) => {
        const lives = new Lives()
        await lives.begin()
        try {
          const all = SKILLS.map((_, skill) => ({
            name: 'add' as const,
            skill,
            number: 0,
            ok: true
          }))
          await lives.run({ acts: all, failing: Infinity, end: 'none' })
          for (const step of steps) await lives.run(step)
          await lives.stop()
        } finally {
          await lives.close()
        }
      }),
      { numRuns: budget(150, 1_500) }
    )
  }).timeout(budget(60_000, 600_000))
})
