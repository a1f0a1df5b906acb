import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { clientIdOf, createAuthor, writeEntry, writeProof } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_UNPACKED_BYTES } from '../../crdt/constants.ts'
import { startAttacked } from '../fixtures/attacker.ts'
import { writeLogUpdate } from '../../crdt/records/knowledge-log.ts'
import { pack } from '../../crdt/feeds/payload.ts'
import { writeGossipProof } from '../../transport/gossip/gossip-frames.ts'
import { forge, gossipOf, honestValues, SWARM, unsigned } from '../fixtures/forgery.ts'
import { converged, gossiping, startNode } from '../fixtures/nodes.ts'
import { contentOf } from '../fixtures/replicas.ts'
import type { Author, Entry, RejectReason } from '../../crdt/index.ts'
import type { Attacker } from '../fixtures/attacker.ts'
import type { TestNode } from '../fixtures/nodes.ts'

type Bytes = (author: Author) => Uint8Array

/** What Yjs itself writes for a change of the author's document, deletes included. */
function yjs(change: (log: Y.Map<unknown>, doc: Y.Doc) => void, client?: number): Bytes {
  return ({ key }) => {
    const doc = new Y.Doc({ gc: true })
    doc.clientID = client ?? clientIdOf(SWARM, key)
    change(doc.getMap('log'), doc)
    return writeEntry(
      forge({ author: { key, sign: signer(key) }, update: Y.encodeStateAsUpdate(doc) })
    )
  }
}

const authors = new Map<string, Author>()

function signer(key: Uint8Array): Author['sign'] {
  return (message) => authors.get(toHex(key))?.sign(message) ?? new Uint8Array(64)
}

function knownAuthor(): Author {
  const author = createAuthor()
  authors.set(toHex(author.key), author)
  return author
}

/** An update by hand: one client, its clock, the bytes of its structs and of the delete set. */
function byHand(
  structs: Uint8Array,
  {
    count = 1,
    clock = 0,
    deletes = [0]
  }: { count?: number; clock?: number; deletes?: number[] } = {}
): Bytes {
  return (author) => {
    const update = encoding.encode((encoder) => {
      for (const number of [1, count, clientIdOf(SWARM, author.key), clock]) {
        encoding.writeVarUint(encoder, number)
      }
      encoding.writeUint8Array(encoder, structs)
      encoding.writeUint8Array(encoder, Uint8Array.from(deletes))
    })
    return writeEntry(forge({ author, update }))
  }
}

/** A struct of the shape that is allowed, around any value. */
function struct(value: Uint8Array, key = '0'): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeUint8Array(encoder, Uint8Array.of(0x23, 1))
    encoding.writeVarString(encoder, 'log')
    encoding.writeVarString(encoder, key)
    encoding.writeVarUint8Array(encoder, value)
  })
}

const honest = (author: Author): Uint8Array =>
  writeLogUpdate(clientIdOf(SWARM, author.key), 0, honestValues())
const withUpdate =
  (change: (update: Uint8Array) => Uint8Array): Bytes =>
  (author) =>
    writeEntry(forge({ author, update: change(honest(author)) }))
const withPayload =
  (change: (payload: Uint8Array) => Uint8Array): Bytes =>
  (author) =>
    writeEntry(forge({ author, payload: change(pack(honest(author))) }))
const record = Uint8Array.of(1, 1, 0, 1, 0x78, 0)

/** Zstandard (RFC 8878) with a window of 2^31 bytes and one raw block. */
const hugeWindow = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 0x09, 0, 0, 1])

const attacks: readonly (readonly [what: string, reason: RejectReason, bytes: Bytes])[] = [
  [
    'an overwrite of a key',
    'structure',
    yjs((log) => ['a', 'b'].map((value) => log.set('0', new Uint8Array(Buffer.from(value)))))
  ],
  [
    'an overwrite by hand, with an origin and no parent',
    'structure',
    (author) => {
      const client = clientIdOf(SWARM, author.key)
      const overwrite = encoding.encode((encoder) => {
        encoding.writeUint8Array(encoder, Uint8Array.of(0x23 | 0x80))
        encoding.writeVarUint(encoder, client)
        encoding.writeVarUint(encoder, 0)
        encoding.writeVarUint8Array(encoder, record)
      })
      return byHand(Buffer.concat([struct(record), overwrite]), { count: 2 })(author)
    }
  ],
  [
    'deletes of every key',
    'structure',
    yjs((log) => {
      log.set('0', Uint8Array.of(1))
      log.delete('0')
    })
  ],
  [
    'a delete set alone, in 11 bytes',
    'structure',
    (author) => {
      const update = encoding.encode((encoder) => {
        for (const number of [0, 1, clientIdOf(SWARM, author.key), 1, 0, 1]) {
          encoding.writeVarUint(encoder, number)
        }
      })
      return writeEntry(forge({ author, update }))
    }
  ],
  [
    'a delete set behind honest structs',
    'structure',
    byHand(struct(record), { deletes: [1, 7, 1, 0, 9] })
  ],
  ['a nested map', 'structure', yjs((log) => log.set('0', new Y.Map([['a', 1]])))],
  ['a nested document', 'structure', yjs((log) => log.set('0', new Y.Doc()))],
  ['a text in place of the map', 'structure', yjs((_, doc) => doc.getText('text').insert(0, 'x'))],
  ['any JSON in place of bytes', 'structure', yjs((log) => log.set('0', { deep: [[[[1]]]] }))],
  [
    'a __proto__ in JSON',
    'structure',
    yjs((log) => log.set('0', JSON.parse('{"__proto__":{"a":1}}')))
  ],
  ['a __proto__ as a key', 'structure', byHand(struct(record, '__proto__'))],
  ['the client that wins every tie', 'structure', yjs((log) => log.set('0', record), 0xffffffff)],
  ['a clock that is ahead', 'structure', byHand(struct(record, '9'), { clock: 9 })],
  ['a forged GC struct', 'structure', byHand(Uint8Array.of(0, 99))],
  ['a Skip struct', 'structure', byHand(Uint8Array.of(10, 99))],
  [
    'a count of structs that nothing could hold',
    'structure',
    byHand(new Uint8Array(), { count: 2 ** 48 })
  ],
  [
    'a number in two encodings',
    'structure',
    withUpdate((update) => Buffer.concat([Uint8Array.of(0x81, 0), update.subarray(1)]))
  ],
  [
    'bytes behind the update',
    'structure',
    withUpdate((update) => Buffer.concat([update, Buffer.of(0)]))
  ],
  ['bytes behind a value', 'structure', byHand(struct(Buffer.concat([record, Buffer.of(0)])))],
  ['a value over its limit', 'structure', byHand(struct(new Uint8Array(40_000).fill(1)))],
  [
    'a name that lies about its length',
    'structure',
    byHand(struct(Buffer.from([1, 1, 0xff, 0x7f, 0])))
  ],
  [
    'bytes behind the compressed frame',
    'unpack',
    withPayload((payload) => Buffer.concat([payload, Buffer.of(0)]))
  ],
  [
    'a decompression bomb',
    'unpack',
    withPayload(() => pack(new Uint8Array(MAX_UNPACKED_BYTES + 1)))
  ],
  ['a frame that asks for 2 GiB of window', 'unpack', withPayload(() => hugeWindow)],
  [
    'bytes behind the entry',
    'malformed',
    (author) => Buffer.concat([writeEntry(forge({ author })), Buffer.of(0)])
  ],
  ['an unknown document', 'document', (author) => writeEntry(forge({ author, doc: 'playbook/x' }))],
  ['another signature', 'signature', (author) => unsigned(forge({ author }))],
  [
    'a payload that was not signed',
    'payload',
    (author) => writeEntry({ ...forge({ author }), payload: pack(honest(createAuthor())) })
  ]
]

describe('an attack on entries, over a real connection', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(18_000)
  let victim: TestNode
  let attacker: Attacker

  beforeEach(async () => {
    ;({ victim, attacker } = await startAttacked({ filterInterval: 0 }, signal()))
  })

  afterEach(async () => {
    await attacker[Symbol.asyncDispose]()
    await victim[Symbol.asyncDispose]()
  })

  for (const [what, reason, bytes] of attacks) {
    it(`with ${what} changes nothing, is counted and costs its sender`, async () => {
      const before = await contentOf(victim.replica)
      const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
      await attacker.gossip(gossipOf(bytes(knownAuthor())))
      const [{ peer, reason: said }] = await offence
      assert.equal(peer, attacker.peer)
      assert.match(String(said), new RegExp(reason))
      assert.deepEqual(victim.replica.rejections(), { [reason]: 1 })
      assert.deepEqual(await contentOf(victim.replica), before)
      assert.equal(victim.swarm.offences, 1)
    })
  }

  it('with a higher format is kept and relayed unread, at no cost', async () => {
    const before = (await contentOf(victim.replica))[2]
    const update = Buffer.from('of the future')
    const admitted = once(victim.replica, 'entry:admit', { signal: signal() })
    await attacker.gossip(gossipOf(writeEntry(forge({ format: 9, update }))))
    await admitted
    assert.deepEqual((await contentOf(victim.replica))[2], before)
    await using other = await startNode({ bootstrap: victim.swarm.multiaddrs, filterInterval: 0 })
    await converged([victim, other], signal(), 2)
    assert.equal(victim.swarm.offences + other.swarm.offences, 0)
  })

  it('that says again what is held is ignored', async () => {
    const [{ author } = { author: new Uint8Array() }] = victim.replica.heads()
    for await (const bytes of victim.replica.entriesAfter(author, 0)) {
      await attacker.gossip(gossipOf(bytes))
    }
    await afterAll()
    assert.equal(victim.replica.headOf(author).seq, 1)
    assert.equal(victim.replica.heads().length, 2)
    assert.deepEqual(victim.replica.rejections(), {})
    assert.equal(victim.swarm.offences, 0)
  })

  it('with two entries for one place voids their author everywhere, and blames no peer', async () => {
    await using other = await startNode({ bootstrap: victim.swarm.multiaddrs, filterInterval: 0 })
    await gossiping(victim, signal(), 2)
    const author = createAuthor()
    const seen = once(victim.replica, 'author:void', { signal: signal() })
    for (const content of ['one', 'two'])
      await attacker.gossip(gossipOf(writeEntry(saying(author, content))))
    await seen
    // Gossip may have told the other node already; a sync tells it for certain.
    await other.swarm.synchronize({ signal: signal() })
    assert.deepEqual(await contentOf(other.replica), await contentOf(victim.replica))
    for (const { replica } of [victim, other]) assert.equal(replica.headOf(author.key).fork, 1)
    assert.equal(victim.swarm.offences + other.swarm.offences, 0)
  })

  it('with a second entry that its author did not sign voids nobody', async () => {
    const author = createAuthor()
    const held = once(victim.replica, 'entry:admit', { signal: signal() })
    await attacker.gossip(gossipOf(writeEntry(saying(author, 'one'))))
    await held
    const offence = once(victim.swarm, 'peer:offend', { signal: signal() })
    await attacker.gossip(gossipOf(unsigned(saying(author, 'two'))))
    await offence
    const badly = { ...saying(author, 'two'), signature: new Uint8Array(64) }
    const proof = writeProof([saying(author, 'three'), badly])
    const again = once(victim.swarm, 'peer:offend', { signal: signal() })
    await attacker.gossip(writeGossipProof(proof))
    assert.match(String((await again)[0].reason), /does not prove/)
    assert.equal(victim.replica.headOf(author.key).fork, 0)
    assert.equal(victim.replica.headOf(author.key).seq, 1)
  })

  /** Resolves when the victim has judged all that was sent before: it judges in order. */
  async function afterAll(): Promise<void> {
    const judged = once(victim.replica, 'entry:admit', { signal: signal() })
    await attacker.gossip(gossipOf(writeEntry(saying(createAuthor(), 'the last word'))))
    await judged
  }
})

function saying(author: Author, content: string): Entry {
  const update = writeLogUpdate(clientIdOf(SWARM, author.key), 0, honestValues(content))
  return forge({ author, update })
}
