import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MAX_DEPTH, MAX_GOALS } from '../../../src/reasoner/constants.ts'
import { walkGoals } from '../../../src/reasoner/goal-walk.ts'
import { budget } from '../../fixtures/budget.ts'
import type { WalkedGoal } from '../../../src/reasoner/goal-walk.ts'

const RUNS = { numRuns: budget(300, 10_000) }

/** Goals by id, from links of a parent to a subgoal. */
function graph(links: readonly (readonly [number, number])[]): Map<string, WalkedGoal> {
  const ids = [...new Set(links.flat())]
  const goals = ids.map((id) => ({
    id: String(id),
    children: links.filter(([parent]) => parent === id).map(([, child]) => String(child)),
    parents: links.filter(([, child]) => child === id).map(([parent]) => String(parent))
  }))
  return new Map(goals.map((goal) => [goal.id, goal]))
}

async function walk(
  goals: Map<string, WalkedGoal>,
  ...roots: string[]
): ReturnType<typeof walkGoals> {
  const found = roots.flatMap((id) => goals.get(id) ?? [])
  return walkGoals(found, (id) => Promise.resolve(goals.get(id)))
}

function chainOf(length: number): Map<string, WalkedGoal> {
  return graph(Array.from({ length }, (_, i) => [i, i + 1] as const))
}

describe('a walk over goals', () => {
  it('ends on any graph, visits each goal once, and gives a chain of real links', async () => {
    const link = fc.tuple(fc.nat(9), fc.nat(9))
    await fc.assert(
      fc.asyncProperty(fc.array(link, { minLength: 1, maxLength: 40 }), async (links) => {
        const goals = graph(links)
        const root = String(links[0]?.[0])
        const { visited } = await walk(goals, root, root)
        const ids = visited.map(({ goal }) => goal.id)
        assert.equal(new Set(ids).size, ids.length)
        for (const { goal, chain } of visited) {
          assert.equal(chain[0]?.id, goal.id)
          assert.equal(chain.at(-1)?.id, root)
          for (const [i, part] of chain.slice(0, -1).entries()) {
            assert.ok(part.parents.includes(chain[i + 1]?.id ?? ''))
          }
        }
      }),
      RUNS
    )
  })

  it('stops at its depth, and says so', async () => {
    const deep = await walk(chainOf(MAX_DEPTH + 1), '0')
    assert.deepEqual([deep.visited.length, deep.truncated], [MAX_DEPTH + 1, true])
    const whole = await walk(chainOf(MAX_DEPTH), '0')
    assert.deepEqual([whole.visited.length, whole.truncated], [MAX_DEPTH + 1, false])
  })

  it('stops at its number of goals, and says so', async () => {
    const width = 16
    const links = Array.from({ length: width }, (_, i) => i + 1).flatMap((child) => [
      [0, child] as const,
      ...Array.from({ length: width }, (_, i) => [child, child * 1_000 + i] as const)
    ])
    const { visited, truncated } = await walk(graph(links), '0')
    assert.deepEqual([visited.length, truncated], [MAX_GOALS, true])
  })

  it('does not follow a link that the subgoal does not back', async () => {
    const goals = graph([[0, 1]])
    goals.set('1', { id: '1', children: [], parents: [] })
    assert.deepEqual(
      (await walk(goals, '0')).visited.map(({ goal }) => goal.id),
      ['0']
    )
  })
})
