/** A limit of time for an exchange as a whole: a peer that sends a byte now and then is never idle. */

/** Runs the task with a signal that is aborted after the time. */
export async function withDeadline<T>(
  milliseconds: number,
  task: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  // Not `AbortSignal.timeout`, which would stay in memory for all of its time.
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new Error('The peer takes too long to answer.')),
    milliseconds
  )
  try {
    return await task(late.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** A limit of time that can be set again, once the size of an answer is known. */
export class Deadline {
  readonly #onEnd: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  set(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onEnd, milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
