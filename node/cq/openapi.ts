/** The OpenAPI 3.1 document of cq's routes: the shapes of cq's server, as far as a node has them. */
import { z } from 'zod'
import { DocumentSchemas, documentHead, objectOf } from '../http/index.ts'
import { CqUnit } from '../operations/index.ts'
import { DEFAULT_UNITS, Flag, MAX_UNITS, Proposal, Stats } from './units.ts'
import type { Json } from '../http/index.ts'

const TAG = 'cq'

/** A refusal in the form that cq's clients read. */
const Refusal = z.strictObject({ detail: z.string() }).meta({ id: 'CqRefusal' })

const UNIT_PARAMETER: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of a unit',
  schema: { type: 'string' }
}

export function cqDocument(url: string): Json {
  const schemas = new DocumentSchemas()
  const unit = schemas.of(CqUnit, 'output')
  const health = objectOf({ status: { type: 'string', enum: ['ok'] } })
  return {
    ...documentHead(url, {
      title: 'cq on noormme-hive',
      summary: 'The routes of cq, answered by a node',
      description: 'A unit is a lesson of this node, or an insight of the hive.'
    }),
    tags: [{ name: TAG, description: 'Knowledge units.' }],
    paths: {
      '/api/v1/health': {
        get: route(schemas, 'cqHealth', 'Say whether the node answers', { ok: health })
      },
      '/api/v1/knowledge': {
        get: route(schemas, 'cqQuery', 'Find units by domains and words', {
          parameters: QUERY,
          ok: objectOf({ data: { type: 'array', items: unit } }),
          refusals: ['422']
        }),
        post: route(schemas, 'cqPropose', 'Store a unit, and share its anonymised form', {
          body: schemas.of(Proposal, 'input'),
          created: unit,
          refusals: ['422']
        })
      },
      '/api/v1/knowledge/stats': {
        get: route(schemas, 'cqStats', 'Count the units', { ok: schemas.of(Stats, 'output') })
      },
      '/api/v1/knowledge/{id}/confirmations': {
        post: route(schemas, 'cqConfirm', 'State that a unit proved correct', {
          parameters: [UNIT_PARAMETER],
          created: unit,
          refusals: ['404', '422']
        })
      },
      '/api/v1/knowledge/{id}/flags': {
        post: route(schemas, 'cqFlag', 'State that a unit is wrong, outdated or redundant', {
          parameters: [UNIT_PARAMETER],
          body: schemas.of(Flag, 'input'),
          created: unit,
          refusals: ['404', '422']
        })
      }
    },
    components: schemas.components()
  }
}

const QUERY: readonly Json[] = [
  listParameter('domains', 'Tags of the subject', true),
  listParameter('languages', 'Programming languages'),
  listParameter('frameworks', 'Libraries or frameworks'),
  {
    name: 'pattern',
    in: 'query',
    description: 'A concern across technologies',
    schema: { type: 'string' }
  },
  {
    name: 'limit',
    in: 'query',
    description: `The most units; ${MAX_UNITS} are returned at most`,
    schema: { type: 'integer', minimum: 1, default: DEFAULT_UNITS }
  }
]

function listParameter(name: string, description: string, required = false): Json {
  return {
    name,
    in: 'query',
    required,
    description,
    schema: { type: 'array', items: { type: 'string' } }
  }
}

interface Route {
  readonly parameters?: readonly Json[]
  readonly body?: Json
  readonly ok?: Json
  readonly created?: Json
  /** Statuses of refusals in cq's form; others are problems. */
  readonly refusals?: readonly string[]
}

function route(
  schemas: DocumentSchemas,
  operationId: string,
  summary: string,
  { parameters = [], body, ok, created, refusals = [] }: Route
): Json {
  const refusal = json('Refused', schemas.of(Refusal, 'output'))
  return {
    operationId,
    tags: [TAG],
    summary,
    description: `${summary}.`,
    parameters,
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...(ok === undefined ? {} : { 200: json('Done', ok) }),
      ...(created === undefined ? {} : { 201: json('Stored', created) }),
      ...Object.fromEntries(refusals.map((status) => [status, refusal])),
      ...schemas.problems(['400', '401', '403', '429', 'default'])
    }
  }
}

function json(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } }
}
