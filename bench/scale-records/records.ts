/** The records of the bench `scale`, and the questions about them. */
import { browserFacts } from '../../examples/demo/demo-facts.ts'
import type { Publication } from '../../crdt/index.ts'

const STATEMENTS = browserFacts(100_000)

/** Statement number `i`; beyond their number, each is repeated for a host. */
function statement(i: number): { readonly entity: string; readonly content: string } {
  const { entity = '', content = '' } = STATEMENTS[i % STATEMENTS.length] ?? {}
  const host = Math.floor(i / STATEMENTS.length)
  return { entity, content: host === 0 ? content : `${content} Host ${host} says so.` }
}

/** The words of a feature's name, and a browser. */
export function questionOf(i: number): string {
  const { entity, content } = statement(i)
  return `${entity.split('.').join(' ')} ${content.split(' ')[0] ?? ''}`
}

export function publicationOf(i: number): Publication {
  return { record: { kind: 'insight', ...statement(i) }, confidence: 0.9, day: 20_000 }
}
