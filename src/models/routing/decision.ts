/** Decides the first tier of a request, from its tier or model, the policy, and the scorer. */
import { SCORER_MIN_OUTCOMES } from '../constants.ts'
import { gainThreshold } from './gain-threshold.ts'
import { policyFor } from './policy.ts'
import type { Candidate } from '../calling/caller.ts'
import type { Features } from './prompt-features.ts'
import type { ModelSettings, RequestSettings } from '../model-options.ts'
import type { PolicySettings } from './policy.ts'
import type { Tier } from '../provider.ts'
import type { ModelRegistry } from './model-registry.ts'
import type { GainPrediction, Scorer } from './scorer.ts'

/** Share of requests that go to the fast tier nevertheless, so that the scorer keeps learning. */
const EXPLORATION_RATE = 0.05

export interface RouteStep {
  readonly tier: Tier
  readonly route: readonly Candidate[]
}

export interface Decision {
  /** In order; a later step follows a failed check. */
  readonly steps: readonly [RouteStep, ...RouteStep[]]
  /** In order, after the steps; they answer if no model of the steps does. */
  readonly substitutes: readonly RouteStep[]
  /** Undefined before enough outcomes, and where nothing is to be decided. */
  readonly gain: GainForecast | undefined
}

/** The chance that premium gains, and from which chance on it is asked first. */
export interface GainForecast extends GainPrediction {
  readonly threshold: number
}

export interface DecisionComponents {
  readonly roster: Pick<ModelRegistry, 'tier' | 'model' | 'offline'>
  readonly settings: Pick<ModelSettings, 'fallback'>
  readonly policy: PolicySettings
  readonly scorer: Pick<Scorer, 'predict' | 'outcomes'>
  readonly random: () => number
}

export function decide(
  request: RequestSettings,
  features: () => Features,
  { roster, policy, scorer, random, settings }: DecisionComponents
): Decision {
  const { task, tier, model, schema, verify } = request
  const offline: RouteStep = { tier: 'offline', route: [roster.offline] }
  const only = (step: RouteStep, ...others: readonly RouteStep[]): Decision => ({
    steps: [step],
    substitutes:
      settings.fallback === 'offline' && step !== offline ? [...others, offline] : others,
    gain: undefined
  })
  if (model !== undefined) {
    const candidate = roster.model(model)
    return only({ tier: candidate === roster.offline ? 'offline' : 'premium', route: [candidate] })
  }
  const own = policyFor(task, policy)
  const start = tier ?? own.tier
  if (start === 'offline') return only(offline)
  const premium: RouteStep = { tier: 'premium', route: roster.tier('premium') }
  const fast: RouteStep = { tier: 'fast', route: roster.tier('fast') }
  const [wanted, other] = start === 'premium' ? [premium, fast] : [fast, premium]
  // If only one of both tiers has models, it serves both; with none, offline serves.
  if (wanted.route.length === 0) return only(other.route.length === 0 ? offline : other)
  const verified = schema !== undefined || verify !== undefined
  const both = tier === undefined && own.cascade && other.route.length > 0
  if (!both) return only(wanted)
  if (start === 'premium' || !verified) return only(wanted, other)
  const known = own.learn && scorer.outcomes >= SCORER_MIN_OUTCOMES
  const gain = known
    ? {
        ...scorer.predict(features(), task),
        threshold: gainThreshold(fast.route, premium.route, request)
      }
    : undefined
  const skip = gain !== undefined && gain.chance > gain.threshold && random() >= EXPLORATION_RATE
  const { substitutes } = skip ? only(premium, fast) : only(premium)
  return { steps: skip ? [premium] : [fast, premium], substitutes, gain }
}
