import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore } from '../../../crdt/index.ts'
import { AgentPersona, PersonaStore } from '../../../src/personas/index.ts'
import { overlaps } from '../../../src/personas/changes.ts'
import { HiveError } from '../../../src/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { AUDITOR, mutation, textOf, valueAt } from './personas.ts'
import type { Store } from '../../../crdt/index.ts'

const DATE = Date.UTC(2026, 10, 28)

function personaIn(store: Store, agent = 'auditor'): AgentPersona {
  const personas = new PersonaStore({ store, now: () => DATE })
  return new AgentPersona({ agent, store: personas, describe: () => undefined })
}

async function auditorIn(store: Store): Promise<AgentPersona> {
  const persona = personaIn(store)
  await persona.edit(AUDITOR)
  return persona
}

type Step =
  | { readonly do: 'edit' | 'apply'; readonly mutation: Parameters<AgentPersona['apply']>[0] }
  | { readonly do: 'invert' | 'rollback'; readonly pick: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('edit', 'apply'), mutation }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('invert' as const), pick: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), pick: fc.nat(99) }) }
)

describe('the versions of a persona', () => {
  it('state what changed, by whom, when and why, with the parent', async () => {
    const persona = await auditorIn(await openStore())
    await persona.apply({ do: 'set-flag', trait: 't2', value: true }, { why: 'missed a defect' })
    const by = { kind: 'person', name: 'Ada' } as const
    await persona.edit({ goal: 'Find defects.' }, { by })
    const [third, second, first] = await persona.history()
    assert.deepEqual(second, {
      number: 2,
      parent: 1,
      at: new Date(DATE),
      by: { kind: 'mutation' },
      origin: { do: 'apply', mutation: { do: 'set-flag', trait: 't2', value: true } },
      why: 'missed a defect',
      changes: [{ path: ['traits', 't2', 'value'], before: false, after: true }]
    })
    assert.deepEqual(
      [first?.number, first?.parent, first?.origin],
      [1, undefined, { do: 'create' }]
    )
    assert.deepEqual([third?.parent, third?.by], [2, by])
    assert.deepEqual(await persona.diff(1, 2), second.changes)
    assert.deepEqual(
      (await persona.diff(1)).map(({ path }) => path.join('/')),
      ['goal', 'traits/t2/value']
    )
    assert.deepEqual(
      (await persona.history({ before: 3, limit: 1 })).map(({ number }) => number),
      [2]
    )
  })

  it('go back and forth without losing any', async () => {
    const persona = await auditorIn(await openStore())
    await persona.edit({ role: 'Second.' })
    await persona.edit({ role: 'Third.' })
    const back = await persona.rollback(1)
    assert.equal(back.number, 4)
    assert.deepEqual(back.origin, { do: 'rollback', version: 1 })
    assert.equal(textOf(await persona.get()), textOf(await persona.at(1)))
    await persona.rollback(3)
    assert.equal((await persona.get())?.role, 'Third.')
    await assert.rejects(persona.rollback(9), { code: 'VERSION_UNKNOWN' })
    await assert.rejects(persona.at(9), { code: 'VERSION_UNKNOWN' })
  })

  it('keep an edit that sets the value of the mutation again', async () => {
    const persona = await auditorIn(await openStore())
    const { number } = await persona.apply({ do: 'choose-option', trait: 't1', option: 'long' })
    await persona.apply({ do: 'choose-option', trait: 't1', option: 'brief' })
    await persona.apply({ do: 'choose-option', trait: 't1', option: 'long' })
    assert.deepEqual(await persona.invert(number), {
      status: 'conflict',
      conflicts: [
        {
          path: ['traits', 't1', 'value'],
          reason: 'edited',
          expected: 'long',
          found: 'long',
          since: [3, 4]
        }
      ]
    })
    assert.equal((await persona.invert(4)).status, 'inverted')
    assert.equal((await persona.invert(3)).status, 'inverted')
    assert.equal((await persona.invert(number)).status, 'inverted')
    assert.equal(textOf(await persona.get()), textOf(await persona.at(1)))
    assert.equal((await persona.invert(number)).status, 'conflict', 'once only')
  })

  it('name the edit of a bound that an old number no longer fits', async () => {
    const persona = await auditorIn(await openStore())
    const { number } = await persona.apply({ do: 'move-number', trait: 't0', by: 0.4 })
    const { traits } = await persona.at(1)
    await persona.edit({
      traits: { ...traits, t0: { kind: 'number', value: 0.9, min: 0.8, max: 1 } }
    })
    const result = await persona.invert(number)
    assert.ok(result.status === 'conflict')
    assert.deepEqual(
      result.conflicts.map(({ path, reason, since }) => [path.join('/'), reason, since]),
      [['traits/t0/value', 'invalid', [3]]]
    )
  })

  it('are inverted in any order with edits in between: restored exactly, or a conflict', async () => {
    const seen = { inverted: 0, conflict: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const persona = await auditorIn(await openStore())
        for (const each of steps) {
          const before = textOf(await persona.get())
          const count = await persona.version()
          if ('mutation' in each) {
            const by = { kind: each.do === 'edit' ? ('person' as const) : ('mutation' as const) }
            await persona.apply(each.mutation, { by }).catch(isMisfit)
            continue
          }
          const number = 1 + (each.pick % count)
          if (each.do === 'rollback') {
            await persona.rollback(number)
            assert.equal(textOf(await persona.get()), textOf(await persona.at(number)))
            continue
          }
          if (number === 1) continue
          const result = await persona.invert(number)
          seen[result.status] += 1
          if (result.status === 'conflict') {
            assert.equal(await persona.version(), count)
            assert.equal(textOf(await persona.get()), before)
            for (const { since } of result.conflicts) assert.ok(since.every((one) => one > number))
            continue
          }
          await checkInversion(persona, number, before)
        }
      }),
      { numRuns: budget(300, 3_000) }
    )
    assert.ok(seen.inverted > 5 && seen.conflict > 5, JSON.stringify(seen))
  })

  it('are refused for another version than the one an edit was made for', async () => {
    const persona = await auditorIn(await openStore())
    const edits = ['one', 'two'].map((role) => persona.edit({ role }, { version: 1 }))
    const results = await Promise.allSettled(edits)
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected']
    )
    assert.equal((await persona.get())?.role, 'one')
  })

  it('are made one after the other, each from the one before', async () => {
    const persona = await auditorIn(await openStore())
    const by = 1 / 64
    await Promise.all(
      Array.from({ length: 16 }, () => persona.apply({ do: 'move-number', trait: 't0', by }))
    )
    const trait = (await persona.get())?.traits['t0']
    assert.equal(trait?.value, 0.75)
    assert.equal(await persona.version(), 17)
  })

  it('are the first and the latest 999 of more', async function () {
    this.timeout(60_000)
    const persona = await auditorIn(await openStore())
    for (let i = 2; i <= 1_003; i++) await persona.edit({ role: `Role ${i}.` })
    const history = await persona.history({ limit: 1_000 })
    assert.deepEqual(
      [history.length, history[0]?.number, history.at(-2)?.number, history.at(-1)?.number],
      [1_000, 1_003, 5, 1]
    )
    await assert.rejects(persona.at(4), { code: 'VERSION_UNKNOWN' })
    await assert.rejects(persona.invert(4), { code: 'VERSION_UNKNOWN' })
    assert.equal((await persona.at(1)).role, AUDITOR.role)
    assert.equal((await persona.at(5)).role, 'Role 5.')
  })

  it('are as on disk after a failed write, and a version is one write', async () => {
    const failing = failingDatabase()
    const store = await openStore(failing.database)
    const persona = await auditorIn(store)
    failing.failNext('personas')
    await assert.rejects(persona.edit({ role: 'Lost.' }), { code: 'STORE_WRITE_FAILED' })
    assert.equal(textOf(await persona.get()), textOf(await persona.at(1)))
    assert.equal(await persona.version(), 1)
    const writes = failing.writes.length
    assert.equal((await persona.edit({ role: 'Stored.' })).number, 2)
    const [write, ...more] = failing.writes.slice(writes)
    assert.deepEqual([write?.sync, more.length], [true, 0])
    const reopened = personaIn(store)
    assert.equal((await reopened.get())?.role, 'Stored.')
    assert.equal((await reopened.history()).length, 2)
  })

  it('belong to one agent, also where a name begins with another one', async () => {
    const store = await openStore()
    await auditorIn(store)
    await personaIn(store, 'auditor-2').edit({ ...AUDITOR, role: 'Other.' })
    await personaIn(store, 'a').edit(AUDITOR)
    assert.equal((await personaIn(store).history()).length, 1)
    const names = await Array.fromAsync(new PersonaStore({ store, now: () => DATE }).agents())
    assert.deepEqual(
      names.map(({ name }) => name),
      ['a', 'auditor', 'auditor-2']
    )
  })
})

function isMisfit(error: unknown): void {
  assert.ok(error instanceof HiveError && error.code === 'MUTATION_INVALID')
}

/** All that the version changed is as before it; all else is as it was. */
async function checkInversion(
  persona: AgentPersona,
  number: number,
  before: string
): Promise<void> {
  const [inversion] = await persona.history({ limit: 1 })
  const versions = await persona.history()
  const { changes = [] } = versions.find((version) => version.number === number) ?? {}
  const old = (await persona.at(number - 1)) as unknown
  const now = (await persona.get()) as unknown
  for (const { path } of changes) assert.deepEqual(valueAt(now, path), valueAt(old, path))
  for (const { path } of inversion?.changes ?? []) {
    assert.ok(changes.some((change) => overlaps(change.path, path)))
  }
  if ((inversion?.number ?? 0) === number + 1) {
    assert.equal(JSON.stringify(sorted(now)), JSON.stringify(sorted(old)))
  }
  assert.equal(changes.length > 0, textOf(await persona.get()) !== before)
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)])
  )
}
