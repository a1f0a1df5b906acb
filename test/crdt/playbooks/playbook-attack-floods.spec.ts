import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createAuthor, insertStep, writeStep } from '../../../crdt/index.ts'
import { admitAll } from '../../fixtures/chains.ts'
import { afterBody, first, goal, textsOf } from '../../fixtures/honest-playbook.ts'
import { clientOf, editUpdate, forgeEdit, textStruct } from '../../fixtures/playbook-forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Entry } from '../../../crdt/index.ts'

describe('a playbook among authors who write too much', () => {
  it('is joined where it has more branches than an entry can name', async () => {
    await using node = await replicaOn()
    await using peer = await replicaOn()
    const many = Array.from({ length: 70 }, () => {
      const each = createAuthor()
      const own = clientOf(each, goal)
      return forgeEdit(goal, editUpdate({ client: own, structs: [textStruct('.', afterBody)] }), {
        author: each,
        heads: [first.hash]
      })
    })
    await admitAll(node.replica, [first, ...many])
    const { steps } = await node.replica.playbook(goal)
    const id = steps[0]?.id ?? ''
    const { entries } = await node.replica.editPlaybook(goal, (y) =>
      writeStep(y, id, { body: `${steps[0]?.body} done` })
    )
    assert.equal(entries.length, 3)
    await deliver(node.replica, peer.replica)
    assert.deepEqual(await textsOf(peer.replica), [`check: read it twice${'.'.repeat(70)} done`])
  })

  it('takes so much of one author, and the rest counts for nobody', async () => {
    const eve = createAuthor()
    const own = clientOf(eve, goal)
    const entries: Entry[] = []
    const text = randomBytes(30_000).toString('hex')
    for (let seq = 1; seq <= 12; seq++) {
      const before = entries.at(-1)
      const update = editUpdate({
        client: own,
        clock: (seq - 1) * text.length,
        structs: [textStruct(text, afterBody)]
      })
      entries.push(
        forgeEdit(goal, update, {
          author: eve,
          seq,
          ...(before === undefined ? {} : { prev: before.hash }),
          heads: [first.hash]
        })
      )
    }
    await using node = await replicaOn()
    await admitAll(node.replica, [first, ...entries])
    const { acceptedEdits, pendingEdits } = await node.replica.playbook(goal)
    assert.deepEqual([acceptedEdits, pendingEdits], [9, 4])
  })

  it('says so when it is more than a node opens, and takes in what comes all the same', async () => {
    const entries: Entry[] = []
    const text = randomBytes(30_000).toString('hex')
    for (let i = 0; i < 10; i++) {
      const eve = createAuthor()
      const own = clientOf(eve, goal)
      let before: Entry | undefined
      for (let seq = 1; seq <= 8; seq++) {
        const update = editUpdate({
          client: own,
          clock: (seq - 1) * text.length,
          structs: [textStruct(text, afterBody)]
        })
        before = forgeEdit(goal, update, {
          author: eve,
          seq,
          ...(before === undefined ? {} : { prev: before.hash }),
          heads: [first.hash]
        })
        entries.push(before)
      }
    }
    await using node = await replicaOn()
    const cut = entries.length - 4
    await admitAll(node.replica, [first, ...entries.slice(0, cut)])
    await assert.rejects(node.replica.playbook(goal), { code: 'PLAYBOOK_TOO_LARGE' })
    await admitAll(node.replica, entries.slice(cut))
    await node.replica.publish([publication('goes on')])
    await assert.rejects(
      node.replica.editPlaybook(goal, (y) => insertStep(y, 0, { title: 'a', body: 'b' })),
      { code: 'PLAYBOOK_TOO_LARGE' }
    )
  })

  it('is not held in memory however much of it waits', async () => {
    await using node = await replicaOn()
    await admitAll(node.replica, [first])
    assert.equal((await textsOf(node.replica)).length, 1)
    const text = randomBytes(30_000).toString('hex')
    for (let i = 0; i < 150; i++) {
      const eve = createAuthor()
      const own = clientOf(eve, goal)
      const update = editUpdate({ client: own, structs: [textStruct(text, afterBody)] })
      const edit = forgeEdit(goal, update, { author: eve, heads: [randomBytes(32)] })
      await admitAll(node.replica, [edit])
    }
    await assert.rejects(node.replica.playbook(goal), { code: 'PLAYBOOK_TOO_LARGE' })
  })
})
