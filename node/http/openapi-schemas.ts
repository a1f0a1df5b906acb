/** Parts that OpenAPI documents of a node share: schemas, problems, and the head. */
import { z } from 'zod'
import { version } from '../version.ts'
import { PROBLEM_JSON } from './problem.ts'

export type Json = Readonly<Record<string, unknown>>

const ProblemShape = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    exit: z.int()
  })
  .meta({
    id: 'Problem',
    description:
      'Problem details (RFC 9457), with the code of the error and the exit code of a command'
  })

/** The schemas of one document; their named parts are its components. */
export class DocumentSchemas {
  readonly #components: Record<string, unknown> = {}
  readonly problem: Json

  constructor() {
    this.problem = this.of(ProblemShape, 'output')
  }

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any'
    })
    Object.assign(this.#components, withReferences($defs))
    return withReferences(rest)
  }

  /** Answers with a problem, by status. */
  problems(statuses: readonly string[]): Json {
    const content = { [PROBLEM_JSON]: { schema: this.problem } }
    return Object.fromEntries(
      statuses.map((status) => [status, { description: 'Refused', content }])
    )
  }

  components(): Json {
    return {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the node' }
      },
      schemas: this.#components
    }
  }
}

export function documentHead(
  url: string,
  info: { readonly title: string; readonly summary: string; readonly description: string }
): Json {
  return {
    openapi: '3.1.0',
    info: {
      ...info,
      version: version(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'noormme-hive', url: 'https://www.npmjs.com/package/noormme-hive' }
    },
    servers: [{ url, description: 'This node' }],
    security: [{ token: [] }]
  }
}

/** An object that has all of these properties and no others. */
export function objectOf(properties: Json): Json {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties,
    additionalProperties: false
  }
}

/** References point to the components. */
function withReferences(schema: object): Record<string, unknown> {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object as before
  return JSON.parse(text) as Record<string, unknown>
}
