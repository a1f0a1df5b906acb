import { Deadline } from '../streams/deadline.ts'

/**
 * Asks peers one after the other. Where one brings nothing for `patience` milliseconds, the next one is
 * asked beside it, so that peers which swallow questions delay nobody for long. Resolves when all that
 * were asked have answered. `ask` calls `onProgress` for what the peer brings, and never rejects.
 */
export async function askInTurn<Peer>(
  peers: readonly Peer[],
  ask: (peer: Peer, onProgress: () => void) => Promise<void>,
  { patience, isDone }: { readonly patience: number; readonly isDone: () => boolean }
): Promise<void> {
  const asked: Promise<void>[] = []
  for (const peer of peers) {
    if (isDone()) break
    const { promise: isSlow, resolve } = Promise.withResolvers<void>()
    const silence = new Deadline(resolve)
    silence.set(patience)
    const answered = ask(peer, () => silence.set(patience)).finally(() => {
      silence.end()
      resolve()
    })
    asked.push(answered)
    await isSlow
  }
  await Promise.all(asked)
}
