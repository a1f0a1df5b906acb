/**
 * cq's REST API under `/api/v1`, so that its clients reach a node: `CQ_ADDR` is the address of the
 * node and `CQ_API_KEY` its token. Shapes and statuses are those of cq's server (cq_server, routes of
 * `/knowledge`).
 */
import { z } from 'zod'
import { describeIssues, localCalls, withoutNulls } from '../operations/index.ts'
import { cqDocument } from './openapi.ts'
import { CqUnits, Flag, Proposal, Query } from './units.ts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { NodeAccess } from '../operations/index.ts'

const PREFIX = '/api/v1'
const CREATED = 201
const NOT_FOUND = 404
const UNPROCESSABLE = 422

const Params = z.object({ id: z.string() })

/** The routes for a node. */
export function cqRoutes(node: NodeAccess): (server: FastifyInstance) => void {
  const units = new CqUnits(localCalls(node))
  return (server) => addCqRoutes(server, units)
}

export function addCqRoutes(server: FastifyInstance, units: CqUnits): void {
  // cq's clients read a node without this document as one with the API under /api/v1.
  server.get('/.well-known/cq-node.json', (_request, reply) =>
    reply.code(NOT_FOUND).send({ detail: 'Not Found' })
  )
  server.get(`${PREFIX}/openapi.json`, ({ host }) => cqDocument(`http://${host}`))
  server.get(`${PREFIX}/health`, () => ({ status: 'ok' }))
  server.get(`${PREFIX}/knowledge`, ({ query }, reply) =>
    answer(reply, 200, async (signal) => ({
      data: await units.query(Query.parse(listsOf(query)), { signal })
    }))
  )
  server.post(`${PREFIX}/knowledge`, ({ body }, reply) =>
    answer(reply, CREATED, (signal) =>
      units.propose(Proposal.parse(withoutNulls(body)), { signal })
    )
  )
  server.post(`${PREFIX}/knowledge/:id/confirmations`, ({ params }, reply) =>
    answer(reply, CREATED, (signal) => units.confirm(Params.parse(params).id, { signal }))
  )
  server.post(`${PREFIX}/knowledge/:id/flags`, ({ params, body }, reply) =>
    answer(reply, CREATED, (signal) =>
      units.flag(Params.parse(params).id, Flag.parse(withoutNulls(body)), { signal })
    )
  )
  server.get(`${PREFIX}/knowledge/stats`, (_request, reply) =>
    answer(reply, 200, (signal) => units.stats({ signal }))
  )
}

/** cq's clients read a detail from errors. Other errors have the form of this API. */
async function answer(
  reply: FastifyReply,
  status: number,
  run: (signal: AbortSignal) => Promise<unknown>
): Promise<FastifyReply> {
  const hangUp = new AbortController()
  const onClose = (): void => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error('The caller closed the connection.'))
  }
  reply.raw.once('close', onClose)
  try {
    const result = await run(hangUp.signal)
    return await reply.code(status).type('application/json').send(JSON.stringify(result))
  } catch (error) {
    const issues = describeIssues(error)
    if (issues !== undefined) return await reply.code(UNPROCESSABLE).send({ detail: issues })
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (error instanceof Error && code === 'RECORD_UNKNOWN') {
      return await reply.code(NOT_FOUND).send({ detail: error.message })
    }
    throw error
  } finally {
    reply.raw.off('close', onClose)
  }
}

/** A parameter that is given once is a list of one. */
function listsOf(query: unknown): Record<string, unknown> {
  const given = z.record(z.string(), z.unknown()).parse(query)
  const lists = ['domains', 'languages', 'frameworks']
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      lists.includes(name) && !Array.isArray(value) ? [value] : value
    ])
  )
}
