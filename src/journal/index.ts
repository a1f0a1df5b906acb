/** The journal: outcomes of the sessions and actions of agents, kept on this node. */
export { ActionJournal, ListOptions as JournalListOptions } from './action-journal.ts'
export { ANY_TASK } from './constants.ts'
export { ActionInput, errorClassOf, OUTCOME_FIELDS, StoredRow } from './journal-row.ts'
export { JournalStore } from './journal-store.ts'
export type { ActionOutcome, JournalRow } from './journal-row.ts'
export type { CountOutcome, JournalFilter } from './journal-store.ts'
export type { JournalSummary, OutcomeSummary } from './summary.ts'
