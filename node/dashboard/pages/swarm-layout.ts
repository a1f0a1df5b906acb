/** Where the peers of a graph are: around the middle, by latency, and apart from each other. */
import { forceCollide, forceManyBody, forceRadial, forceSimulation } from 'd3-force'
import type { SimulationNodeDatum } from 'd3-force'
import type { Peer } from './peer-view.ts'

export interface Placed<P> extends SimulationNodeDatum {
  readonly peer: P
  readonly radius: number
}

/** The square that the graph is drawn in. */
export const SIZE = 600
export const MIDDLE = SIZE / 2

const INNER = 90
const OUTER = 270

/** Milliseconds that the outer ring has at least, so that a swarm of one machine is near. */
const NEAR = 10

/** Dots are small if there are at least this many peers. */
const MANY = 100

const TICKS = 200

export function dotSize(peers: number): number {
  return peers > MANY ? 5 : 9
}

export function placesOf<P extends Pick<Peer, 'latency'>>(
  peers: readonly P[]
): readonly Placed<P>[] {
  const far = Math.max(NEAR, ...peers.map(({ latency = 0 }) => latency))
  const nodes = peers.map((peer, i): Placed<P> => {
    const radius = radiusOf(peer, far)
    const angle = (2 * Math.PI * i) / peers.length
    return {
      peer,
      radius,
      x: MIDDLE + radius * Math.cos(angle),
      y: MIDDLE + radius * Math.sin(angle)
    }
  })
  const apart = peers.length > MANY ? dotSize(peers.length) + 1 : 24
  forceSimulation(nodes)
    .force('ring', forceRadial<Placed<P>>(({ radius }) => radius, MIDDLE, MIDDLE).strength(0.3))
    .force('spread', forceManyBody().strength(-2))
    .force('apart', forceCollide(apart).iterations(4))
    .stop()
    .tick(TICKS)
  return nodes
}

/** By the logarithm of the latency; one that is not measured is at the outer ring. */
function radiusOf({ latency }: Pick<Peer, 'latency'>, far: number): number {
  if (latency === undefined) return OUTER
  return INNER + (Math.log1p(latency) / Math.log1p(far)) * (OUTER - INNER)
}
