/** Whether an address answers, and how fast. */
import { multiaddr } from '@multiformats/multiaddr'
import { PROBE_TIMEOUT } from '../constants.ts'
import { errorOf } from '../errors.ts'
import type { AbortOptions, Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address that was dialled. */
export interface ProbedAddress {
  readonly address: string
  /** Milliseconds that the peer took to answer a ping; undefined if it was not reached. */
  readonly latency?: number
  /** Whether the connection goes through a relay. */
  readonly relayed?: boolean
  /** Why it was not reached. */
  readonly reason?: string
}

/** What a probe needs of a host. */
interface Probing {
  dial(
    address: Multiaddr,
    options: AbortOptions
  ): Promise<Pick<Connection, 'limits' | 'remotePeer'>>
  readonly services: {
    readonly ping: { ping(peer: PeerId, options: AbortOptions): Promise<number> }
  }
}

export interface ProbeOptions extends AbortOptions {
  readonly explain: (error: Error) => string
}

export async function probe(
  host: Probing,
  address: string,
  { explain, signal: caller }: ProbeOptions
): Promise<ProbedAddress> {
  const limit = AbortSignal.timeout(PROBE_TIMEOUT)
  const signal = caller === undefined ? limit : AbortSignal.any([limit, caller])
  try {
    const { remotePeer, limits } = await host.dial(multiaddr(address), { signal })
    const latency = await host.services.ping.ping(remotePeer, { signal })
    return { address, latency, relayed: limits !== undefined }
  } catch (error) {
    return { address, reason: explain(errorOf(error)) }
  }
}
