/** No node waits for a peer that has fallen silent longer than its limit. */
import { EXCHANGE_IDLE_TIMEOUT } from '../../../transport/constants.ts'
import { SimulatedStream } from '../network/simulated-stream.ts'
import type { SimulatedHost } from '../network/simulated-host.ts'

/** Protocols of which each request has an answer. */
const ANSWERED = /\/(?:sync|have|filter|retractions)\//

/** Milliseconds from the limit until the stream has ended: slow nodes take long for all that they do. */
const SLACK = 5_000

/** Streams on which a node has asked for something and waits too long, in words. */
export function stalledStreams(host: Pick<SimulatedHost, 'getConnections'>): string[] {
  const streams = host.getConnections().flatMap((connection) => connection.streams)
  return streams.flatMap((stream) => {
    if (!(stream instanceof SimulatedStream) || stream.direction !== 'outbound') return []
    if (stream.status !== 'open' || !ANSWERED.test(stream.protocol)) return []
    if (stream.unanswered < EXCHANGE_IDLE_TIMEOUT + SLACK) return []
    return [`waits for ${Math.round(stream.unanswered)} ms for an answer on ${stream.protocol}`]
  })
}
