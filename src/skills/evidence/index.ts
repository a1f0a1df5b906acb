/**
 * Evidence for and against a skill: pure functions of counts.
 *
 * @example
 * ```ts
 * let counts = NO_TRIALS
 * for (const ok of outcomes) counts = counted(counts, ok)
 * if (isReliable(counts)) promote()
 * ```
 */
export { lowerBound, ranked, sampled } from './competition.ts'
export { ALPHA, WINDOW } from './constants.ts'
export { counted, NO_TRIALS } from './counts.ts'
export { drifted, driftVerdict, NO_DRIFT } from './drift.ts'
export { isReliable, isUseless, verificationProgress } from './e-process.ts'
export { headStart, mergeCounts } from './pooling.ts'
export { predictedPromotion, predictedReliability } from './prediction.ts'
export type { Competitor, Ranking } from './competition.ts'
export type { Counts } from './counts.ts'
export type { Drift, DriftVerdict } from './drift.ts'
export type { RemoteCounts } from './pooling.ts'
