/**
 * Hedging (Dean and Barroso, "The Tail at Scale", 2013): ask a second model when the first is slow.
 */
import { setTimeout as sleep } from 'node:timers/promises'

type Task<T> = (signal: AbortSignal) => Promise<T> | undefined

/**
 * Returns the first answer and cancels the other call. If the first fails before the second starts,
 * the call fails.
 */
export async function hedged<T>(
  after: number,
  signal: AbortSignal,
  [first, second]: readonly [(signal: AbortSignal) => Promise<T>, Task<T>]
): Promise<T> {
  const aborts = [new AbortController(), new AbortController(), new AbortController()] as const
  const [firstAbort, secondAbort, waitAbort] = aborts
  const running = first(AbortSignal.any([signal, firstAbort.signal]))
  const mine = running.then((value) => ({ value, winner: 0 }))
  const waited = sleep(after, undefined, { signal: waitAbort.signal }).then(() => undefined)
  waited.catch(() => undefined)
  try {
    const early = await Promise.race([mine, waited])
    if (early !== undefined) return early.value
    const other = second(AbortSignal.any([signal, secondAbort.signal]))
    if (other === undefined) return await running
    const theirs = other.then((value) => ({ value, winner: 1 }))
    const { value, winner } = await Promise.any([mine, theirs])
    const loser = winner === 0 ? secondAbort : firstAbort
    loser.abort(new Error('Another model answered first.'))
    return value
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  } finally {
    waitAbort.abort()
  }
}
