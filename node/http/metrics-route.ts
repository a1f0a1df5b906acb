/** `GET /metrics`: measurements of the node in the text format of Prometheus. */
import { HttpError } from './problem.ts'
import type { FastifyInstance } from 'fastify'
import type { NodeAccess } from '../operations/index.ts'

export function addMetricsRoute(server: FastifyInstance, { measurements }: NodeAccess): void {
  server.get('/metrics', async (_request, reply) => {
    if (measurements === undefined) {
      throw new HttpError('NOT_FOUND', 'This node is not measured: it was opened for one call.')
    }
    return reply.type(measurements.contentType).send(await measurements.text())
  })
}
