/** Requests that are not HTTP: they are answered before there is a request, and then the connection ends. */
import { HttpError, PROBLEM_JSON, problemOf } from './problem.ts'
import type { Socket } from 'node:net'

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large'
}

/** For the option `clientErrorHandler` of the server. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(errorOf(error.code))
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${PHRASES[problem.status] ?? 'Error'}`,
    `content-type: ${PROBLEM_JSON}; charset=utf-8`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close'
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function errorOf(code: string | undefined): HttpError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HttpError('TIMEOUT', 'The headers of the request did not come in time. Try again.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HttpError('HEADERS_TOO_LARGE', 'The headers are too large. Send at most 16 KiB.')
  }
  return new HttpError('ARGUMENT_INVALID', 'The bytes are not a request of HTTP/1.1.')
}
