/**
 * The file of the reference MCP memory server (`@modelcontextprotocol/server-memory`): a line for each
 * entity and for each relation of its graph. An observation is a fact; a type and a relation are claims.
 */
import { z } from 'zod'
import type { FactInput } from '../../../src/index.ts'

/** Nobody has verified what a memory noted. */
const CONFIDENCE = 0.5

const Entity = z.looseObject({
  type: z.literal('entity'),
  name: z.string().min(1),
  entityType: z.string(),
  observations: z.array(z.string())
})

const Relation = z.looseObject({
  type: z.literal('relation'),
  from: z.string().min(1),
  to: z.string().min(1),
  relationType: z.string().min(1)
})

const Line = z.discriminatedUnion('type', [Entity, Relation])

const SOURCE = { confidence: CONFIDENCE, source: 'server-memory' }

/** The facts of a line. Throws `ZodError`. */
export function memoryFacts(line: unknown): FactInput[] {
  const item = Line.parse(line)
  if (item.type === 'relation') {
    const { from, to, relationType } = item
    const content = `${from} ${relationType} ${to}`
    // Claims of one attribute exclude each other; an entity may have one relation to many.
    const attribute = `${relationType}: ${to}`
    return [{ ...SOURCE, entity: from, content, attribute, value: to }]
  }
  const { name, entityType, observations } = item
  const typed =
    entityType.trim() === ''
      ? []
      : [{ ...SOURCE, entity: name, content: entityType, attribute: 'type', value: entityType }]
  return [...typed, ...observations.map((content) => ({ ...SOURCE, entity: name, content }))]
}
