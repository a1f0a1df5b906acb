/**
 * Anonymity: removes secrets, persons, paths, machines and private names from a record, layer by
 * layer, or withholds the record.
 *
 * @example
 * ```ts
 * const { anonymize } = anonymizer({ hosts: ['ada-laptop'], users: ['ada'] })
 * anonymize({ entity: 'deploy', content: 'Run it in /home/ada/shop on ada-laptop' })
 * // -> { verdict: 'clear', record: { content: 'Run it in <PATH_1> on <HOST_1>', ... }, ... }
 * ```
 */
export { anonymizer } from './anonymizer.ts'
export type { Anonymized, Anonymizer, AnonymizerInput } from './anonymizer.ts'
export { AnonymizerThread } from './anonymizer-thread.ts'
export type { KnownNames } from './rules/known-names.ts'
export type { FindingKind } from './rules/rule.ts'
