/** Decides the first tier of a request, from its tier or model, the policy, and the scorer. */
import { SCORER_MIN_OUTCOMES } from '../constants.ts'
import { gainThreshold } from './gain-threshold.ts'
import { policyFor } from './policy.ts'
import type { Candidate } from '../calling/caller.ts'
import type { Features } from './prompt-features.ts'
import type { ModelPreference, ModelSettings, RequestSettings } from '../model-options.ts'
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
  readonly roster: Pick<ModelRegistry, 'find' | 'tier' | 'model' | 'offline'>
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
  // What the owner of the node sets for a task stands above what a persona prefers.
  const isFree = tier === undefined && !Object.hasOwn(policy, task)
  const preferred = isFree ? preferredOf(request.prefer, roster) : undefined
  const start = tier ?? preferred?.tier ?? own.tier
  if (start === 'offline') return only(offline)
  const stepOf = (name: 'premium' | 'fast'): RouteStep => {
    const route = roster.tier(name)
    const first = preferred?.tier === name ? preferred.route : []
    return { tier: name, route: [...first, ...route.filter((each) => !first.includes(each))] }
  }
  const premium = stepOf('premium')
  const fast = stepOf('fast')
  const [wanted, other] = start === 'premium' ? [premium, fast] : [fast, premium]
  // If only one of both tiers has models, it serves both; with none, offline serves.
  if (wanted.route.length === 0) return only(other.route.length === 0 ? offline : other)
  const verified = schema !== undefined || verify !== undefined
  const both = tier === undefined && own.cascade && other.route.length > 0
  if (!both) return only(wanted)
  if (start === 'premium' || !verified) return only(wanted, other)
  const known = own.learn && preferred === undefined && scorer.outcomes >= SCORER_MIN_OUTCOMES
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

/** The tier to begin with, and the model to ask first; undefined if this node cannot call it. */
function preferredOf(
  prefer: ModelPreference | undefined,
  roster: DecisionComponents['roster']
): RouteStep | undefined {
  if (prefer === undefined) return undefined
  if ('tier' in prefer) return { tier: prefer.tier, route: [] }
  const candidate = roster.find(prefer.model)
  if (candidate === undefined) return undefined
  if (candidate === roster.offline) return { tier: 'offline', route: [candidate] }
  return { tier: roster.tier('fast').includes(candidate) ? 'fast' : 'premium', route: [candidate] }
}
