/**
 * Rules of several traits: what a kept combination has shown. Its window does not show which part
 * helped, so the rule is stated, and tried elsewhere, only as a whole.
 */
import { MAX_COMBINED_RULES } from './constants.ts'

const TRAITS = 'persona traits '

/** Keys of traits and of options have no comma. */
const AND = ', '

interface Claim {
  readonly entity: string
  readonly value: string
}

/** One trait of a combination. */
export interface TraitValue {
  readonly trait: string
  readonly value: string
}

/** Undefined for more traits than a rule combines. `agents`: the subject of its content. */
export function combinedClaim(
  traits: readonly TraitValue[],
  agents: string
): (Claim & { readonly content: string }) | undefined {
  if (traits.length > MAX_COMBINED_RULES) return undefined
  const values = traits.toSorted((a, b) => (a.trait < b.trait ? -1 : 1))
  const texts = values.map(({ trait, value }) => `"${trait}" at "${value}"`)
  return {
    entity: TRAITS + values.map(({ trait }) => trait).join(AND),
    value: values.map(({ value }) => value).join(AND),
    content: `${agents} succeed more often with the traits ${texts.join(' and ')}.`
  }
}

export function isCombined({ entity }: Pick<Claim, 'entity'>): boolean {
  return entity.startsWith(TRAITS)
}

/** The traits that a rule combines, and their values; none for one that is malformed. */
export function combinedValues({ entity, value }: Claim): TraitValue[] {
  const traits = entity.slice(TRAITS.length).split(AND)
  const values = value.split(AND)
  const isValid = traits.length > 1 && traits.length <= MAX_COMBINED_RULES
  if (!isValid || values.length !== traits.length) return []
  if (new Set(traits).size < traits.length) return []
  return traits.map((trait, i) => ({ trait, value: values[i] ?? '' }))
}
