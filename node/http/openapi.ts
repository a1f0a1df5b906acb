/** The OpenAPI 3.1 document of the HTTP API, made from the table of operations. */
import { OPERATIONS, operationNames } from '../operations/index.ts'
import { DocumentSchemas, documentHead, objectOf } from './openapi-schemas.ts'
import { JSON_LINES } from './operation-routes.ts'
import type { Effect, Operation, Topic } from '../operations/index.ts'
import type { Json } from './openapi-schemas.ts'

const TOPICS: Readonly<Record<Topic, string>> = {
  knowledge: 'Facts of this node, and what it finds.',
  hive: 'What the swarm shares.',
  goals: 'Goals of the swarm and their playbooks.',
  skills: 'Skills of this node, and offers of the swarm.',
  agents: 'Agents of this node, and their personas in versions.',
  members: 'Who belongs to a closed swarm: certificates, invites and revocations.',
  models: 'Language models and budgets.',
  node: 'The node itself.'
}

const EFFECTS: Readonly<Record<Effect, string>> = {
  reads: 'Changes nothing.',
  changes: 'Changes this node alone.',
  publishes: 'Peers can read the result.',
  deletes: 'Deletes what this node stores.'
}

export function openApiDocument(url: string): Json {
  const schemas = new DocumentSchemas()
  const paths = Object.fromEntries(
    operationNames().map((name) => [
      `/v1/${name}`,
      { post: pathItem(name, OPERATIONS[name], schemas) }
    ])
  )
  return {
    ...documentHead(url, {
      title: 'noormme-hive',
      summary: 'A peer-to-peer hive for AI agents',
      description:
        'The API of a node. A call is a POST with a JSON object. The token is in the file http-token of the data directory.'
    }),
    tags: Object.entries(TOPICS).map(([name, description]) => ({ name, description })),
    paths: merged(paths, otherPaths(schemas)),
    components: schemas.components()
  }
}

function pathItem(name: string, operation: Operation, schemas: DocumentSchemas): Json {
  const { topic, summary, detail, effect, input, output, lines, errors, example } = operation
  const codes = ['ARGUMENT_INVALID', ...errors]
  const description = [detail, EFFECTS[effect], `Codes of errors: ${codes.join(', ')}.`].filter(
    (text) => text !== undefined
  )
  return {
    operationId: camelCase(name),
    tags: [topic],
    summary,
    description: description.join(' '),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: schemas.of(input, 'input'), example: example.input },
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
          'application/json': { schema: schemas.of(output, 'output'), example: example.output },
          [JSON_LINES]: { schema: linesOf(operation, schemas) }
        }
      },
      ...schemas.problems(['400', '401', '403', '429', 'default'])
    }
  }
}

/** An answer in lines; the schema of its content is that of one line. */
function linesOf({ output, item }: Operation, schemas: DocumentSchemas): Json {
  const line = [
    objectOf({ progress: { type: 'object', additionalProperties: { type: 'number' } } }),
    ...(item === undefined ? [] : [objectOf({ item: schemas.of(item, 'output') })]),
    objectOf({ result: schemas.of(output, 'output') }),
    objectOf({ error: schemas.problem })
  ]
  return {
    type: 'string',
    description: 'Lines of progress and items, then one line with the result or the error',
    contentMediaType: JSON_LINES,
    contentSchema: { anyOf: line }
  }
}

function textResponse(type: string, description: string): Json {
  return { description, content: { [type]: { schema: { type: 'string' } } } }
}

/** A path may have an operation and another route, by their methods. */
function merged(paths: Record<string, object>, others: Record<string, object>): Json {
  const items = Object.entries(others).map(([path, item]) => [path, { ...paths[path], ...item }])
  return { ...paths, ...Object.fromEntries(items) }
}

/** Routes that are no operations. */
function otherPaths(schemas: DocumentSchemas): Record<string, object> {
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
      responses: { 200: ok, ...schemas.problems(['400', '403', '429', 'default']) }
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
    '/': get('dashboardPage', 'Return the dashboard', textResponse('text/html', 'The page'), {
      open: true
    }),
    '/dashboard/{file}': get(
      'dashboardFile',
      'Return a file of the dashboard',
      textResponse('text/javascript', 'Or a style sheet, or an image'),
      {
        open: true,
        parameters: [{ name: 'file', in: 'path', required: true, schema: { type: 'string' } }]
      }
    ),
    '/login': {
      post: pagePost(schemas, 'login', 'Log a page of the dashboard in, by a code', LOGIN)
    },
    '/logout': {
      post: pagePost(schemas, 'logout', 'End the login of a page of the dashboard', {
        ok: { 204: { description: 'Done' } }
      })
    },
    '/docs': get('docs', 'Return the reference as a page', textResponse('text/html', 'The page'), {
      open: true
    })
  }
}

const LOGIN = {
  body: objectOf({ code: { type: 'string', description: 'Of the operation "dashboard"' } }),
  ok: {
    200: {
      description: 'Logged in: a cookie, and the key that the page sends with each request',
      headers: { 'set-cookie': { schema: { type: 'string' } } },
      content: { 'application/json': { schema: objectOf({ key: { type: 'string' } }) } }
    }
  }
} as const

/** A request that only the page of the node itself may send. */
function pagePost(
  schemas: DocumentSchemas,
  operationId: string,
  summary: string,
  { body, ok }: { readonly body?: Json; readonly ok: Json }
): Json {
  return {
    operationId,
    tags: ['node'],
    summary,
    description: `${summary}. The header Sec-Fetch-Site or Origin must be that of the node.`,
    security: [],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...ok, ...schemas.problems(['400', '401', '403', '429', 'default']) }
  }
}

export function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase())
}
