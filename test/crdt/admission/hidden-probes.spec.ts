import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { digestOf, openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { preparePublication } from '../../../crdt/publishing/publication.ts'
import { forge, unsigned } from '../../fixtures/forgery.ts'
import { lettersEntry } from '../../fixtures/inflated.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Entry, Publication, Replica, SignedHeader } from '../../../crdt/index.ts'

/** The author of hidden entries, and a node that has none of them. */
async function pair(): Promise<{ author: Replica; other: Replica; entries: readonly Entry[] }> {
  const author = await openReplica({ store: await openStore(), hidesOwn: true })
  const other = await openReplica({ store: await openStore(), hidesOwn: true })
  const written: Entry[] = []
  for (const text of ['one', 'two', 'three']) {
    written.push(...(await author.publish([publication(text)])).entries)
  }
  return { author, other, entries: written }
}

describe('a peer that knows the hidden entries of an author', () => {
  it('gets the same answer from their author to forged headers as from other nodes', async () => {
    const { author, other, entries } = await pair()
    const [first] = entries
    assert.ok(first !== undefined)
    const signature = new Uint8Array(64)
    const headers: SignedHeader[] = [0, 1, 2, 3, 4].flatMap((seq) =>
      [1, 2, 3].map((base) => {
        const forged = forge({ seq: seq + 1, base: Math.min(base, seq + 1) })
        return { ...forged, author: first.author, signature }
      })
    )
    for (const header of [...headers, ...entries]) {
      const expected = await other.publicView.admitHeader(header)
      const { seq, base } = header
      assert.equal(await author.publicView.admitHeader(header), expected, `${seq} from ${base}`)
    }
  })

  it('gets the same answer to forged entries', async () => {
    const { author, other, entries } = await pair()
    const { payload } = lettersEntry()
    const forged = entries.flatMap((entry) => [unsigned(entry), writeEntry({ ...entry, payload })])
    const outcomeOf = async ({ publicView }: Replica, bytes: Uint8Array): Promise<unknown> => {
      const result = await publicView.admit(bytes, 'peer')
      return result.outcome === 'rejected' ? result : result.outcome
    }
    for (const [i, bytes] of forged.entries()) {
      assert.deepEqual(await outcomeOf(author, bytes), await outcomeOf(other, bytes), `${i}`)
    }
    for (const i of [1, 0, 0, 1, 2]) {
      const entry = entries[i]
      assert.ok(entry !== undefined)
      const bytes = writeEntry(entry)
      assert.equal(await outcomeOf(author, bytes), await outcomeOf(other, bytes), `${i}`)
    }
    assert.deepEqual(author.publicView.digest(), other.publicView.digest())
  })

  it('is asked for a hidden body as for others: in their order, and not always', async () => {
    const { author } = await pair()
    const hidden = digestOf(publication('one').record)
    const { register } = preparePublication(publication('one'))
    const digests = [hidden, ...Array.from({ length: 30 }, () => new Uint8Array(randomBytes(32)))]
    const values = digests.map((digest) => ({ type: 'register', digest, register }) as const)
    const { outcome } = await author.admit(writeEntry(forge({ values })), 'peer')
    assert.equal(outcome, 'admitted')
    const asked = (await author.missingBodies(100)).map(toHex)
    assert.deepEqual(asked, digests.map(toHex).toSorted())
    let times = 0
    for (let i = 0; i < 200; i++) {
      const names = (await author.missingBodies(8)).map(toHex)
      assert.equal(names.length, 8)
      if (names.includes(toHex(hidden))) times += 1
    }
    assert.ok(times > 0 && times < 200, `${times} of 200`)
  })

  it('is asked for a body also where the author wrote it later, and after a restart', async () => {
    const store = await openStore()
    const author = await openReplica({ store, hidesOwn: true })
    const [one, two] = ['one', 'two'].map((text) => publication(text))
    assert.ok(one !== undefined && two !== undefined)
    const voteOn = async (replica: Replica, said: Publication): Promise<void> => {
      const { digest, register } = preparePublication(said)
      const values = [{ type: 'register', digest, register } as const]
      await replica.admit(writeEntry(forge({ values })), 'peer')
    }
    const wanted = [one, two].map(({ record }) => toHex(digestOf(record))).toSorted()
    await voteOn(author, one)
    await author.publish([one, two])
    await voteOn(author, two)
    assert.deepEqual((await author.missingBodies(9)).map(toHex), wanted)
    const again = await openReplica({ store, hidesOwn: true })
    assert.deepEqual((await again.missingBodies(9)).map(toHex), wanted)
    for (const each of again.hiddenAuthors()) await again.unhide(each, again.headOf(each).seq)
    assert.deepEqual(await again.missingBodies(9), [])
    await store.close()
  })
})
