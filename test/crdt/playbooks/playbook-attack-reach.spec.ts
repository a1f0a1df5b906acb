import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createAuthor, unpack, writeEntry } from '../../../crdt/index.ts'
import { readPlaybookUpdate } from '../../../crdt/playbooks/playbook-update.ts'
import { afterBody, client, END, first, goal, textsOf } from '../../fixtures/honest-playbook.ts'
import {
  clientOf,
  editUpdate,
  forgeEdit,
  markStruct,
  placeStruct,
  textStruct
} from '../../fixtures/playbook-forgery.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import type { Entry } from '../../../crdt/index.ts'

describe('an edit that reaches outside of what it builds on', () => {
  const eve = createAuthor()
  const evil = clientOf(eve, goal)
  /** Concurrent to what Eve writes: she does not name it. */
  const bob = createAuthor()
  const his = clientOf(bob, goal)
  const concurrent = forgeEdit(
    goal,
    editUpdate({ client: his, structs: [textStruct(' Twice!', afterBody)] }),
    { author: bob, heads: [first.hash] }
  )
  const named = [first.hash]
  const cases: Record<string, Entry> = {
    'deletes all, with nothing named': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client, clock: 0, length: END }] }),
      { author: eve }
    ),
    'deletes steps': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client, clock: 0, length: 1 }] }),
      { author: eve, heads: named }
    ),
    'deletes a whole text': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client, clock: 2, length: 10 }] }),
      { author: eve, heads: named }
    ),
    'deletes what comes later': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client, clock: 8, length: 1000 }] }),
      { author: eve, heads: named }
    ),
    'deletes what it does not name': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client: his, clock: 0, length: 3 }] }),
      { author: eve, heads: named }
    ),
    'deletes of somebody nobody knows': forgeEdit(
      goal,
      editUpdate({ client: evil, deletes: [{ client: 1, clock: 0, length: 1 }] }),
      { author: eve, heads: named }
    ),
    'deletes of itself': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [textStruct('evil', afterBody)],
        deletes: [{ client: evil, clock: 0, length: 1 }]
      }),
      { author: eve, heads: named }
    ),
    'stands beside what it does not name': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [textStruct('evil', { origin: { client: his, clock: 0 } })]
      }),
      { author: eve, heads: named }
    ),
    'stands beside itself': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [textStruct('evil', { origin: { client: evil, clock: 0 } })]
      }),
      { author: eve, heads: named }
    ),
    'stands between two lists': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [textStruct('evil', { origin: { client, clock: 3 }, right: { client, clock: 8 } })]
      }),
      { author: eve, heads: named }
    ),
    'writes into the order': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [textStruct('evil', { origin: { client, clock: 21 } })]
      }),
      { author: eve, heads: named }
    ),
    'writes into a step itself': forgeEdit(
      goal,
      editUpdate({ client: evil, structs: [textStruct('evil', { parent: { client, clock: 0 } })] }),
      { author: eve, heads: named }
    ),
    'puts a step into a text': forgeEdit(
      goal,
      editUpdate({ client: evil, structs: [placeStruct({ client, clock: 0 }, afterBody)] }),
      { author: eve, heads: named }
    ),
    'puts what is no step into the order': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [placeStruct({ client, clock: 1 }, { parent: 'order' })]
      }),
      { author: eve, heads: named }
    ),
    'marks a title': forgeEdit(
      goal,
      editUpdate({
        client: evil,
        structs: [markStruct('bold', 'true', { origin: { client, clock: 4 } })]
      }),
      { author: eve, heads: named }
    ),
    'leaves clocks out': forgeEdit(
      goal,
      editUpdate({ client: evil, clock: 5, structs: [textStruct('evil', afterBody)] }),
      { author: eve, heads: named }
    ),
    'builds on what nobody has': forgeEdit(
      goal,
      editUpdate({ client: evil, structs: [textStruct('evil', afterBody)] }),
      { author: eve, heads: [first.hash, randomBytes(32)].toSorted(Buffer.compare) }
    )
  }

  for (const [what, edit] of Object.entries(cases)) {
    it(`counts for nobody, nor what builds on it: one that ${what}`, async () => {
      const { next } = readPlaybookUpdate(updateOf(edit), evil)
      const after = forgeEdit(
        goal,
        editUpdate({ client: evil, clock: next, structs: [textStruct('more', afterBody)] }),
        { author: eve, seq: 2, prev: edit.hash, heads: named }
      )
      const expected = ['check: read it twice Twice!']
      for (const order of [
        [first, concurrent, edit, after],
        [edit, after, concurrent, first],
        [edit, first, after, concurrent]
      ]) {
        await using node = await replicaOn()
        for (const each of order) {
          assert.equal((await node.replica.admit(writeEntry(each))).outcome, 'admitted')
          // Reading in between must not change what comes out in the end.
          await node.replica.playbook(goal)
        }
        const { acceptedEdits, pendingEdits } = await node.replica.playbook(goal)
        assert.deepEqual(await textsOf(node.replica), expected)
        assert.deepEqual([acceptedEdits, pendingEdits], [2, 2])
        assert.deepEqual(node.replica.rejections(), {})
      }
    })
  }

  function updateOf(entry: Entry): Uint8Array {
    const found = updates.get(entry)
    assert.ok(found !== undefined)
    return found
  }
  const updates = new Map<Entry, Uint8Array>()
  before(() => {
    for (const edit of Object.values(cases)) updates.set(edit, unpack(edit.payload))
  })
})
