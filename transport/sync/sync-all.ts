/** One sync with every connected peer of the swarm. */
import type { AbortOptions } from '@libp2p/interface'
import type { Sync } from './sync.ts'

/** What a round of syncs did. `sent` and `received` count entries. */
export interface SynchronizeReport {
  /** Peers a sync was completed with, and those it failed with. */
  readonly peers: number
  readonly failed: number
  /** Peers of those that a sync was completed with, where more is to come with the next one. */
  readonly incomplete: number
  readonly sent: number
  readonly received: number
}

/** Resolves when every sync has ended; one that fails is counted. */
export async function syncAll(
  service: Sync,
  { signal }: AbortOptions = {}
): Promise<SynchronizeReport> {
  const results = await Promise.allSettled(
    service.peers().map((peer) => service.sync(peer, { signal }))
  )
  signal?.throwIfAborted()
  const report = { peers: 0, failed: 0, incomplete: 0, sent: 0, received: 0 }
  for (const result of results) {
    if (result.status === 'rejected') {
      report.failed += 1
      continue
    }
    report.peers += 1
    if (!result.value.isComplete) report.incomplete += 1
    report.sent += result.value.sent
    report.received += result.value.received
  }
  return report
}
