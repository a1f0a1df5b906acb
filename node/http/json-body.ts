/** Bodies of JSON. Their nesting is bounded before they are parsed: parsers and walks recurse. */
import { HttpError } from './problem.ts'
import type { FastifyInstance } from 'fastify'

/** Levels of arrays and objects; no input of an operation needs more. */
const MAX_DEPTH = 200

export function addJsonParser(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (depthOf(body) > MAX_DEPTH) {
        done(
          new HttpError('ARGUMENT_INVALID', `The JSON is nested deeper than ${MAX_DEPTH} levels.`)
        )
      } else {
        void parse(request, body, done)
      }
    }
  )
}

/** The depth of a text of JSON; brackets within strings do not count. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}
