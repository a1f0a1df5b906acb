/** Reads standard input, bounded in bytes and time. */
const MAX_BYTES = 1024 * 1024

export interface ReadInputOptions {
  /** Milliseconds, after which what was read is taken. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/** The text; undefined if it is too long, or at an error. The rest of a long text is read and dropped. */
export function readInput(
  input: Pick<NodeJS.ReadStream, 'off' | 'on' | 'pause'> &
    Partial<Pick<NodeJS.ReadStream, 'unref'>>,
  { timeout, signal }: ReadInputOptions
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let bytes = 0
    const timer = setTimeout(end, timeout)
    function stop(text: string | undefined): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', fail)
      input.off('data', onData)
      input.off('end', end)
      input.off('error', fail)
      input.pause()
      // An input that stays open must not keep the process alive.
      input.unref?.()
      resolve(text)
    }
    function end(): void {
      stop(bytes > MAX_BYTES ? undefined : Buffer.concat(parts).toString())
    }
    function fail(): void {
      stop(undefined)
    }
    function onData(part: Buffer | string): void {
      bytes += part.length
      if (bytes <= MAX_BYTES) parts.push(Buffer.from(part))
      else parts.length = 0
    }
    input.on('data', onData)
    input.on('end', end)
    input.on('error', fail)
    signal.addEventListener('abort', fail, { once: true })
  })
}
