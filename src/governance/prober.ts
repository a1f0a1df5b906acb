/**
 * Runs probes in slices, one after the other. The cursor is stored without an fsync, so that a node
 * that starts often still gets to the end of each probe.
 */
import { z } from 'zod'
import { putJson, readJson } from '../stored/index.ts'
import { Serial } from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { Probe, ProbeFinding, ProbeName } from './probes/probe.ts'

/** Milliseconds after which a slice ends with its current item. */
const SLICE = 3

/** Slices of a call that runs all probes: more than any store of this version needs. */
const MAX_SLICES = 1_000_000

const CursorValue = z.object({ probe: z.string(), after: z.string().optional() })

/** What a slice of a probe has found. */
export interface ProbeReport {
  readonly probe: ProbeName
  /** Items that were compared. */
  readonly checked: number
  readonly findings: readonly ProbeFinding[]
  /** Whether the probe has reached its end; the next slice is of the next probe. */
  readonly isComplete: boolean
}

export interface ProberComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly probes: readonly Probe[]
  /** Brings what probes read to the form of this version. */
  readonly prepare: () => Promise<void>
}

export class Prober {
  readonly #components: ProberComponents
  readonly #section: Section
  readonly #serial = new Serial()

  constructor(components: ProberComponents) {
    this.#components = components
    this.#section = components.store.section('governance')
  }

  /** One slice of the probe whose turn it is. */
  slice(): Promise<ProbeReport> {
    return this.#serial.run(async () => {
      const { store, probes, prepare } = this.#components
      await prepare()
      const stored = await readJson(this.#section, 'p', CursorValue)
      const turn = Math.max(
        0,
        probes.findIndex(({ name }) => name === stored?.probe)
      )
      const probe = probes[turn]
      const following = probes[(turn + 1) % probes.length]
      if (probe === undefined || following === undefined) throw new TypeError('no probes')
      const after = stored?.probe === probe.name ? stored.after : undefined
      const end = performance.now() + SLICE
      const { checked, findings, next } = await probe.run(
        after === undefined ? undefined : Buffer.from(after, 'hex'),
        () => performance.now() >= end
      )
      const cursor =
        next === undefined ? { probe: following.name } : { probe: probe.name, after: toHex(next) }
      await store.commit([putJson(this.#section, 'p', cursor)], { sync: false })
      return { probe: probe.name, checked, findings, isComplete: next === undefined }
    })
  }

  /** All probes from their current positions to their ends. */
  async all(signal?: AbortSignal): Promise<ProbeReport[]> {
    const reports = new Map<ProbeName, ProbeReport>()
    for (let i = 0; i < MAX_SLICES; i++) {
      signal?.throwIfAborted()
      const slice = await this.slice()
      const { checked, findings, isComplete } = reports.get(slice.probe) ?? {
        checked: 0,
        findings: [],
        isComplete: false
      }
      reports.set(slice.probe, {
        ...slice,
        checked: checked + slice.checked,
        findings: [...findings, ...slice.findings],
        isComplete: isComplete || slice.isComplete
      })
      const done = [...reports.values()].filter((each) => each.isComplete)
      if (done.length === this.#components.probes.length) break
    }
    return [...reports.values()]
  }
}
