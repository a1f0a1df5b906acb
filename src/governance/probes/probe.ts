/**
 * Probes: each compares what is stored in two places, a slice at a time. A probe reads the sections
 * themselves, so that an error in the code that writes them does not hide the fault.
 */
import type { Section } from '../../../crdt/index.ts'

/** A fault that a probe has found. */
export interface ProbeFinding {
  readonly probe: ProbeName
  /** What it is about: the id of a fact or of a record, the name of an agent, or a key. */
  readonly id: string
  readonly text: string
}

/** What a probe compares. */
export type ProbeName = 'counts' | 'index' | 'ledger' | 'published' | 'votes'

/** One slice of a probe. */
export interface ProbeSlice {
  readonly checked: number
  readonly findings: readonly ProbeFinding[]
  /** Where the next slice begins; undefined at the end of a round. */
  readonly next: Uint8Array | undefined
}

export interface Probe {
  readonly name: ProbeName
  /** Checks items behind a key until `isOver`; at least one. */
  run(after: Uint8Array | undefined, isOver: () => boolean): Promise<ProbeSlice>
}

/** Items read at a time. */
const READ_ITEMS = 32

/** Checks the items of a section behind a key until `isOver`; at least one. */
export async function scan(
  section: Section,
  { after, isOver }: { readonly after: Uint8Array | undefined; readonly isOver: () => boolean },
  check: (key: Uint8Array, value: Uint8Array) => Promise<readonly ProbeFinding[]>
): Promise<ProbeSlice> {
  const findings: ProbeFinding[] = []
  let next = after
  let checked = 0
  for (;;) {
    const range = next === undefined ? { limit: READ_ITEMS } : { gt: next, limit: READ_ITEMS }
    const items = await Array.fromAsync(section.entries(range))
    for (const [key, value] of items) {
      findings.push(...(await check(key, value)))
      next = key.slice()
      checked += 1
      if (isOver()) return { checked, findings, next }
    }
    if (items.length === 0) return { checked, findings, next: undefined }
  }
}
