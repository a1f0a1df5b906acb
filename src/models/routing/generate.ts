/**
 * Generates a reply: asks the decided tier, checks the answer, asks once more with the reason if
 * the schema was missed, and continues with the next tier.
 */
import { inputTokens } from '../calling/token-bound.ts'
import { MAX_OUTPUT_TOKENS } from '../constants.ts'
import { ModelError } from '../errors.ts'
import { checkAnswer, withFailure } from './answer-check.ts'
import { decide } from './decision.ts'
import { featuresOf } from './prompt-features.ts'
import { ModelCall } from './model-call.ts'
import { toRequest } from './provider-request.ts'
import type { Caller, Candidate } from '../calling/caller.ts'
import type { ModelSettings, RequestSettings } from '../model-options.ts'
import type { Message, ProviderReply } from '../provider.ts'
import type { Generation } from '../result.ts'
import type { DecisionComponents, RouteStep } from './decision.ts'
import type { Features } from './prompt-features.ts'
import type { ModelCallComponents } from './model-call.ts'
import type { Scorer } from './scorer.ts'

export interface GenerateComponents extends DecisionComponents, ModelCallComponents {
  readonly settings: Pick<ModelSettings, 'timeout' | 'hedge' | 'fallback'>
  readonly scorer: Pick<Scorer, 'learn' | 'outcomes' | 'predict'>
  readonly caller: Pick<Caller, 'call'>
  readonly now: () => number
}

export async function generate(
  components: GenerateComponents,
  agent: string,
  request: RequestSettings,
  signal: AbortSignal | undefined
): Promise<Generation> {
  const { scorer, roster } = components
  using call = new ModelCall(components, agent, request, signal)
  let kept: Features | undefined
  const features = (): Features =>
    (kept ??= featuresOf({ ...request, jsonSchema: call.jsonSchema }))
  const { steps } = decide(request, features, components)
  let messages: readonly Message[] = request.messages
  let escalated: string | undefined
  for (const [index, step] of steps.entries()) {
    let answer = await ask(components, call, step, messages)
    let checked = await checkAnswer(request, answer.reply, call.signal)
    if (step.tier === 'fast' && steps.length > 1) scorer.learn(features(), checked.ok)
    if (!checked.ok && request.schema !== undefined && step.tier !== 'offline') {
      const again = withFailure(messages, answer.reply, checked.reason)
      answer = await ask(components, call, step, again)
      checked = await checkAnswer(request, answer.reply, call.signal)
    }
    if (checked.ok) {
      const result = call.result(step, answer.candidate, answer.reply, escalated)
      return { ...result, value: checked.value }
    }
    escalated = checked.reason
    messages = withFailure(request.messages, answer.reply, checked.reason)
    if (index === steps.length - 1) {
      const by =
        answer.candidate === roster.offline ? 'the offline tier' : answer.candidate.model.id
      throw new ModelError(
        'OUTPUT_INVALID',
        `No answer of ${by} passes its check: ${checked.reason}. Relax the schema or the verifier, or choose another tier.`,
        { partial: answer.reply.text }
      )
    }
  }
  throw new ModelError('NO_MODEL', 'The route has no model. Add a model to the tier.')
}

/** Asks one tier; if no model answers, the offline tier does, if the settings allow it. */
async function ask(
  components: GenerateComponents,
  call: ModelCall,
  step: RouteStep,
  messages: readonly Message[]
): Promise<{ reply: ProviderReply; candidate: Candidate }> {
  const { settings, roster, caller, now } = components
  const request = { ...call.request, messages: [...messages] }
  const { max } = inputTokens(messages, request.tools, call.jsonSchema)
  const output = request.maxOutputTokens ?? MAX_OUTPUT_TOKENS
  try {
    return await caller.call({
      route: step.route,
      tokens: max + output,
      signal: call.signal,
      attempts: call.attempts,
      hedgeAfter: step.tier === 'fast' ? settings.hedge : undefined,
      reserve: (candidate, signal) => call.reserve(candidate, { input: max, output }, signal),
      run: async (candidate, { signal, reservation }) => {
        const started = performance.now()
        const seconds = (): number => (performance.now() - started) / 1000
        try {
          const sent = toRequest(candidate, request, call.jsonSchema)
          const reply = await candidate.provider.generate(sent, {
            signal,
            onRate: (state) => candidate.health.updateRateLimits(state, now())
          })
          call.settle(candidate, reservation, reply, { seconds: seconds() })
          return { reply, candidate }
        } catch (error) {
          call.failed(candidate, error, seconds())
          throw error
        }
      }
    })
  } catch (error) {
    const dead = error instanceof ModelError && error.code === 'MODELS_UNAVAILABLE'
    if (!dead || settings.fallback !== 'offline') throw error
    return ask(components, call, { tier: 'offline', route: [roster.offline] }, messages)
  }
}
