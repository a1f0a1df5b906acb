import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore } from '../../../crdt/index.ts'
import { HiveError } from '../../../src/index.ts'
import { EvolutionStore } from '../../../src/evolution/index.ts'
import { JournalStore } from '../../../src/journal/index.ts'
import { AgentPersona, PersonaStore } from '../../../src/personas/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { AUDITOR, mutation, textOf, valueAt } from '../personas/personas.ts'
import type { PersonaMutation } from '../../../src/index.ts'

const AGENT = 'a'

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), ok: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), mutation }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), mutation }) },
  { weight: 2, arbitrary: fc.constant({ do: 'settle' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'take back' as const }) }
)

async function world() {
  const stored = { store: await openStore(), now: () => 0 }
  const personas = new PersonaStore(stored)
  const journal = new JournalStore(stored)
  const evolution = new EvolutionStore({ ...stored, personas, journal })
  const persona = new AgentPersona({ agent: AGENT, store: personas, describe: () => undefined })
  await persona.edit(AUDITOR)
  return { personas, journal, evolution, persona }
}

/** What does not fit, or is refused while a trial runs, changes nothing. */
async function refused<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change
  } catch (error) {
    if (error instanceof HiveError) return undefined
    throw error
  }
}

describe('trials, in any order with edits', () => {
  it('end with the exact values from before, or with a conflict that changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { journal, evolution, persona } = await world()
        let sessions = 0
        for (const each of steps) {
          const version = await persona.version()
          switch (each.do) {
            case 'end': {
              const row = { kind: 'session', name: 's', task: 'all', ok: each.ok } as const
              await journal.append(AGENT, { ...row, session: `${sessions++}`, version })
              break
            }
            case 'edit':
              await refused(persona.apply(each.mutation, { by: { kind: 'person' } }))
              break
            case 'start': {
              const tried = {
                mutation: each.mutation as PersonaMutation,
                source: 'mechanical',
                version
              } as const
              const trial = await refused(evolution.start(AGENT, tried))
              if (trial !== undefined) assert.equal(trial.version, version + 1)
              break
            }
            case 'settle':
            case 'take back':
              await checkEnd(each.do === 'settle' ? undefined : 'rolled-back')
          }
        }
        const running = (await evolution.trials(AGENT, { limit: 99 })).filter(
          ({ status }) => status === 'running'
        )
        const trial = (await evolution.progress(AGENT))?.trial
        assert.deepEqual(
          running.map(({ number }) => number),
          trial === undefined ? [] : [trial.number]
        )

        async function checkEnd(reason: 'rolled-back' | undefined): Promise<void> {
          const before = await persona.get()
          const settled = await evolution.settle(AGENT, reason)
          const after = await persona.get()
          if (settled.status !== 'inverted') {
            assert.equal(textOf(after), textOf(before))
            return
          }
          const applied = settled.trial.version ?? 0
          const original = await persona.at(applied - 1)
          const changed = (await persona.history({ before: applied + 1, limit: 1 }))[0]?.changes
          assert.ok(changed !== undefined)
          for (const { path } of changed) {
            assert.deepEqual(valueAt(after, path), valueAt(original, path))
          }
          // Nothing else has changed.
          const changedPaths = (await persona.diff(await headBefore())).map(({ path }) =>
            path.join('/')
          )
          const allowed = new Set(changed.map(({ path }) => path.join('/')))
          assert.ok(changedPaths.every((path) => allowed.has(path)))
        }

        async function headBefore(): Promise<number> {
          return (await persona.version()) - 1
        }
      }),
      { numRuns: budget(60, 2_000) }
    )
  }).timeout(budget(120_000, 600_000))

  it('count each session once, under the persona that it began with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 12 }), async (underTrial) => {
        const { journal, evolution } = await world()
        await evolution.progress(AGENT)
        const flag: PersonaMutation = { do: 'set-flag', trait: 't2', value: true }
        await evolution.start(AGENT, { mutation: flag, source: 'person', version: 1 })
        await Promise.all(
          underTrial.map((isUnder, i) =>
            journal.append(AGENT, {
              kind: 'session',
              name: 's',
              task: 'all',
              ok: true,
              run: `${i % 8}`,
              version: isUnder ? 2 : 1
            })
          )
        )
        const progress = await evolution.progress(AGENT)
        const counted = underTrial.slice(0, 8)
        assert.equal(progress?.trial?.outcomes.length, counted.filter(Boolean).length)
        assert.equal(progress?.baseline.length, counted.filter((each) => !each).length)
      }),
      { numRuns: budget(30, 500) }
    )
  })
})
