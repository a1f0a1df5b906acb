/**
 * Facts of this node: their format, the store that keeps them, and their quota. Other rooms decide
 * what a fact means.
 */
export { contextWords } from './fact-context.ts'
export { FactStore } from './fact-store.ts'
export { identifyFact } from './fact.ts'
export { Quota } from './quota.ts'
export { prepareFact, prepareStored } from './prepared-fact.ts'
export { factOf, readFact } from './stored-fact.ts'
export type { FactContext } from './fact-context.ts'
export type { DistillOptions, Fact, FactInput, IdentifiedFact } from './fact.ts'
export type { PreparedFact } from './prepared-fact.ts'
export type { StoredFact } from './stored-fact.ts'
