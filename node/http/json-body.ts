/** Bodies of JSON. */
import { isTooDeep, TOO_DEEP } from '../operations/index.ts'
import { HttpError } from './problem.ts'
import type { FastifyInstance } from 'fastify'

export function addJsonParser(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser(['application/json', 'text/plain'])
  server.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (isTooDeep(body)) done(new HttpError('ARGUMENT_INVALID', TOO_DEEP))
      else void parse(request, body, done)
    }
  )
}
