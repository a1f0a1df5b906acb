import assert from 'node:assert/strict'
import {
  createAuthor,
  digestOf,
  elementHasher,
  filterKeyOf,
  openReplica,
  openStore,
  writeEntry
} from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { forge, honestValues, SWARM } from '../../fixtures/forgery.ts'
import { hidingParts } from '../../fixtures/replica-parts.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, HandClock, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Entry, Replica, Store } from '../../../crdt/index.ts'

const SAID = publication('x')
const DIGEST = digestOf(SAID.record)
const ELEMENT = elementHasher(filterKeyOf(SWARM))(DIGEST)

interface HoldingNode extends AsyncDisposable {
  readonly replica: Replica
  readonly store: Store
  readonly clock: HandClock
  show(entries: readonly Entry[]): Promise<void>
}

async function hidingNode(clock: HandClock, location?: string): Promise<HoldingNode> {
  const store = await openStore(location)
  const replica = await openReplica({ store, hidesOwn: true, timing: clock })
  return {
    replica,
    store,
    clock,
    async show(entries) {
      for (const { author, seq } of entries) await replica.unhide(author, seq)
    },
    [Symbol.asyncDispose]: () => store.close()
  }
}

/** Holds a vote on a record that no feed contains any longer. */
async function hold({ replica, show }: HoldingNode): Promise<void> {
  await show((await replica.publish([SAID])).entries)
  const retraction = await replica.retract(DIGEST)
  assert.ok(retraction !== undefined)
  await replica.retractions.admit([retraction], 'peer')
  await show(await replica.compact())
  await replica.whenCompacted()
  assert.deepEqual(await replica.has([DIGEST]), [false])
  await replica.published.rebuild()
  replica.rotateAuthor()
  assert.deepEqual((await replica.publish([SAID])).entries, [])
  assert.deepEqual(await replica.has([DIGEST]), [true])
}

async function assertHidden({ publicView, published }: Replica): Promise<void> {
  assert.deepEqual(await publicView.bodies([DIGEST]), [undefined])
  assert.equal(published.has(ELEMENT), false)
  await published.rebuild()
  assert.equal(published.has(ELEMENT), false)
}

describe('a record that a held vote alone speaks of', () => {
  it('is hidden from peers until its vote brings it along, also after a restart', async () => {
    await using directory = await temporaryDirectory()
    await using peer = await replicaOn()
    const clock = new HandClock()
    {
      await using node = await hidingNode(clock, directory.path)
      await hold(node)
      await assertHidden(node.replica)
    }
    await using node = await hidingNode(clock, directory.path)
    const { replica } = node
    await assertHidden(replica)
    await replica.publishHeld()
    clock.pass()
    const entries = await replica.publishHeld()
    assert.equal(entries.length, 1)
    await assertHidden(replica)
    await node.show(entries)
    assert.notDeepEqual(await replica.publicView.bodies([DIGEST]), [undefined])
    assert.equal(replica.published.has(ELEMENT), true)
    await deliver(replica, peer.replica)
    assert.equal((await peer.replica.get(DIGEST))?.standing.vouches, 1)
  })

  it('goes when the vote is taken back', async () => {
    await using node = await hidingNode(new HandClock())
    const { replica } = node
    await hold(node)
    await replica.revise({ ...SAID, vote: 'dispute' })
    assert.deepEqual(await replica.has([DIGEST]), [true])
    await replica.retract(DIGEST)
    assert.deepEqual(await replica.has([DIGEST]), [false])
    assert.equal(await replica.get(DIGEST), undefined)
    assert.equal((await replica.publish([SAID])).entries.length, 0)
    await assertHidden(replica)
  })

  it('is asked for when a peer votes on it, and public when a peer has sent it', async () => {
    await using node = await hidingNode(new HandClock())
    const { replica } = node
    await hold(node)
    const [record, vote] = honestValues('x')
    assert.ok(record?.type === 'record' && vote !== undefined)
    await replica.admit(writeEntry(forge({ values: [vote] })))
    await assertHidden(replica)
    assert.ok((await replica.missingBodies(10)).map(toHex).includes(toHex(DIGEST)))
    await replica.putBodies([record.bytes])
    assert.notDeepEqual(await replica.publicView.bodies([DIGEST]), [undefined])
    assert.equal(replica.published.has(ELEMENT), true)
  })

  it('is public when an entry of a peer brings it', async () => {
    await using node = await hidingNode(new HandClock())
    const { replica } = node
    await hold(node)
    const author = createAuthor()
    const admission = await replica.admit(writeEntry(forge({ author, values: honestValues('x') })))
    assert.equal(admission.outcome, 'admitted')
    assert.notDeepEqual(await replica.publicView.bodies([DIGEST]), [undefined])
    assert.equal(replica.published.has(ELEMENT), true)
    await replica.retract(DIGEST)
    assert.deepEqual(await replica.has([DIGEST]), [true])
  })
})

describe('an own entry that is not made', () => {
  it('takes nothing of a held vote away', async () => {
    await using stack = new AsyncDisposableStack()
    const store = await openStore()
    stack.defer(() => store.close())
    const parts = await hidingParts(store, SWARM)
    const { publisher, heldVotes, admitter, recordStore } = parts
    await publisher.publish([SAID])
    publisher.rotate()
    await publisher.revise({ ...SAID, vote: 'dispute' })
    const [vote] = heldVotes.votes()
    assert.ok(vote !== undefined)
    const bad = admitter.runExclusive(async ({ admit, drop }) => {
      await drop([vote])
      await admit(new Uint8Array(4), () => [heldVotes.del(DIGEST)])
    })
    await assert.rejects(bad, /not admitted/)
    assert.equal(heldVotes.votes().length, 1)
    await publisher.publish([publication('another')])
    assert.equal((await recordStore.get(DIGEST))?.standing.disputes, 1)
  })
})
