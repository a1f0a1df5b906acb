/** Waits for a promise that may take longer. */
import { setTimeout as delay } from 'node:timers/promises'

/** Whether the promise resolves within `milliseconds`. */
export async function isWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const waited = new AbortController()
  try {
    const late = delay(milliseconds, false, { signal: waited.signal })
    late.catch(() => undefined)
    return await Promise.race([promise.then(() => true), late])
  } finally {
    waited.abort()
  }
}
