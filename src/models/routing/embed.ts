/** Embeds texts by the models of the `embed` tier, or by rule if there is none. */
import { inputTokens } from '../calling/token-bound.ts'
import { ProviderFailure } from '../errors.ts'
import { ModelCall } from './model-call.ts'
import type { Caller, Candidate } from '../calling/caller.ts'
import type { Message, ProviderReply } from '../provider.ts'
import type { EmbedResult } from '../result.ts'
import type { ModelCallComponents } from './model-call.ts'
import type { ModelRegistry } from './model-registry.ts'

export interface EmbedComponents extends ModelCallComponents {
  readonly roster: Pick<ModelRegistry, 'offline' | 'tier'>
  readonly caller: Pick<Caller, 'call'>
  readonly now: () => number
}

export interface EmbedRequest {
  readonly texts: readonly string[]
  readonly task: string
  /** The only model to call; default: those of the `embed` tier. */
  readonly candidate?: Candidate
  readonly maxAttempts?: number
  /** Milliseconds to wait before an attempt at most. */
  readonly maxWait?: number
  readonly signal?: AbortSignal
  readonly timeout?: number
}

export async function embed(
  components: EmbedComponents,
  agent: string,
  request: EmbedRequest
): Promise<EmbedResult> {
  const { roster, caller, now } = components
  const { texts, task, signal: outer, timeout, candidate: only, maxAttempts, maxWait } = request
  const messages: Message[] = texts.map((content) => ({ role: 'user', content }))
  const asked = { task, messages, tools: [], cache: false, maxOutputTokens: 1, timeout }
  using call = new ModelCall(components, agent, asked, outer)
  const models = only === undefined ? roster.tier('embed') : [only]
  const { max } = inputTokens(messages)
  using scope = call.tierScope([])
  const { vectors, candidate, reply } = await caller.call({
    route: models.length === 0 ? [roster.offline] : models,
    tokens: max,
    signal: scope.signal,
    until: scope.until,
    attempts: call.attempts,
    unanswered: call.unanswered,
    maxAttempts,
    maxWait,
    reserve: (one, signal) => call.reserve(one, { input: max, output: 0 }, signal),
    run: async (one, { signal, reservation }) => {
      const started = performance.now()
      const made = await one.provider.embed?.(one.model.model, texts, {
        signal,
        onRate: (state) => one.health.updateRateLimits(state, now())
      })
      if (made === undefined) {
        throw new ProviderFailure(
          'request',
          `${one.provider.name}: this provider does not embed texts`
        )
      }
      const answer: ProviderReply = {
        text: '',
        toolCalls: [],
        usage: made.usage,
        stopReason: 'end',
        model: one.model.model
      }
      const seconds = (performance.now() - started) / 1000
      call.settle(one, reservation, answer, { seconds, operation: 'embeddings' })
      return { vectors: made.vectors, candidate: one, reply: answer }
    }
  })
  const tier = candidate === roster.offline ? 'offline' : 'fast'
  const {
    text: _text,
    value: _value,
    toolCalls: _calls,
    stopReason: _reason,
    ...report
  } = call.result({ tier }, candidate, reply)
  return { ...report, vectors }
}
