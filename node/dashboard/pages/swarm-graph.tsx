/**
 * The graph of the peers. The distance of a peer from the middle grows with its latency; forces keep
 * peers apart, so that 5 and 500 can be told from each other. It is laid out at once, without motion.
 */
import { useMemo } from 'preact/hooks'
import { duration } from '../format.ts'
import { T } from '../strings.ts'
import { isRelayed } from './peer-view.ts'
import { dotSize, MIDDLE, placesOf, SIZE } from './swarm-layout.ts'
import type { VNode } from 'preact'
import type { Peer } from './peer-view.ts'

interface SwarmGraphProps {
  readonly peers: readonly Peer[]
  readonly active: string | undefined
  readonly onActive: (peer: string) => void
}

/** Peers up to which each has its name, and its latency. */
const MAX_NAMED = 24

export function SwarmGraph({ peers, active, onActive }: SwarmGraphProps): VNode {
  const t = T.swarm
  const names = peers.map(({ peer }) => peer).join()
  // New latencies move nothing: a graph that jumps cannot be read.
  const placed = useMemo(() => placesOf(peers), [names])
  const latest = new Map(peers.map((peer) => [peer.peer, peer]))
  const isNamed = peers.length <= MAX_NAMED
  const size = dotSize(peers.length)
  return (
    <figure class="graph">
      <svg viewBox={`-70 -10 ${SIZE + 140} ${SIZE + 50}`} role="img" aria-label={t.graphLabel}>
        {placed.map(({ peer: { peer }, x = 0, y = 0 }) => {
          const now = latest.get(peer)
          if (now === undefined) return null
          return (
            <line key={peer} x1={MIDDLE} y1={MIDDLE} x2={x} y2={y} class={`edge ${classOf(now)}`} />
          )
        })}
        <circle cx={MIDDLE} cy={MIDDLE} r="16" class="self" />
        <text x={MIDDLE} y={MIDDLE + 42} class="label">
          {t.me}
        </text>
        {placed.map(({ peer: { peer }, x = 0, y = 0 }) => {
          const now = latest.get(peer)
          if (now === undefined) return null
          return (
            <g
              key={peer}
              class={peer === active ? 'peer active' : 'peer'}
              onClick={() => onActive(peer)}
            >
              <circle cx={x} cy={y} r={size} class={`dot ${classOf(now)}`}>
                <title>{peer}</title>
              </circle>
              {isNamed ? (
                <text x={x} y={y + 32} class="label">
                  {peer.slice(-6)}
                  {now.latency === undefined ? '' : ` ${duration(now.latency)}`}
                </text>
              ) : null}
            </g>
          )
        })}
      </svg>
      <Legend />
    </figure>
  )
}

function Legend(): VNode {
  const t = T.swarm
  return (
    <figcaption>
      {(['mesh', 'subscriber', 'none', 'relayed', 'other'] as const).map((name) => (
        <span key={name} class="key">
          <svg width="16" height="16" aria-hidden="true">
            <circle cx="8" cy="8" r="6" class={`dot ${name}`} />
          </svg>
          {t[name]}
        </span>
      ))}
      <span class="quiet">{t.near}</span>
    </figcaption>
  )
}

function classOf(peer: Peer): string {
  const kind = peer.swarm ? peer.gossip : 'other'
  return isRelayed(peer) ? `${kind} relayed` : kind
}
