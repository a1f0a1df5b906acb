/** The route and the maximum cost of a call, without making it. */
import { inputTokens } from '../calling/token-bound.ts'
import { fitsWindow } from '../calling/window.ts'
import { stateOf } from '../catalogue.ts'
import { MAX_OUTPUT_TOKENS } from '../constants.ts'
import { NO_TOKENS } from '../provider.ts'
import { formatUsd } from '../spending/money.ts'
import { costOf, maxCostOf } from '../spending/price.ts'
import { decide } from './decision.ts'
import { featuresOf } from './prompt-features.ts'
import { jsonSchemaOf } from './structured.ts'
import type { Candidate } from '../calling/caller.ts'
import type { RequestSettings } from '../model-options.ts'
import type { CallPreview, PlannedModel } from '../result.ts'
import type { DecisionComponents } from './decision.ts'

export function preview(
  components: DecisionComponents & { readonly now: () => number },
  request: RequestSettings
): CallPreview {
  const jsonSchema = request.schema === undefined ? undefined : jsonSchemaOf(request.schema)
  const { max, estimate } = inputTokens(request.messages, request.tools, jsonSchema)
  const output = request.maxOutputTokens ?? MAX_OUTPUT_TOKENS
  const features = (): ReturnType<typeof featuresOf> => featuresOf({ ...request, jsonSchema })
  const { steps, gain } = decide(request, features, components)
  const planned = ({ model }: Candidate): PlannedModel => {
    const highest = maxCostOf(max, output, model.bands)
    const expected = costOf({ ...NO_TOKENS, input: estimate, output }, model.bands)
    return {
      model: model.id,
      fits: fitsWindow(model, { estimate, output }),
      state: stateOf(model, components.now()),
      estimatedCost: expected === undefined ? undefined : formatUsd(expected),
      maxCost: highest === undefined ? undefined : formatUsd(highest)
    }
  }
  return {
    tier: steps[0].tier,
    route: steps[0].route.map(planned),
    escalation: steps[1]?.route.map(planned) ?? [],
    tokens: { estimate, max, output },
    gain
  }
}
