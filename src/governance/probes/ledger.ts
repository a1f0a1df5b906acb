/** Whether what counts against limits equals the rows of the ledger, in memory and on disk. */
import { scan } from './probe.ts'
import type { Store } from '../../../crdt/index.ts'
import type { Probe, ProbeFinding, ProbeSlice } from './probe.ts'

/** A difference between two places of the ledger. */
export interface LedgerDifference {
  readonly of: string
  readonly text: string
}

export interface LedgerProbeComponents {
  readonly store: Pick<Store, 'section'>
  readonly ledger: {
    /** Counters of limits that differ from the rows in memory. */
    differences(): readonly LedgerDifference[]
    /** How a stored value differs from memory; undefined if it does not. */
    differenceOf(key: Uint8Array): Promise<LedgerDifference | undefined>
  }
}

export function ledgerProbe({ store, ledger }: LedgerProbeComponents): Probe {
  return {
    name: 'ledger',
    async run(after, isOver): Promise<ProbeSlice> {
      const sums = after === undefined ? ledger.differences().map(findingOf) : []
      const slice = await scan(store.section('models'), { after, isOver }, async (key) => {
        const difference = await ledger.differenceOf(key)
        return difference === undefined ? [] : [findingOf(difference)]
      })
      return { ...slice, findings: [...sums, ...slice.findings] }
    }
  }
}

function findingOf({ of, text }: LedgerDifference): ProbeFinding {
  return { probe: 'ledger', id: of, text }
}
