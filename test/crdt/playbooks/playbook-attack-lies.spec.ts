import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createAuthor, insertStep, writeEntry, writeProof } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { buildState } from '../../../crdt/playbooks/playbook-state.ts'
import { readPlaybookUpdate } from '../../../crdt/playbooks/playbook-update.ts'
import { admitAll } from '../../fixtures/chains.ts'
import {
  afterBody,
  author,
  client,
  doc,
  END,
  first,
  goal,
  textsOf
} from '../../fixtures/honest-playbook.ts'
import {
  clientOf,
  editUpdate,
  forgeEdit,
  markStruct,
  placeStruct,
  stepStructs,
  textStruct,
  wholeStep
} from '../../fixtures/playbook-forgery.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { PlaybookEntry } from '../../../crdt/playbooks/playbook-state.ts'

describe('a playbook among authors who lie', () => {
  it('loses what an author signed twice, and what builds on it, on every replica', async () => {
    const one = forgeEdit(
      goal,
      editUpdate({ client, clock: END, structs: [textStruct(' one', afterBody)] }),
      { author, seq: 2, prev: first.hash }
    )
    const two = forgeEdit(
      goal,
      editUpdate({ client, clock: END, structs: [textStruct(' two', afterBody)] }),
      { author, seq: 2, prev: first.hash }
    )
    await using a = await replicaOn()
    await using b = await replicaOn()
    await admitAll(a.replica, [first, one])
    await admitAll(b.replica, [first, two])
    for (const { replica } of [a, b]) {
      await replica.editPlaybook(goal, (y) => insertStep(y, 1, { title: 'then', body: 'go' }))
      assert.equal((await textsOf(replica)).length, 2)
    }
    let changes = 0
    a.replica.on('playbook:change', () => (changes += 1))
    const proof = writeProof([one, two])
    for (const { replica } of [a, b]) assert.equal(await replica.admitProof(proof), 'admitted')
    await deliver(a.replica, b.replica)
    await deliver(b.replica, a.replica)
    assert.deepEqual(await textsOf(a.replica), ['check: read it twice'])
    assert.deepEqual(await a.replica.playbook(goal), await b.replica.playbook(goal))
    assert.ok(changes > 0)
  })

  it('loses what an author takes back by a later base of its feed', async () => {
    const heads = [first.hash]
    const eve = createAuthor()
    const own = clientOf(eve, goal)
    const one = forgeEdit(
      goal,
      editUpdate({ client: own, structs: [textStruct(' one', afterBody)] }),
      { author: eve, heads }
    )
    const two = forgeEdit(
      goal,
      editUpdate({ client: own, structs: [textStruct(' two', afterBody)] }),
      { author: eve, heads, seq: 2, prev: one.hash, base: 2, format: 3 }
    )
    await using a = await replicaOn()
    await using b = await replicaOn()
    await admitAll(a.replica, [first, one, two])
    await admitAll(b.replica, [first])
    await b.replica.admitHeader(two)
    await admitAll(b.replica, [two])
    await a.replica.whenCompacted()
    assert.deepEqual(await textsOf(a.replica), ['check: read it twice two'])
    assert.deepEqual(await a.replica.playbook(goal), await b.replica.playbook(goal))
    assert.equal(toHex(a.replica.digest()), toHex(b.replica.digest()))
  })

  it('counts neither of two authors whose clients are one', async () => {
    const entries = ['a', 'b'].map((name): PlaybookEntry => {
      const update = editUpdate({
        client: 7,
        structs: wholeStep(7, name, '').filter((_, i) => i !== 4)
      })
      return {
        hash: name,
        author: name,
        voice: name,
        client: 7,
        dependencies: [],
        feedIndex: 0,
        update,
        content: readPlaybookUpdate(update, 7)
      }
    })
    assert.equal((await buildState(entries)).size, 0)
    assert.equal((await buildState(entries.slice(1))).size, 1)
  })

  it('is the same everywhere, whatever bytes of an honest edit were changed before it was signed', async () => {
    const honest = editUpdate({
      client,
      clock: END,
      structs: [
        textStruct(' Then', afterBody),
        markStruct('bold', 'true', { origin: { client, clock: 10 } }),
        ...stepStructs(client, END + 6),
        placeStruct({ client, clock: END + 6 }, { right: { client, clock: 21 } })
      ],
      deletes: [{ client, clock: 9, length: 2 }]
    })
    const changes = fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4
    })
    const word = Buffer.from(honest).indexOf('Then')
    let counted = 0
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const bytes = Uint8Array.from(honest)
        for (const [at, to] of changed) bytes[at] = to
        const edit = forgeEdit(goal, bytes, { author, seq: 2, prev: first.hash })
        await using a = await replicaOn()
        await using b = await replicaOn()
        await admitAll(a.replica, [first])
        await a.replica.editPlaybook(goal, (y) => insertStep(y, 1, { title: 'x', body: 'y' }))
        await a.replica.playbook(goal)
        await a.replica.admit(writeEntry(edit))
        await deliver(a.replica, b.replica)
        const read = await a.replica.playbook(goal)
        assert.deepEqual(await b.replica.playbook(goal), read)
        assert.ok(read.steps.some(({ title }) => title === 'x'))
        assert.ok(read.steps.some(({ title }) => title.length > 0))
        if (read.acceptedEdits === 3) counted += 1
      }),
      // The capital letter of a word, and no change at all.
      { numRuns: 400, examples: [[[[word, 0x57]]], [[[word, 0x54]]]] }
    )
    assert.ok(counted > 0, 'no change was harmless')
    assert.equal(doc, first.doc)
  })
})
