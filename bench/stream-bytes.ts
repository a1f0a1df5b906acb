/** Counts what libp2p's streams of one protocol send: metrics for `createLibp2p` that record nothing else. */
import type { Metrics, Stream } from '@libp2p/interface'

export interface StreamBytes extends Metrics {
  /** Bytes sent so far on all streams whose protocol contains the name. */
  readonly sent: number
  /** Streams opened so far by this node, of protocols that contain the name. */
  opened(name: string): number
}

export function streamBytes(name: string): StreamBytes {
  let sent = 0
  const opened: string[] = []
  return {
    opened: (part) => opened.filter((protocol) => protocol.includes(part)).length,
    get sent() {
      return sent
    },
    trackMultiaddrConnection: () => undefined,
    trackProtocolStream: (stream: Stream) => {
      if (stream.direction === 'outbound') opened.push(stream.protocol)
      if (!stream.protocol.includes(name)) return
      const send = stream.send.bind(stream)
      stream.send = (data) => {
        sent += data.byteLength
        return send(data)
      }
    },
    registerMetric: register,
    registerMetricGroup: register,
    registerCounter: register,
    registerCounterGroup: register,
    registerHistogram: register,
    registerHistogramGroup: register,
    registerSummary: register,
    registerSummaryGroup: register,
    traceFunction: <F>(_: string, traced: F) => traced,
    createTrace: () => undefined
  }
}

const nothing = (): void => undefined
const register = (): typeof NOTHING => NOTHING

const NOTHING = {
  update: nothing,
  increment: nothing,
  decrement: nothing,
  observe: nothing,
  reset: nothing,
  timer: () => nothing
}
