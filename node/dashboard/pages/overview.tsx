/** Overview: whether the node is well, who is connected, what grew, what was saved, what waits. */
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Dedup } from './overview-dedup.tsx'
import { Growth } from './overview-growth.tsx'
import { Health } from './overview-health.tsx'
import { Node, PeersSummary, Waiting } from './overview-node.tsx'
import type { VNode } from 'preact'

export function Overview(): VNode {
  const status = useLoaded(
    (signal) => api.status({}, { signal }),
    [],
    ['hive:', 'peer:', 'sync:', 'skill:']
  )
  return (
    <>
      <h1>{T.overview.title}</h1>
      <div class="grid">
        <Health />
        <Waiting status={status} />
        <Node status={status} />
        <PeersSummary status={status} />
        <Growth />
        <Dedup />
      </div>
    </>
  )
}
