/**
 * The graph of the peers. The distance of a peer from the middle grows with its latency; forces keep
 * peers apart, so that 5 and 500 can be told from each other. It is laid out at once, without motion.
 */
import { forceCollide, forceManyBody, forceRadial, forceSimulation } from 'd3-force'
import { useMemo } from 'preact/hooks'
import { duration } from '../format.ts'
import { T } from '../strings.ts'
import { isRelayed } from './peer-view.ts'
import type { SimulationNodeDatum } from 'd3-force'
import type { VNode } from 'preact'
import type { Peer } from './peer-view.ts'

interface SwarmGraphProps {
  readonly peers: readonly Peer[]
  readonly active: string | undefined
  readonly onActive: (peer: string) => void
}

interface Placed extends SimulationNodeDatum {
  readonly peer: Peer
  readonly radius: number
}

const SIZE = 600
const MIDDLE = SIZE / 2
const INNER = 90
const OUTER = 280

/** Milliseconds at the outer ring; latencies are placed by their logarithm. */
const FAR = 500

/** Peers up to which each has its name, and its latency. */
const MAX_NAMED = 24

const TICKS = 160

export function SwarmGraph({ peers, active, onActive }: SwarmGraphProps): VNode {
  const t = T.swarm
  const names = peers.map(({ peer }) => peer).join()
  // New latencies move nothing: a graph that jumps cannot be read.
  const placed = useMemo(() => placesOf(peers), [names])
  const latest = new Map(peers.map((peer) => [peer.peer, peer]))
  const isNamed = peers.length <= MAX_NAMED
  const size = peers.length > 100 ? 5 : 9
  return (
    <figure class="graph">
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={t.graphLabel}>
        {placed.map(({ peer: { peer }, x = 0, y = 0 }) => {
          const now = latest.get(peer)
          if (now === undefined) return null
          return (
            <line key={peer} x1={MIDDLE} y1={MIDDLE} x2={x} y2={y} class={`edge ${classOf(now)}`} />
          )
        })}
        <circle cx={MIDDLE} cy={MIDDLE} r="16" class="self" />
        <text x={MIDDLE} y={MIDDLE + 34} class="label">
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
                <text x={x} y={y + 24} class="label">
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

function placesOf(peers: readonly Peer[]): readonly Placed[] {
  const nodes = peers.map((peer, i): Placed => {
    const radius = radiusOf(peer)
    const angle = (2 * Math.PI * i) / peers.length
    return {
      peer,
      radius,
      x: MIDDLE + radius * Math.cos(angle),
      y: MIDDLE + radius * Math.sin(angle)
    }
  })
  const apart = peers.length > 100 ? 6 : 24
  forceSimulation(nodes)
    .force('ring', forceRadial<Placed>(({ radius }) => radius, MIDDLE, MIDDLE).strength(0.6))
    .force('apart', forceCollide(apart))
    .force('spread', forceManyBody().strength(-8))
    .stop()
    .tick(TICKS)
  for (const node of nodes) {
    node.x = Math.max(14, Math.min(SIZE - 14, node.x ?? MIDDLE))
    node.y = Math.max(14, Math.min(SIZE - 30, node.y ?? MIDDLE))
  }
  return nodes
}

function radiusOf({ latency }: Peer): number {
  if (latency === undefined) return OUTER
  const share = Math.log1p(Math.min(latency, FAR)) / Math.log1p(FAR)
  return INNER + share * (OUTER - INNER)
}
