/**
 * An interrupted command ends soon: a part of its work may not notice the signal before it is done, as
 * the opening of a large store. What was acknowledged is on disk, whenever the process ends.
 */

/** Milliseconds from the signal until a command says what there is of its work. */
export const INTERRUPT_TIME = 500

/** Rejects with the reason of `signal` if the work does not end `milliseconds` after the abort. */
export async function unlessInterrupted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  milliseconds: number
): Promise<T> {
  const late = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => late.reject(signal.reason), milliseconds)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', begin)
    clearTimeout(timer)
  }
}
