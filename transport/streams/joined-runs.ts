/** Runs with peers, one at a time with each: who calls while one runs joins the next one. */

interface RunningRun<T> {
  readonly current: Promise<T>
  next?: Promise<T>
}

export class JoinedRuns<Peer extends { toString(): string }, T> {
  readonly #begin: (peer: Peer) => Promise<T>
  readonly #running = new Map<string, RunningRun<T>>()

  constructor(begin: (peer: Peer) => Promise<T>) {
    this.#begin = begin
  }

  /** A run that begins after this call. */
  run(peer: Peer): Promise<T> {
    const running = this.#running.get(peer.toString())
    if (running === undefined) return this.#start(peer)
    return (running.next ??= running.current.then(
      () => this.#start(peer),
      () => this.#start(peer)
    ))
  }

  /** Resolves when those have ended that run or wait now. */
  async settled(): Promise<void> {
    await Promise.allSettled(
      [...this.#running.values()].flatMap(({ current, next }) => [current, next ?? current])
    )
  }

  #start(peer: Peer): Promise<T> {
    const name = peer.toString()
    const current = this.#begin(peer)
    this.#running.set(name, { current })
    const ended = (): void => {
      if (this.#running.get(name)?.current === current) this.#running.delete(name)
    }
    current.then(ended, ended)
    return current
  }
}
