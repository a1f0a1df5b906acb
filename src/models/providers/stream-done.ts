/**
 * Whether a stream of events ended with `[DONE]`. The SDK keeps that to itself, and some servers name
 * no other end: they send no `finish_reason`. A connection that is cut has neither.
 */

/** At the begin of a line: an answer may quote the mark. */
const MARK = /[\r\n]data: ?\[DONE\]/u

/** Characters of a mark that two pieces may share. */
const OVERLAP = 16

const done = new WeakSet<Response>()

/** `fetch`, with responses that `isDone` knows. */
export function watchDone(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, init)
    const type = response.headers.get('content-type') ?? ''
    if (response.body === null || !type.includes('text/event-stream')) return response
    let rest = '\n'
    const watched = new Response(
      response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            const text = rest + Buffer.from(bytes).toString('latin1')
            if (MARK.test(text)) done.add(watched)
            rest = text.slice(-OVERLAP)
            controller.enqueue(bytes)
          }
        })
      ),
      response
    )
    return watched
  }
}

/** Whether the events that were read of a response had the mark. */
export function isDone(response: Response): boolean {
  return done.has(response)
}
