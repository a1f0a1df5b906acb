import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { createAuthor, writeEntry } from '../../../crdt/index.ts'
import { KNOWLEDGE_DOC } from '../../../crdt/constants.ts'
import { admitAll } from '../../fixtures/chains.ts'
import { forge } from '../../fixtures/forgery.ts'
import {
  afterBody,
  author,
  client,
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
import { replicaOn } from '../../fixtures/replicas.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { Struct } from '../../fixtures/playbook-forgery.ts'

const nothing = (): void => undefined

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
        isOffence: true
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
      assert.deepEqual(admission, { outcome: 'rejected', reason: 'document', isOffence: true })
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
    // A replica that knows a base at this entry takes it, and relays it: no offence.
    assert.deepEqual(await node.replica.admit(writeEntry(knowledge)), {
      outcome: 'rejected',
      reason: 'format',
      isOffence: false
    })
  })
})
