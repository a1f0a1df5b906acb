/**
 * Streams a reply. Before its first part another model can take over; afterwards a premature end is
 * an error.
 */
import { ModelError, ProviderFailure, isUnanswered } from '../errors.ts'
import { decide } from './decision.ts'
import { featuresOf } from './prompt-features.ts'
import { ModelCall } from './model-call.ts'
import { toRequest } from './provider-request.ts'
import { messageOf } from '../../errors.ts'
import type { Caller, Candidate } from '../calling/caller.ts'
import type { TierScope } from '../calling/tier-scope.ts'
import type { ModelSettings, RequestSettings } from '../model-options.ts'
import type { ProviderStreamPart } from '../provider.ts'
import type { StreamPart } from '../result.ts'
import type { Reservation } from '../spending/ledger.ts'
import type { DecisionComponents, RouteStep } from './decision.ts'
import type { ModelCallComponents } from './model-call.ts'

export interface StreamComponents extends DecisionComponents, ModelCallComponents {
  readonly settings: Pick<ModelSettings, 'timeout' | 'fallback'>
  readonly caller: Pick<Caller, 'call'>
  readonly now: () => number
}

/** A stream whose first part has arrived: no other model can take over. */
interface OpenedStream {
  readonly first: ProviderStreamPart
  readonly parts: AsyncIterator<ProviderStreamPart>
  readonly candidate: Candidate
  readonly reservation: Reservation
  readonly seconds: () => number
  readonly done: () => void
}

export async function* stream(
  components: StreamComponents,
  agent: string,
  request: RequestSettings
): AsyncGenerator<StreamPart> {
  using call = new ModelCall(components, agent, request, request.signal)
  const { steps, substitutes } = decide(request, () => featuresOf(request), components)
  const opening = await openFirst(components, call, [...steps, ...substitutes])
  const { candidate, reservation, parts, step, escalated, ...opened } = opening
  let partial = ''
  let whole = false
  try {
    for (let part = opened.first; ;) {
      if (part.type === 'end') {
        whole = true
        call.settle(candidate, reservation, part.reply, { seconds: opened.seconds() })
        yield { type: 'end', result: call.result(step, candidate, part.reply, escalated) }
        return
      }
      partial += part.text
      yield part
      const next = await parts.next()
      if (next.done === true) throw streamEnded()
      part = next.value
    }
  } catch (cause) {
    if (whole) throw cause
    if (cause instanceof ProviderFailure) candidate.health.failed(cause, components.now())
    const reason = messageOf(cause)
    throw new ModelError(
      'STREAM_BROKEN',
      `The stream ended early, after ${partial.length} characters: ${reason}. \`partial\` has the received text.`,
      { cause, partial }
    )
  } finally {
    // An abandoned stream may have been billed in full.
    reservation.forfeit()
    call.abort(new Error('The stream has ended.'))
    opened.done()
  }
}

/** Opens a stream of the first tier that answers. */
async function openFirst(
  components: StreamComponents,
  call: ModelCall,
  road: readonly RouteStep[]
): Promise<OpenedStream & { readonly step: RouteStep; readonly escalated: string | undefined }> {
  let escalated: string | undefined
  for (const [index, step] of road.entries()) {
    const after = road.slice(index + 1)
    using scope = call.tierScope(after)
    try {
      return { ...(await open(components, call, { step, scope })), step, escalated }
    } catch (error) {
      if (after.length === 0 || !isUnanswered(error)) throw error
      escalated ??= error.message
    }
  }
  throw new ModelError('NO_MODEL', 'The route has no model. Add a model to the tier.')
}

/** Opens a stream and waits for its first part; until then, another model can take over. */
async function open(
  { caller, now }: StreamComponents,
  call: ModelCall,
  { step, scope }: { readonly step: RouteStep; readonly scope: TierScope }
): Promise<OpenedStream> {
  const { request, jsonSchema } = call
  return caller.call({
    ...call.plan(step, scope),
    run: async (candidate, { signal, reservation, keep }) => {
      const started = performance.now()
      const seconds = (): number => (performance.now() - started) / 1000
      try {
        const { first, parts } = await firstPart(
          candidate.provider.stream(toRequest(candidate, request, jsonSchema), {
            signal,
            onRate: (state) => candidate.health.updateRateLimits(state, now())
          })
        )
        return { first, parts, candidate, reservation, seconds, done: keep() }
      } catch (error) {
        call.failed(candidate, error, seconds())
        throw error
      }
    }
  })
}

async function firstPart<T>(
  parts: AsyncIterable<T>
): Promise<{ first: T; parts: AsyncIterator<T> }> {
  const iterator = parts[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) throw streamEnded()
  return { first: first.value, parts: iterator }
}

function streamEnded(): ProviderFailure {
  return new ProviderFailure('network', 'the stream ended early')
}
