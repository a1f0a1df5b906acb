import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../src/index.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode } from '../../src/index.ts'

const signal = (): AbortSignal => AbortSignal.timeout(20_000)

describe('a data directory that was copied', () => {
  it('and runs twice draws a warning on both nodes, and penalises neither', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const [dataDir, copy] = [join(directory.path, 'node'), join(directory.path, 'copy')]
    await using peer = await createHive({ dataDir: join(directory.path, 'peer') })
    const bootstrap = peer.multiaddrs
    const open = (path: string): Promise<HiveNode> =>
      createHive({ dataDir: path, swarm: { bootstrap } })
    const first = await open(dataDir)
    await once(first, 'filter:change', { signal: signal() })
    await first.stop()
    // A restart is no double.
    await using again = await open(dataDir)
    await once(again, 'filter:change', { signal: signal() })
    assert.deepEqual([again.status.warnings, peer.status.warnings], [[], []])
    // A node removes this file a second after its start.
    const filter = (source: string): boolean => !source.endsWith('inventory.opened.json')
    await cp(dataDir, copy, { recursive: true, filter })
    const warned = Promise.all(
      [again, peer].map((node) => once(node, 'peer:duplicate', { signal: signal() }))
    )
    await using double = await open(copy)
    const [[own], [seen]] = await Promise.all([
      once(double, 'peer:duplicate', { signal: signal() }),
      warned.then(([, event]) => event ?? [])
    ])
    assert.deepEqual(own, { peer: again.peerId, isOwn: true, reporter: peer.peerId })
    assert.deepEqual(seen, { peer: again.peerId, isOwn: false })
    assert.equal(double.peerId, again.peerId)
    for (const node of [again, double]) {
      assert.match(node.status.warnings.join('\n'), /second node with the peer key of this node/)
    }
    assert.match(peer.status.warnings.join('\n'), /^Two nodes run with the key of peer /)
    assert.equal(peer.status.offences, 0)
    assert.equal(peer.status.peers.filter(({ peer: id }) => id === again.peerId).length > 0, true)
  })
})
