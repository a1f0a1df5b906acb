import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import {
  createAuthor,
  insertStep,
  playbookDoc,
  writeEntry,
  writeProof,
  writeStep
} from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { KNOWLEDGE_DOC } from '../../../crdt/constants.ts'
import { stateOf } from '../../../crdt/playbooks/playbook-state.ts'
import { readPlaybookUpdate } from '../../../crdt/playbooks/playbook-update.ts'
import { admitAll } from '../../fixtures/chains.ts'
import { forge } from '../../fixtures/forgery.ts'
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
import { publication } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'
import type { PlaybookEntry } from '../../../crdt/playbooks/playbook-state.ts'
import type { Struct } from '../../fixtures/playbook-forgery.ts'

const goal = randomBytes(32)
const doc = playbookDoc(goal)
const author = createAuthor()
const client = clientOf(author, goal)
const nothing = (): void => undefined

/** The honest part: a step "check" with the body "read it twice". */
const first = forgeEdit(
  goal,
  editUpdate({ client, structs: wholeStep(client, 'check', 'read it twice') }),
  { author }
)
/** Clocks of it: step 0, texts 1 and 2, title 3 to 7, body 8 to 20, place 21. */
const END = 22
const afterBody = { origin: { client, clock: 20 } }

async function textsOf(replica: Replica): Promise<string[]> {
  return (await replica.playbook(goal)).steps.map(({ title, body }) => `${title}: ${body}`)
}

describe('an edit of a playbook that no honest node would write', () => {
  const some = (struct: Partial<Struct>): Struct[] => [
    { content: 4, parent: { client, clock: 2 }, write: nothing, ...struct }
  ]
  const number =
    (value: number) =>
    (encoder: encoding.Encoder): void =>
      encoding.writeVarUint(encoder, value)
  const shapes: Record<string, Uint8Array> = {
    'bytes that are no update': randomBytes(40),
    'no bytes': new Uint8Array(),
    'a client that wins every tie': editUpdate({
      client: 0xffffffff,
      structs: wholeStep(0xffffffff, 'a', 'b')
    }),
    'two clients': Uint8Array.of(2, 0, 0, 0, 0, 0, 0),
    'a GC struct in place of what its author writes later': editUpdate({
      client,
      clock: END,
      structs: [{ content: 0, write: number(1000) }]
    }),
    'a struct that skips': editUpdate({
      client,
      clock: END,
      structs: [{ content: 10, write: number(1000) }]
    }),
    'deleted content of any length': editUpdate({
      client,
      clock: END,
      structs: some({ content: 1, write: number(2 ** 31) })
    }),
    'more structs than it has bytes for': Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0),
    'more deletes than it has bytes for': Uint8Array.of(0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f),
    'JSON content': editUpdate({
      client,
      clock: END,
      structs: some({ content: 2, write: number(0) })
    }),
    'an embedded object': editUpdate({
      client,
      clock: END,
      structs: some({ content: 5, write: (e) => encoding.writeVarString(e, '{}') })
    }),
    'any content': editUpdate({
      client,
      clock: END,
      structs: some({ content: 8, write: number(0) })
    }),
    'a document inside': editUpdate({ client, clock: END, structs: some({ content: 9 }) }),
    'a step without its texts': editUpdate({
      client,
      clock: END,
      structs: stepStructs(client, END).slice(0, 2)
    }),
    'a title that is set again': editUpdate({
      client,
      clock: END,
      structs: [stepStructs(client, 0)[1] ?? { content: 7, write: nothing }]
    }),
    'a new key of a step': editUpdate({
      client,
      clock: END,
      structs: some({ content: 7, parent: { client, clock: 0 }, key: 'evil', write: number(2) })
    }),
    'an unknown root': editUpdate({
      client,
      clock: END,
      structs: [placeStruct({ client, clock: 0 }, { parent: 'evil' })]
    }),
    'text in the order': editUpdate({
      client,
      clock: END,
      structs: [textStruct('x', { parent: 'order' })]
    }),
    'empty text': editUpdate({ client, clock: END, structs: [textStruct('', afterBody)] }),
    'a mark that is none': editUpdate({
      client,
      clock: END,
      structs: [markStruct('__proto__', 'true', afterBody)]
    }),
    'a mark with a value of its own': editUpdate({
      client,
      clock: END,
      structs: [markStruct('bold', '{"a":1}', afterBody)]
    }),
    'deletes that overlap': editUpdate({
      client,
      deletes: [
        { client, clock: 8, length: 5 },
        { client, clock: 10, length: 5 }
      ]
    }),
    'deletes of nothing': editUpdate({ client, deletes: [{ client, clock: 8, length: 0 }] }),
    'something behind it': Uint8Array.of(0, 0, 0),
    'a number in a longer form': Uint8Array.of(0x80, 0, 0),
    'more structs than an edit has': editUpdate({
      client,
      clock: END,
      structs: Array.from({ length: 513 }, () => textStruct('x', afterBody))
    }),
    'more bytes than an edit has': editUpdate({
      client,
      clock: END,
      structs: [textStruct('x'.repeat(64 * 1024), afterBody)]
    })
  }

  for (const [what, update] of Object.entries(shapes)) {
    it(`ends its author's feed: ${what}`, async () => {
      await using node = await replicaOn()
      await admitAll(node.replica, [first])
      const edit = forgeEdit(goal, update, {
        author,
        seq: 2,
        prev: first.hash
      })
      assert.deepEqual(await node.replica.admit(writeEntry(edit)), {
        outcome: 'rejected',
        reason: 'structure',
        blame: true
      })
      assert.deepEqual(await textsOf(node.replica), ['check: read it twice'])
    })
  }

  const update = editUpdate({ client, clock: END, structs: [textStruct('!', afterBody)] })
  const others: Record<string, Entry> = {
    'in another playbook than before': forgeEdit(randomBytes(32), update, {
      author,
      seq: 2,
      prev: first.hash
    }),
    'of no goal': forgeEdit(goal, update, { author, seq: 2, prev: first.hash, doc: 'playbook/1' }),
    'in the document of knowledge': forgeEdit(goal, update, {
      author,
      seq: 2,
      prev: first.hash,
      doc: KNOWLEDGE_DOC
    }),
    'with heads twice': forgeEdit(goal, update, {
      author,
      seq: 2,
      prev: first.hash,
      heads: [first.hash, first.hash]
    })
  }
  for (const [what, edit] of Object.entries(others)) {
    it(`ends its author's feed: one ${what}`, async () => {
      await using node = await replicaOn()
      await admitAll(node.replica, [first])
      const admission = await node.replica.admit(writeEntry(edit))
      assert.deepEqual(admission, { outcome: 'rejected', reason: 'document', blame: true })
      assert.deepEqual(await textsOf(node.replica), ['check: read it twice'])
    })
  }

  it('follows on no knowledge, and no knowledge on it', async () => {
    await using node = await replicaOn()
    const fact = forge({ author })
    await admitAll(node.replica, [fact])
    const edit = forgeEdit(goal, update, { author, seq: 2, prev: fact.hash })
    assert.equal((await node.replica.admit(writeEntry(edit))).outcome, 'rejected')
    const other = createAuthor()
    const own = clientOf(other, goal)
    const begins = forgeEdit(goal, editUpdate({ client: own, structs: wholeStep(own, 'a', 'b') }), {
      author: other
    })
    await admitAll(node.replica, [begins])
    const knowledge = forge({ author: other, seq: 2, prev: begins.hash })
    assert.deepEqual(await node.replica.admit(writeEntry(knowledge)), {
      outcome: 'rejected',
      reason: 'format',
      blame: true
    })
  })
})

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
        const { edits, waiting } = await node.replica.playbook(goal)
        assert.deepEqual(await textsOf(node.replica), expected)
        assert.deepEqual([edits, waiting], [2, 2])
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
  before(async () => {
    const { unpack } = await import('../../../crdt/index.ts')
    for (const edit of Object.values(cases)) updates.set(edit, unpack(edit.payload))
  })
})

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
    await a.replica.compacted()
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
        client: 7,
        past: [],
        place: 0,
        update,
        content: readPlaybookUpdate(update, 7)
      }
    })
    assert.equal((await stateOf(entries)).size, 0)
    assert.equal((await stateOf(entries.slice(1))).size, 1)
  })

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
    const { edits, waiting } = await node.replica.playbook(goal)
    assert.deepEqual([edits, waiting], [9, 4])
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
        if (read.edits === 3) counted += 1
      }),
      // The capital letter of a word, and no change at all.
      { numRuns: 400, examples: [[[[word, 0x57]]], [[[word, 0x54]]]] }
    )
    assert.ok(counted > 0, 'no change was harmless')
    assert.equal(doc, first.doc)
  })
})
