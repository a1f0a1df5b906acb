/** Counts what libp2p's streams of one protocol send: metrics for `createLibp2p` that record nothing else. */
import type { Metrics, Stream } from '@libp2p/interface'

export interface StreamBytes extends Metrics {
  /** Bytes sent so far on all streams whose protocol contains the name. */
  readonly sent: number
}

export function streamBytes(name: string): StreamBytes {
  let sent = 0
  return {
    get sent() {
      return sent
    },
    trackMultiaddrConnection: () => undefined,
    trackProtocolStream: (stream: Stream) => {
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
