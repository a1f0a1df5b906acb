/**
 * Generates a reply: asks the decided tier, checks the answer, asks once more with the reason if
 * the schema was missed, and continues with the next tier. Each tier is asked once, so a call ends.
 */
import { ModelError, isUnanswered } from '../errors.ts'
import { checkAnswer, withFailure } from './answer-check.ts'
import { decide } from './decision.ts'
import { featuresOf } from './prompt-features.ts'
import { ModelCall } from './model-call.ts'
import { OFFLINE_ID } from './model-registry.ts'
import { toRequest } from './provider-request.ts'
import type { Caller, Candidate } from '../calling/caller.ts'
import type { TierScope } from '../calling/tier-scope.ts'
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
  const { scorer } = components
  using call = new ModelCall(components, agent, request, signal)
  let kept: Features | undefined
  const features = (): Features =>
    (kept ??= featuresOf({ ...request, jsonSchema: call.jsonSchema }))
  const { steps, substitutes } = decide(request, features, components)
  const road = [...steps, ...substitutes]
  let messages: readonly Message[] = request.messages
  let escalated: string | undefined
  const isCascade = steps.length > 1
  let hasFastFailed = false
  for (const [index, step] of road.entries()) {
    const after = road.slice(index + 1)
    try {
      using scope = call.tierScope(after)
      let answer = await ask(components, call, { step, messages, scope })
      let checked = await checkAnswer(request, answer.reply, call.signal)
      if (!checked.ok && request.schema !== undefined && step.tier !== 'offline') {
        const again = withFailure(messages, answer.reply, checked.reason)
        answer = await ask(components, call, { step, messages: again, scope })
        checked = await checkAnswer(request, answer.reply, call.signal)
      }
      if (isCascade && index === 0 && checked.ok) scorer.learn(features(), request.task, false)
      // A failure of fast says nothing until premium's answer is checked too.
      if (isCascade && index === 1 && hasFastFailed)
        scorer.learn(features(), request.task, checked.ok)
      hasFastFailed = index === 0 && !checked.ok
      if (checked.ok) {
        const result = call.result(step, answer.candidate, answer.reply, escalated)
        return { ...result, value: checked.value }
      }
      if (index >= steps.length - 1) throw outputInvalid(answer, checked.reason)
      escalated = checked.reason
      messages = withFailure(request.messages, answer.reply, checked.reason)
    } catch (error) {
      if (after.length === 0 || !isUnanswered(error)) throw error
      escalated ??= error.message
    }
  }
  throw new ModelError('NO_MODEL', 'The route has no model. Add a model to the tier.')
}

function outputInvalid({ reply, candidate }: Answer, reason: string): ModelError {
  const by = candidate.model.id === OFFLINE_ID ? 'the offline tier' : candidate.model.id
  return new ModelError(
    'OUTPUT_INVALID',
    `No answer of ${by} passes its check: ${reason}. Relax the schema or the verifier, or choose another tier.`,
    { partial: reply.text }
  )
}

interface Answer {
  readonly reply: ProviderReply
  readonly candidate: Candidate
}

interface Question {
  readonly step: RouteStep
  readonly messages: readonly Message[]
  readonly scope: TierScope
}

/** Asks the models of one tier. */
async function ask(
  { settings, caller, now }: GenerateComponents,
  call: ModelCall,
  { step, messages, scope }: Question
): Promise<Answer> {
  const request = { ...call.request, messages: [...messages] }
  return caller.call({
    ...call.plan(step, scope, messages),
    hedgeAfter: step.tier === 'fast' ? settings.hedge : undefined,
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
}
