/** Mutations that are proposed, and why. */
import type { PersonaMutation } from '../personas/index.ts'
import type { Standing } from './evidence.ts'
import type { HiveProposal } from './hive-proposals.ts'
import type { MutationSource } from './trial.ts'

/** A mutation that could be tried next. */
export interface MutationProposal {
  readonly mutation: PersonaMutation
  readonly source: Exclude<MutationSource, 'person'>
  readonly why: string
  /** The id of the rule of the hive; undefined for several. */
  readonly hiveRule?: string
}

/** Why an own candidate is proposed, by its standing. */
export const WHY: Readonly<Record<Standing, string>> = {
  earlier: 'not tested since the persona changed',
  excluded: 'excluded here',
  retest: 'to be tested again here',
  untested: 'untested here'
}

export function fromHive({ mutation, keys, hiveRule }: HiveProposal): MutationProposal {
  return hiveRule === undefined
    ? { mutation, source: 'hive', why: `${keys.length} rules of the hive` }
    : { mutation, source: 'hive', why: 'a rule of the hive', hiveRule }
}
