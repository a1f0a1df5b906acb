/** The format of facts: their fields, their identity, and their bytes on disk. */
export { checkContext, contextWords } from './fact-context.ts'
export { identifyFact } from './fact.ts'
export { canonicalProjects, isProject, MAX_PROJECT_BYTES, unionOfProjects } from './projects.ts'
export { encodeFact, factOf, readFact, recentFactOf, writeFact } from './stored-fact.ts'
export type { FactContext } from './fact-context.ts'
export type { DistillOptions, Fact, FactInput, IdentifiedFact, LessonFields } from './fact.ts'
export type { FactWrite, StoredFact } from './stored-fact.ts'
