import assert from 'node:assert/strict'
import { GoalIndex, goalsTitled } from '../../../src/goals/goal-index.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import type { AttestedRecord, Publication, Replica } from '../../../crdt/index.ts'

const goal = (entity: string): Publication => ({
  record: { kind: 'goal', entity, content: '' },
  confidence: 1,
  day: 1
})

/** An index of the replica that counts what it reads. */
function countingIndex(replica: Replica): {
  index: GoalIndex
  read: { all: number; some: number }
} {
  const read = { all: 0, some: 0 }
  const index = new GoalIndex({
    get recordLogEnd() {
      return replica.recordLogEnd
    },
    recordLog: (from, to) => replica.recordLog(from, to),
    getMany(digests): Promise<AttestedRecord[]> {
      read.some += digests.length
      return replica.getMany(digests)
    },
    async *goals() {
      read.all += 1
      yield* replica.goals()
    }
  })
  return { index, read }
}

describe('the index of goals', () => {
  it('reads what changed since the last question, and nothing when nothing did', async () => {
    await using a = await replicaOn()
    await a.replica.publish(Array.from({ length: 500 }, (_, i) => goal(`Goal ${i}`)))
    const { index, read } = countingIndex(a.replica)
    const first = await index.tree()
    assert.equal(first.size, 500)
    assert.equal(await index.tree(), first)
    assert.deepEqual(read, { all: 1, some: 0 })
    const fact: Publication = { ...goal('x'), record: { kind: 'fact', entity: 'e', content: 'f' } }
    await a.replica.publish([fact])
    assert.equal(await index.tree(), first, 'a fact changes no goal')
    const { records } = await a.replica.publish([goal('One more')])
    assert.equal((await index.tree()).size, 501)
    await a.replica.retract(records[0] ?? new Uint8Array())
    assert.equal((await index.tree()).size, 500)
    assert.equal(read.all, 1)
    assert.ok(read.some <= 4, `${read.some} records read`)
  })

  it('equals a new index after each publication', async () => {
    await using a = await replicaOn()
    const { index } = countingIndex(a.replica)
    for (let round = 0; round < 5; round++) {
      await a.replica.publish([goal(`Round ${round}`), goal('The same')])
      a.replica.rotateAuthor()
      assert.deepEqual(await index.tree(), await countingIndex(a.replica).index.tree())
    }
  })

  it('finds goals by a variant of their title', async () => {
    await using a = await replicaOn()
    await a.replica.publish([goal('Ship it.'), goal('Stay home.')])
    const tree = await countingIndex(a.replica).index.tree()
    assert.deepEqual(
      goalsTitled(tree, 'ship it').map(({ title }) => title),
      ['Ship it.']
    )
    assert.deepEqual(goalsTitled(tree, 'it ships'), [])
  })
})
