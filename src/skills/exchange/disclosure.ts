/**
 * Finds what a skill discloses of its makers. The source cannot be changed, since the evidence belongs
 * to its bytes, so a skill that discloses too much is not published.
 */
import { textsOf } from './published-texts.ts'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { Skill } from '../skill-identity.ts'

/** The reason why the skill must stay; undefined if nothing was found. */
export function disclosureIn(skill: Skill, anonymizer: Anonymizer): string | undefined {
  const content = [...new Set(textsOf(skill))].join('\n')
  const result = anonymizer.anonymize({ entity: skill.name, content })
  const kinds = [...new Set(result.findings.map(({ kind }) => kind))]
  if (kinds.length > 0) return `the skill contains private text (${kinds.join(', ')})`
  return result.verdict === 'withheld' ? result.reason : undefined
}
