import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { clusterFailures } from '../../../../src/skills/synthesis/failure-clusters.ts'
import { mutationsOf } from '../../../../src/skills/synthesis/mutations.ts'
import { repair } from '../../../../src/skills/synthesis/repair.ts'
import { createSandbox } from '../../../../src/sandbox/index.ts'
import { BROKEN_SKILLS, VERSION_SKILL } from '../../../fixtures/broken-skills.ts'
import type { Json } from '../../../../src/sandbox/canonical-json.ts'

describe('mutations of a skill', () => {
  it('are the same each time, different from each other, and parse', () => {
    const all = mutationsOf(VERSION_SKILL.source)
    assert.deepEqual(all, mutationsOf(VERSION_SKILL.source))
    assert.ok(all.length > 30)
    assert.equal(new Set(all.map(({ source }) => source)).size, all.length)
    assert.ok(all.every(({ source }) => source !== VERSION_SKILL.source))
  })

  it('are none of what is no module', () => {
    assert.deepEqual(mutationsOf('export default ('), [])
    assert.deepEqual(mutationsOf(''), [])
  })
})

describe('failures of skills', () => {
  it('are one where only numbers, names and paths differ, and the input has the same shape', () => {
    const failures = [
      { skill: 'a', input: { v: '1.2' }, error: 'Error: no version: "1.2"' },
      { skill: 'a', input: { v: '3' }, error: 'Error: no version: "3"' },
      { skill: 'a', input: { v: '3' }, error: 'Error: no version: "3"' },
      { skill: 'a', input: 7, error: 'TypeError: v is not a function' },
      { skill: 'b', input: { v: '3' }, error: 'Error: no version: "3"' }
    ]
    const [first, ...rest] = clusterFailures(failures)
    assert.equal(first?.skill, 'a')
    assert.equal(first.count, 3)
    assert.equal(first.samples.length, 2)
    assert.deepEqual(
      rest.map(({ count }) => count),
      [1, 1]
    )
  })

  it('give the same clusters in any order', () => {
    const failure = fc.record({
      skill: fc.constantFrom('a', 'b'),
      input: fc.oneof(fc.string(), fc.integer(), fc.record({ v: fc.string() })),
      error: fc.constantFrom('Error: at 1', 'Error: at 2', 'TypeError: x')
    })
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 30 }), (failures) => {
        const counts = (of: typeof failures): unknown =>
          clusterFailures(of)
            .map(({ skill, error, structure, count }) => [skill, error, structure, count].join(' '))
            .toSorted()
        assert.deepEqual(counts(failures), counts(failures.toReversed()))
      })
    )
  })
})

describe('repair without a model', () => {
  const sandbox = createSandbox({ processor: process.arch })
  after(() => sandbox.close())
  const anything = (): undefined => undefined

  for (const skill of BROKEN_SKILLS) {
    it(`${skill.isRepaired ? 'repairs' : 'does not repair'} a skill that ${skill.name}`, async () => {
      const failures = skill.failures.map(({ input, expected }) => ({
        skill: 'x',
        input,
        expected,
        error: 'Error'
      }))
      const result = await repair(skill, failures, { sandbox, checkOutput: anything })
      assert.equal(result?.repaired === failures.length, skill.isRepaired)
      if (result === undefined) return
      for (const test of result.tests) {
        if (!('output' in test)) continue
        const { output } = await sandbox.run({ source: result.source, input: test.input })
        assert.deepEqual(output, test.output)
      }
    })
  }

  it('makes a parser of versions take every version of a lock file', async () => {
    const lock: unknown = JSON.parse(await readFile('package-lock.json', 'utf8'))
    const versions = [...new Set(versionsIn(lock))]
    assert.ok(versions.length > 100)
    const failing: string[] = []
    for (const input of versions) {
      await sandbox.run({ source: VERSION_SKILL.source, input }).catch(() => failing.push(input))
    }
    assert.ok(failing.length > 0 && failing.length < versions.length)
    const failures = failing.map((input) => ({ skill: 'x', input, error: 'Error' }))
    const isVersion = (output: Json): string | undefined =>
      typeof output === 'object' && output !== null && 'patch' in output ? undefined : 'no version'
    const [cluster] = clusterFailures(failures)
    const result = await repair(VERSION_SKILL, cluster?.samples ?? [], {
      sandbox,
      checkOutput: isVersion
    })
    assert.equal(result?.repaired, cluster?.samples.length)
    for (const input of versions) {
      const { output } = await sandbox.run({ source: result?.source ?? '', input })
      assert.equal(isVersion(output), undefined)
    }
  })

  it('keeps what breaks a test in the sandbox, and gives up where nothing helps', async () => {
    const skill = {
      source: 'export default (text) => { throw new Error("never") }',
      tests: [{ input: 'x', throws: 'never' }]
    }
    const failures = [{ skill: 'x', input: 'y', error: 'Error: never' }]
    assert.equal(await repair(skill, failures, { sandbox, checkOutput: anything }), undefined)
  })

  it('tries what a model proposes first, and stops when it is told to', async () => {
    const right = { source: 'export default (text) => text.length', how: 'proposed' }
    const skill = {
      source: 'export default (text) => text.size.x',
      tests: [{ input: 'a', output: 1 }]
    }
    const failures = [{ skill: 'x', input: 'abc', expected: 3, error: 'TypeError' }]
    const proposed = [{ source: 'no module', how: 'broken' }, right]
    const init = { sandbox, checkOutput: anything, proposed }
    assert.deepEqual((await repair(skill, failures, init))?.how, ['proposed'])
    const signal = AbortSignal.abort(new Error('Enough.'))
    await assert.rejects(repair(skill, failures, { ...init, signal }), /Enough/)
  })
})

function versionsIn(lock: unknown): string[] {
  if (typeof lock !== 'object' || lock === null || !('packages' in lock)) return []
  return Object.values(lock.packages as Record<string, { version?: string }>)
    .map(({ version }) => version)
    .filter((version) => version !== undefined)
}
