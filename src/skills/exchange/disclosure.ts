/**
 * Finds what a skill discloses of its makers: in its description, comments, texts and tests. The
 * source cannot be changed, since the evidence belongs to its bytes, so a skill that discloses too
 * much is not published.
 */
import { parse, type Comment } from 'acorn'
import { simple } from 'acorn-walk'
import type { Anonymizer } from '../../anonymity/index.ts'
import type { Skill } from '../skill-identity.ts'

/** The reason why the skill must stay; undefined if nothing was found. */
export function disclosureIn(skill: Skill, anonymizer: Anonymizer): string | undefined {
  const content = [skill.description, ...textsOf(skill), JSON.stringify(skill.tests)].join('\n')
  const result = anonymizer.anonymize({ entity: skill.name, content })
  const kinds = [...new Set(result.findings.map(({ kind }) => kind))]
  if (kinds.length > 0) return `the skill contains private text (${kinds.join(', ')})`
  return result.verdict === 'withheld' ? result.reason : undefined
}

function textsOf({ kind, source }: Skill): string[] {
  if (kind === 'prompt') return [source]
  const comments: Comment[] = []
  const texts: string[] = []
  const program = parse(source, { ecmaVersion: 2023, sourceType: 'module', onComment: comments })
  simple(program, {
    Literal({ value }) {
      if (typeof value === 'string') texts.push(value)
    },
    TemplateElement({ value }) {
      texts.push(value.cooked ?? value.raw)
    }
  })
  return [...comments.map(({ value }) => value), ...texts]
}
