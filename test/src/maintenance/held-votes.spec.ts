import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../../../crdt/index.ts'
import { HeldVotesRelease } from '../../../src/maintenance/index.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, HandClock, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica } from '../../../crdt/index.ts'

const SAID = publication('x')
const DIGEST = digestOf(SAID.record)

interface Releasing {
  readonly release: HeldVotesRelease
  /** Numbers of entries, one an announcement. */
  readonly announced: number[]
}

function releasing(replica: Replica, hasSwarm: boolean): Releasing {
  const announced: number[] = []
  const release = new HeldVotesRelease({
    replica,
    hasSwarm,
    announce: (entries) => {
      announced.push(entries.length)
      return Promise.resolve()
    },
    onError: assert.ifError
  })
  release.start()
  return { release, announced }
}

/** A directory with a held vote that may leave. */
async function holdIn(directory: string, clock: HandClock): Promise<void> {
  await using node = await replicaOn(directory, undefined, clock)
  await node.replica.publish([SAID])
  node.replica.rotateAuthor()
  await node.replica.revise({ ...SAID, vote: 'dispute' })
  await node.replica.publishHeld()
  clock.pass()
}

describe('a held vote whose time has come', () => {
  it('waits in a swarm until a peer has told what is published already', async () => {
    await using directory = await temporaryDirectory()
    const [first, copy] = [join(directory.path, 'first'), join(directory.path, 'copy')]
    const clock = new HandClock()
    await holdIn(first, clock)
    await cp(first, copy, { recursive: true })
    await using peer = await replicaOn()
    {
      await using node = await replicaOn(first, undefined, clock)
      const { release, announced } = releasing(node.replica, true)
      await release.look()
      assert.deepEqual(announced, [])
      node.replica.hearPeers()
      await release.look()
      assert.deepEqual(announced, [1, 0])
      await release.stop()
      await deliver(node.replica, peer.replica)
    }
    await using node = await replicaOn(copy, undefined, clock)
    const { release, announced } = releasing(node.replica, true)
    await release.look()
    await deliver(peer.replica, node.replica)
    node.replica.hearPeers()
    await release.look()
    await release.stop()
    assert.deepEqual(announced, [0, 0])
    assert.equal((await node.replica.get(DIGEST))?.standing.disputes, 1)
  })

  it('leaves at once without a swarm', async () => {
    await using directory = await temporaryDirectory()
    const clock = new HandClock()
    await holdIn(directory.path, clock)
    await using node = await replicaOn(directory.path, undefined, clock)
    const { release, announced } = releasing(node.replica, false)
    await release.look()
    assert.deepEqual(announced, [1, 0])
    await release.stop()
  })
})
