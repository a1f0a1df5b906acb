/** The licences that an expression names; undefined if it is not valid. Answers: spdx-expression-parse. */
import parse from 'spdx-expression-parse'
import ids from 'spdx-license-ids/index.json' with { type: 'json' }
import { pick } from './family.ts'
import type { Choices, Family, Task } from './family.ts'
import type { Random } from '../../test/fixtures/random.ts'

const IDS: readonly string[] = ids
const KNOWN = new Set(IDS)

export const licences: Family = {
  name: 'licence expressions',
  options: {
    parts: ['the-whole', 'split-at-OR', 'split-at-words', 'parsed'],
    unknown: ['accepted', 'refused'],
    spaces: ['kept', 'trimmed', 'all-removed']
  },
  draw(random): Task {
    const expression = expressionOf(random)
    const right = licencesOf(expression)
    return {
      kind: /[ (]/.test(expression.trim()) ? 'expression' : 'id',
      isSolved: (choices) => answer(expression, choices) === right
    }
  }
}

/** What packages write: an id, an id in other letters, alternatives, both, with brackets. */
function expressionOf(random: Random): string {
  const id = (): string => {
    const one = pick(IDS, random)
    return random() < 0.1 ? one.toLowerCase() : one
  }
  const forms = [
    id,
    id,
    () => ` ${id()}`,
    () => `${id()} OR ${id()}`,
    () => `(${id()} OR ${id()})`,
    () => `(${id()} AND ${id()}) OR ${id()}`,
    () => `${id()}+`,
    () => `${id()} or ${id()}`,
    () => `SEE LICENSE IN LICENSE.md`
  ]
  return pick(forms, random)()
}

function answer(expression: string, { parts, unknown, spaces }: Choices): string | undefined {
  const text =
    spaces === 'trimmed'
      ? expression.trim()
      : spaces === 'all-removed'
        ? expression.replace(/ /g, '')
        : expression
  const found = namesIn(text, parts)
  if (found === undefined) return undefined
  if (unknown === 'refused' && found.some((name) => !KNOWN.has(name))) return undefined
  return found.toSorted().join(' ')
}

function namesIn(text: string, parts: string | undefined): string[] | undefined {
  switch (parts) {
    case 'the-whole':
      return [text]
    case 'split-at-OR':
      return text.split(' OR ')
    case 'split-at-words':
      return text.split(/[() +]|OR|AND/).filter((part) => part !== '')
    default:
      return licencesOf(text)?.split(' ')
  }
}

function licencesOf(expression: string): string | undefined {
  try {
    return namesOf(parse(expression)).toSorted().join(' ')
  } catch {
    return undefined
  }
}

function namesOf(node: ReturnType<typeof parse>): string[] {
  return 'license' in node ? [node.license] : [...namesOf(node.left), ...namesOf(node.right)]
}
