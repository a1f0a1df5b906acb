import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { Annotations } from '../../../src/facts/index.ts'
import { createHive, restoreBackup } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const UNKNOWN = 'ab'.repeat(32)

describe('annotations', () => {
  it('are kept under a name with facts that are stored, and replaced', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    const { id } = await knowledge.distill('a', 'The build needs two cores.', 0.9)
    await knowledge.annotate('x', new Map([[id, { n: 1 }]]))
    await knowledge.annotate('x', new Map([[UNKNOWN, 2]]))
    await knowledge.annotate('y', new Map([[id, [1, 'two', null]]]))
    await knowledge.annotate('x', new Map([[id, { n: 3 }]]))
    assert.deepEqual(await knowledge.annotation('x', id), { n: 3 })
    assert.deepEqual(await knowledge.annotation('y', id), [1, 'two', null])
    assert.equal(await knowledge.annotation('x', UNKNOWN), undefined)
    assert.equal(await knowledge.annotation('z', id), undefined)
    const exported = await Array.fromAsync(knowledge.export())
    assert.doesNotMatch(JSON.stringify(exported), /two","|"n":/)
    for (const wrong of ['', 'n'.repeat(65)]) {
      await assert.rejects(knowledge.annotate(wrong, new Map()), { code: 'ARGUMENT_INVALID' })
    }
    await assert.rejects(knowledge.annotate('x', new Map([['short', 1]])), {
      code: 'ARGUMENT_INVALID'
    })
  })

  it('are forgotten with their fact, and with the variants that were merged into it', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, janitor } = db.agent.cortex
    const first = await knowledge.distill('a', 'The build needs two cores.', 0.9)
    const options = { enableBloomHeuristic: true }
    const second = await knowledge.distill('a', 'the build needs two cores', 0.9, options)
    assert.notEqual(first.id, second.id)
    await knowledge.annotate(
      'x',
      new Map([
        [first.id, 1],
        [second.id, 2]
      ])
    )
    assert.equal((await janitor.consolidate()).merged, 1)
    await janitor.verify()
    assert.equal(await knowledge.annotation('x', first.id), 1)
    assert.equal(await knowledge.annotation('x', second.id), 2)
    const kept = await knowledge.get(first.id)
    await knowledge.forget(kept?.id ?? '')
    await knowledge.distill('a', 'The build needs two cores.', 0.9)
    await knowledge.distill('a', 'the build needs two cores', 0.9, options)
    assert.equal(await knowledge.annotation('x', first.id), undefined)
    assert.equal(await knowledge.annotation('x', second.id), undefined)
  })

  it('are in a backup', async () => {
    await using directory = await temporaryDirectory()
    const at = (name: string): string => join(directory.path, name)
    let id: string
    {
      await using db = await createHive({ dataDir: at('node'), swarm: false })
      const { knowledge } = db.agent.cortex
      ;({ id } = await knowledge.distill('a', 'b', 0.9))
      await knowledge.annotate('x', new Map([[id, 'kept']]))
      await db.backup(at('backup'))
    }
    await restoreBackup(at('backup'), at('other'))
    await using db = await createHive({ dataDir: at('other'), swarm: false })
    assert.equal(await db.agent.cortex.knowledge.annotation('x', id), 'kept')
  })

  it('of forgotten facts that a repair brought back are removed; equal ones are not written', async () => {
    const store = await openStore()
    let commits = 0
    const counting = {
      section: (name: string) => store.section(name),
      commit: (operations: Parameters<typeof store.commit>[0]) => {
        commits += operations.length
        return store.commit(operations)
      }
    }
    const digest = Buffer.alloc(32, 7)
    const annotations = new Annotations({
      store: counting,
      forgotten: async function* () {
        yield digest
      }
    })
    await annotations.put('x', [[digest, { a: 1 }]])
    await annotations.put('x', [[digest, { a: 1 }]])
    assert.equal(commits, 1)
    await annotations.audit()
    assert.equal(await annotations.get('x', digest), undefined)
    await store.close()
  })
})
