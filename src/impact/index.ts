/** The impact journal: what agents were shown, why, and what came of it. It stays on this node. */
export { Impact } from './impact.ts'
export type {
  ImpactFilter,
  ImpactNote,
  ImpactOutcome,
  ImpactReport,
  ImpactRow,
  ImpactTotals,
  ShownItem
} from './impact-row.ts'
