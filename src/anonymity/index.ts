/**
 * Anonymity: what leaves a node is stripped of secrets, persons, paths and machines, or stays.
 *
 * @example
 * ```ts
 * const { anonymize } = anonymizer({ knownNames: ['ada-laptop'] })
 * anonymize({ entity: 'deploy', content: 'Run it in /home/ada/shop with AKIA....' })
 * // -> { verdict: 'clear', record: { content: 'Run it in <PATH_1> with <SECRET_1>', ... } }
 * ```
 */
export { anonymizer } from './anonymizer.ts'
export type {
  Anonymized,
  Anonymizer,
  AnonymizerInit,
  AnonymizerInput,
  Finding
} from './anonymizer.ts'
export type { WithheldReason } from './residual.ts'
export type { FindingKind } from './rule.ts'
