/** Why a node that has peers gets no gossip from a mesh. */
import { MESH_PATIENCE } from '../constants.ts'
import type { PeerStatus } from './peer-status.ts'

/** The reason; undefined while a peer is in the mesh, or no connection is older than `MESH_PATIENCE`. */
export function meshDelay(
  peers: readonly Pick<PeerStatus, 'gossip' | 'swarm'>[],
  oldestConnection: number
): string | undefined {
  const isMeshed = peers.some(({ gossip }) => gossip === 'mesh')
  if (peers.length === 0 || isMeshed || oldestConnection <= MESH_PATIENCE) return undefined
  const members = peers.filter(({ swarm }) => swarm)
  if (members.length === 0) return 'no connected peer is of this swarm'
  if (members.every(({ gossip }) => gossip === 'none')) {
    return 'no connected peer takes gossip: they are light, have no gossip, or are too busy to say so'
  }
  return 'the peers that gossip have no room in their mesh, or are busy; entries come by syncs'
}
