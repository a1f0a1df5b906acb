/** How late timers of the event loop are: what callers wait beside the work for their own call. */
import { Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

const INTERVAL = 250
const SECOND = 1_000

/** Returns what ends the measuring. */
export function measureLoopLag(registers: Registry[]): () => void {
  const lag = new Histogram({
    name: 'hive_event_loop_lag_seconds',
    help: `Delay of a timer of ${INTERVAL} ms.`,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers
  })
  let due = performance.now() + INTERVAL
  const timer = setInterval(() => {
    const now = performance.now()
    lag.observe(Math.max(0, now - due) / SECOND)
    due = now + INTERVAL
  }, INTERVAL).unref()
  return () => clearInterval(timer)
}
