import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { digestOf, openReplica, openStore, retractionId } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { deliver, HandClock, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'

const SAID = publication('x')
const DIGEST = digestOf(SAID.record)

interface HidingReplica extends AsyncDisposable {
  readonly replica: Replica
  readonly clock: HandClock
  show(entries: readonly Entry[]): Promise<void>
}

async function hiding(): Promise<HidingReplica> {
  const store = await openStore()
  const clock = new HandClock()
  const replica = await openReplica({ store, hidesOwn: true, timing: clock })
  return {
    replica,
    clock,
    async show(entries) {
      for (const { author, seq } of entries) await replica.unhide(author, seq)
    },
    [Symbol.asyncDispose]: () => store.close()
  }
}

describe('a retraction on its way to disk', () => {
  it('stays in the set when a peer asks for it', async () => {
    await using directory = await temporaryDirectory()
    await using author = await replicaOn()
    await using node = await replicaOn(directory.path)
    await author.replica.publish([SAID])
    await deliver(author.replica, node.replica)
    const retraction = await author.replica.retract(DIGEST)
    assert.ok(retraction !== undefined)
    const { retractions } = node.replica
    const id = retractionId(retraction)
    const admitted = retractions.admit([retraction], 'peer')
    while (!retractions.has(id)) await nextTurn()
    assert.equal((await retractions.get([id])).length, 1)
    assert.deepEqual(await admitted, ['admitted'])
    assert.equal(retractions.size, 1)
  })
})

describe('own retractions and held votes', () => {
  it('leave apart from those of other authors, also beyond one commit', async () => {
    await using node = await hiding()
    const all: Uint8Array[] = []
    for (const from of [0, 1_000]) {
      const { entries, records } = await node.replica.publish(publications(500, from))
      all.push(...records)
      await node.show(entries)
      node.replica.rotateAuthor()
    }
    await node.replica.retractMany(all)
    assert.equal((await node.replica.retractions.toSend()).length, 500)
  })

  it('leave apart from those of other authors over calls, also from shown ones', async () => {
    await using node = await hiding()
    const { replica, clock, show } = node
    const records: Uint8Array[] = []
    for (const content of ['one', 'two', 'three']) {
      const { entries } = await replica.publish([publication(content)])
      records.push(digestOf(publication(content).record))
      await show(entries)
      replica.rotateAuthor()
    }
    const [one, two, three] = records
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    const namesToSend = async (): Promise<string[]> =>
      (await replica.retractions.toSend()).map(({ digest }) => toHex(digest))
    await replica.retract(one)
    await replica.retract(two)
    assert.deepEqual(await namesToSend(), [toHex(one)])
    await replica.retractions.admit(await replica.retractions.toSend(), 'peer')
    clock.pass(60_000)
    await replica.revise({ ...publication('three'), vote: 'dispute' })
    assert.deepEqual(await namesToSend(), [])
    clock.pass()
    assert.deepEqual((await namesToSend()).toSorted(), [toHex(two), toHex(three)].toSorted())
  })

  it('wait for the register that they open, also where a later one has replaced it', async () => {
    await using node = await hiding()
    await node.replica.publish([SAID])
    await node.replica.retract(DIGEST)
    assert.deepEqual(await node.replica.retractions.toSend(), [])
    const { entries } = await node.replica.publish([SAID])
    assert.equal(entries.length, 1)
    assert.deepEqual(await node.replica.retractions.toSend(), [])
    await node.show(entries)
    assert.equal((await node.replica.retractions.toSend()).length, 1)
  })

  it('are published once, also by a copy of the directory that knows of it', async () => {
    await using directory = await temporaryDirectory()
    const clock = new HandClock()
    await using peer = await replicaOn()
    const [first, copy] = [join(directory.path, 'first'), join(directory.path, 'copy')]
    {
      await using node = await replicaOn(first, undefined, clock)
      await node.replica.publish([SAID])
      node.replica.rotateAuthor()
      await node.replica.revise({ ...SAID, vote: 'dispute' })
      await node.replica.publishHeld()
    }
    await cp(first, copy, { recursive: true })
    clock.pass()
    {
      await using node = await replicaOn(first, undefined, clock)
      assert.equal((await node.replica.publishHeld()).length, 1)
      await deliver(node.replica, peer.replica)
    }
    await using node = await replicaOn(copy, undefined, clock)
    await deliver(peer.replica, node.replica)
    assert.deepEqual(await node.replica.publishHeld(), [])
    assert.equal(node.replica.retractions.waiting.votes, 0)
    assert.equal((await node.replica.get(DIGEST))?.standing.disputes, 1)
  })

  it('show peers no body of a record that nobody else speaks of', async () => {
    await using node = await hiding()
    const { replica } = node
    await node.show((await replica.publish([SAID])).entries)
    const retraction = await replica.retract(DIGEST)
    assert.ok(retraction !== undefined)
    await replica.retractions.admit([retraction], 'peer')
    await node.show(await replica.compact())
    await replica.whenCompacted()
    assert.deepEqual(await replica.publicView.bodies([DIGEST]), [undefined])
    replica.rotateAuthor()
    assert.deepEqual((await replica.publish([SAID])).entries, [])
    assert.deepEqual(await replica.publicView.bodies([DIGEST]), [undefined])
  })
})
