/** The OpenAPI 3.1 document of the HTTP API, made from the table of operations. */
import { z } from 'zod'
import { OPERATIONS, operationNames } from '../operations/index.ts'
import { version } from '../version.ts'
import { JSON_LINES } from './operation-routes.ts'
import { PROBLEM_JSON } from './problem.ts'
import type { Effect, Operation, Topic } from '../operations/index.ts'

type Json = Readonly<Record<string, unknown>>

const TOPICS: Readonly<Record<Topic, string>> = {
  knowledge: 'Facts of this node, and what it finds.',
  hive: 'What the swarm shares.',
  goals: 'Goals of the swarm and their playbooks.',
  skills: 'Skills of this node, and offers of the swarm.',
  agents: 'Agents of this node, and their personas in versions.',
  models: 'Language models and budgets.',
  node: 'The node itself.'
}

const EFFECTS: Readonly<Record<Effect, string>> = {
  reads: 'Changes nothing.',
  changes: 'Changes this node alone.',
  publishes: 'Peers can read the result.',
  deletes: 'Deletes what this node stores.'
}

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

export function openApiDocument(url: string): Json {
  const components: Record<string, unknown> = {}
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json =>
    shared(schema, io, components)
  const problem = schemaOf(ProblemShape, 'output')
  const paths = Object.fromEntries(
    operationNames().map((name) => [
      `/v1/${name}`,
      { post: pathItem(name, OPERATIONS[name], schemaOf, problem) }
    ])
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'noormme-hive',
      version: version(),
      summary: 'A peer-to-peer hive for AI agents',
      description:
        'The API of a node. A call is a POST with a JSON object. The token is in the file http-token of the data directory.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'noormme-hive', url: 'https://www.npmjs.com/package/noormme-hive' }
    },
    servers: [{ url, description: 'This node' }],
    security: [{ token: [] }],
    tags: Object.entries(TOPICS).map(([name, description]) => ({ name, description })),
    paths: { ...paths, ...otherPaths(problem) },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of the node' }
      },
      schemas: components
    }
  }
}

function pathItem(
  name: string,
  operation: Operation,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json,
  problem: Json
): Json {
  const { topic, summary, detail, effect, input, output, item, lines, errors, example } = operation
  const codes = ['ARGUMENT_INVALID', ...errors]
  const description = [detail, EFFECTS[effect], `Codes of errors: ${codes.join(', ')}.`].filter(
    (text) => text !== undefined
  )
  const stream =
    item === undefined
      ? {}
      : {
          [JSON_LINES]: {
            schema: { type: 'string', description: 'Lines of progress and items, then the result' }
          }
        }
  return {
    operationId: camelCase(name),
    tags: [topic],
    summary,
    description: description.join(' '),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: schemaOf(input, 'input'), example: example.input },
        ...(lines === undefined
          ? {}
          : {
              [JSON_LINES]: {
                schema: { type: 'string', description: `One item of "${lines}" a line` }
              }
            })
      }
    },
    responses: {
      200: {
        description: 'Done',
        content: {
          'application/json': { schema: schemaOf(output, 'output'), example: example.output },
          ...stream
        }
      },
      ...problems(problem, ['400', '401', '403', '429', 'default'])
    }
  }
}

function textResponse(type: string, description: string): Json {
  return { description, content: { [type]: { schema: { type: 'string' } } } }
}

/** Routes that are no operations. */
function otherPaths(problem: Json): Json {
  const get = (
    operationId: string,
    summary: string,
    ok: Json,
    { open = false, parameters = [] }: { open?: boolean; parameters?: readonly Json[] } = {}
  ): Json => ({
    get: {
      operationId,
      tags: ['node'],
      summary,
      description: `${summary}. Changes nothing.`,
      parameters,
      ...(open ? { security: [] } : {}),
      responses: { 200: ok, ...problems(problem, ['400', '403', '429', 'default']) }
    }
  })
  const state: Json = {
    description: 'The node answers',
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['status'],
          properties: { status: { type: 'string', enum: ['ok'] } }
        }
      }
    }
  }
  return {
    '/v1/events': {
      post: undefined,
      ...get(
        'followEvents',
        'Follow the events of the node as server-sent events',
        textResponse('text/event-stream', 'Each with its number, name, and JSON data'),
        {
          parameters: [
            {
              name: 'after',
              in: 'query',
              description: 'The number of the last known event',
              schema: { type: 'integer', minimum: 0 }
            }
          ]
        }
      )
    },
    '/metrics': get(
      'metrics',
      'Return measurements in the text format of Prometheus',
      textResponse('text/plain', 'Measurements')
    ),
    '/healthz': get('health', 'Say whether the process answers', state, { open: true }),
    '/readyz': get('readiness', 'Say whether the node takes calls', state, { open: true }),
    '/openapi.json': get(
      'openApi',
      'Return this document',
      {
        description: 'OpenAPI 3.1',
        content: { 'application/json': { schema: { type: 'object' } } }
      },
      { open: true }
    ),
    '/docs': get('docs', 'Return the reference as a page', textResponse('text/html', 'The page'), {
      open: true
    })
  }
}

function problems(problem: Json, statuses: readonly string[]): Json {
  const response = { description: 'Refused', content: { [PROBLEM_JSON]: { schema: problem } } }
  return Object.fromEntries(statuses.map((status) => [status, response]))
}

/** A schema, its named parts moved to the components. */
function shared(
  schema: z.ZodType,
  io: 'input' | 'output',
  components: Record<string, unknown>
): Json {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  Object.assign(components, withReferences($defs))
  return withReferences(rest)
}

/** References point to the components. */
function withReferences(schema: object): Record<string, unknown> {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object as before
  return JSON.parse(text) as Record<string, unknown>
}

export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase())
}
