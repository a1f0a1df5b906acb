/** The peer's side of `PeerProcess`. Imports nothing, since the memory of its importers is measured. */
const READINGS = 7
const PAUSE = 200

/** What the peer was started with. */
export function init(): unknown {
  return JSON.parse(process.argv[2] ?? '{}')
}

/** Tells the parent, and then runs for as long as the parent does. */
export function report(values: unknown): void {
  process.once('disconnect', () => process.exit())
  process.send?.(values)
}

/**
 * Resident bytes, each the median of a few readings: after garbage collection, and after one that
 * also returns the pages that V8 keeps for the next objects.
 */
export interface Resident {
  readonly collected: number
  readonly returned: number
}

export async function residentBytes(): Promise<Resident> {
  const collected = await medianBytes(() => globalThis.gc?.())
  const returned = await medianBytes(() => {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  })
  return { collected, returned }
}

async function medianBytes(collect: () => void): Promise<number> {
  const readings: number[] = []
  for (let i = 0; i < READINGS; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
    readings.push(process.memoryUsage.rss())
  }
  return readings.toSorted((a, b) => a - b)[READINGS >> 1] ?? 0
}
