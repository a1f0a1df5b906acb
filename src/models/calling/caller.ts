/**
 * The one retry loop. It tries the models of a route: first one that is ready and untried, then the
 * one that is ready soonest. It ends when one answers, when the attempts are used up, or when no
 * model is ready in the time that is left. Each turn makes an attempt, removes a model or waits.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CallScope } from './call-scope.ts'
import { ATTEMPT_TIMEOUT, MAX_ATTEMPTS } from '../constants.ts'
import { ModelError, ProviderFailure } from '../errors.ts'
import { hedged } from './hedge.ts'
import { backoff } from './retry.ts'
import type { FailureKind } from '../errors.ts'
import type { Health } from './health.ts'
import type { Reservation } from '../spending/ledger.ts'
import type { CataloguedModel } from '../catalogue.ts'
import type { Provider } from '../provider.ts'
import type { RetryBudget } from './retry.ts'
import type { RequestSize, TooSmall } from './window.ts'

/** A model of a route, and everything needed to call it. */
export interface Candidate {
  readonly model: CataloguedModel
  readonly provider: Provider
  readonly health: Health
}

/** One attempt at one model. */
export interface Attempt {
  readonly model: string
  /** `ok`, or the reason of the failure. */
  readonly outcome: string
  readonly milliseconds: number
}

export interface AttemptContext {
  readonly signal: AbortSignal
  readonly reservation: Reservation
  /**
   * Keeps the attempt's scope open after its end, as a stream needs; the returned function closes
   * it.
   */
  readonly keep: () => () => void
}

export interface CallPlan<T> {
  readonly route: readonly Candidate[]
  /** The most tokens of the request, for the rate limits. */
  readonly tokens: number
  /** What the windows of the models must hold; undefined: any window suffices. */
  readonly size?: RequestSize
  readonly tooSmall?: TooSmall
  /** A `ProviderFailure` as its reason ends the route; any other reason ends the whole call. */
  readonly signal: AbortSignal
  /** Milliseconds of `performance.now()` at which the time of the route is over. */
  readonly until: number
  readonly attempts: Attempt[]
  /** Receives, for each model that did not answer, the last reason. */
  readonly unanswered: Map<string, string>
  /** Attempts at this route; default `MAX_ATTEMPTS`. */
  readonly maxAttempts?: number
  /** Milliseconds that the call waits for a model before it gives up; default: without a limit. */
  readonly maxWait?: number
  /** Milliseconds after which a second model is asked too; undefined: never. */
  readonly hedgeAfter?: number
  reserve(candidate: Candidate, signal: AbortSignal): Promise<Reservation>
  run(candidate: Candidate, context: AttemptContext): Promise<T>
}

export interface CallerComponents {
  readonly retries: RetryBudget
  readonly random: () => number
  readonly now: () => number
}

interface CandidateState {
  readonly candidate: Candidate
  failures: number
  notBefore: number
}

export class Caller {
  readonly #components: CallerComponents

  constructor(components: CallerComponents) {
    this.#components = components
  }

  async call<T>(plan: CallPlan<T>): Promise<T> {
    const { retries, now } = this.#components
    const { maxAttempts = MAX_ATTEMPTS, maxWait = Infinity } = plan
    const before = plan.attempts.length
    const left = (): number => plan.until - performance.now()
    retries.earn()
    let states: CandidateState[] = plan.route.map((candidate) => {
      return { candidate, failures: 0, notBefore: 0 }
    })
    let last: Error | undefined
    const skipSmall = (): void => {
      const fitting = states.filter(({ candidate }) => fits(plan, candidate))
      if (fitting.length < states.length) last ??= tooLong(plan)
      states = fitting
    }
    skipSmall()
    while (plan.attempts.length - before < maxAttempts) {
      const next = soonest(states, plan.tokens, now())
      if (next === undefined) break
      const longest = Math.min(maxWait, left())
      if (next.wait > longest) {
        noteWaits(plan, states, now())
        break
      }
      const made = plan.attempts.length
      const delay = made === before ? 0 : retries.take(now(), left())
      if (delay === undefined) break
      try {
        await pause(Math.max(next.wait, delay), plan.signal)
        // Other calls may have changed the state during the wait.
        if (next.wait > 0 && next.entry.candidate.health.wait(plan.tokens, now()) > 0) continue
        return await this.#hedgedAttempt(plan, states, next.entry)
      } catch (error) {
        if (plan.signal.aborted) {
          if (!(plan.signal.reason instanceof ProviderFailure)) throw plan.signal.reason
          last = plan.signal.reason
          break
        }
        if (!(error instanceof ProviderFailure) && !isOfOneModel(error)) throw error
        if (isOfOneModel(error)) {
          plan.unanswered.set(next.entry.candidate.model.id, error.message)
        }
        // Without progress the next turn would be the same as this one.
        if (isFinal(error) || plan.attempts.length === made) {
          states = states.filter((each) => each !== next.entry)
        }
        last = error
        if (error instanceof ProviderFailure && error.kind === 'overflow') {
          plan.tooSmall?.add(next.entry.candidate.model)
          skipSmall()
        }
      }
    }
    throw finalError(plan, plan.attempts.length - before, last)
  }

  #hedgedAttempt<T>(
    plan: CallPlan<T>,
    states: readonly CandidateState[],
    first: CandidateState
  ): Promise<T> {
    const { hedgeAfter } = plan
    const { now } = this.#components
    if (hedgeAfter === undefined) return this.#attempt(plan, first, plan.signal)
    const second = (): CandidateState | undefined =>
      states.find((each) => each !== first && each.candidate.health.wait(plan.tokens, now()) === 0)
    return hedged(hedgeAfter, plan.signal, [
      (signal) => this.#attempt(plan, first, signal),
      (signal) => {
        const entry = second()
        return entry === undefined ? undefined : this.#attempt(plan, entry, signal)
      }
    ])
  }

  async #attempt<T>(plan: CallPlan<T>, entry: CandidateState, outer: AbortSignal): Promise<T> {
    const { now, random } = this.#components
    const { candidate } = entry
    const { health, model, provider } = candidate
    const reservation = await plan.reserve(candidate, outer)
    // A hanging model leaves half of the time to the models after it.
    const last = plan.route.at(-1)?.model.id === model.id
    const share = last ? Infinity : (plan.until - performance.now()) / 2
    const limit = Math.ceil(Math.min(ATTEMPT_TIMEOUT, Math.max(1, share)))
    const late = (): Error =>
      new ProviderFailure('timeout', `${provider.name}: no answer within ${limit} ms`)
    const scope = new CallScope(limit, late, outer)
    const started = performance.now()
    const note = (outcome: string): void => {
      const milliseconds = performance.now() - started
      plan.attempts.push({ model: model.id, outcome, milliseconds })
    }
    let kept = false
    const keep = (): (() => void) => {
      kept = true
      scope.stopClock()
      return () => scope[Symbol.dispose]()
    }
    health.begin(plan.tokens)
    try {
      const value = await plan.run(candidate, { signal: scope.signal, reservation, keep })
      health.succeeded(now())
      note('ok')
      return value
    } catch (error) {
      kept = false
      if (error instanceof ProviderFailure) {
        plan.unanswered.set(model.id, error.message)
        health.failed(error, now())
        entry.failures += 1
        entry.notBefore = now() + backoff(entry.failures, random)
        note(error.status === undefined ? error.kind : `${error.kind} ${error.status}`)
        if (error.uncertain) reservation.forfeit()
        else reservation.release()
      } else {
        // Cancelled on this side: the provider may have worked on it.
        health.cancelled()
        note('cancelled')
        reservation.forfeit()
      }
      throw error
    } finally {
      if (!kept) scope[Symbol.dispose]()
    }
  }
}

/** The model that can be called first; of those ready now, the one with the fewest failures. */
function soonest(
  states: readonly CandidateState[],
  tokens: number,
  now: number
): { entry: CandidateState; wait: number } | undefined {
  let best: { entry: CandidateState; wait: number } | undefined
  for (const entry of states) {
    const { candidate, notBefore, failures } = entry
    const wait = Math.max(candidate.health.wait(tokens, now), notBefore - now, 0)
    const earlier = best === undefined || wait < best.wait
    const fresher = best?.wait === wait && failures < best.entry.failures
    if (earlier || fresher) best = { entry, wait }
  }
  return best
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (milliseconds <= 0) return
  try {
    await sleep(Math.ceil(milliseconds), undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** Another model may be cheaper, or have a known price. */
function isOfOneModel(error: unknown): error is ModelError {
  if (!(error instanceof ModelError)) return false
  return error.code === 'BUDGET_EXCEEDED' || error.code === 'PRICE_UNKNOWN'
}

/** Another attempt at the same model would fail too. */
function isFinal(error: Error): boolean {
  return !(error instanceof ProviderFailure) || FINAL.has(error.kind)
}

const FINAL: ReadonlySet<string> = new Set<FailureKind>(['request', 'key', 'model', 'overflow'])

/** Whether the model's window may hold the request; if not, notes why. */
function fits<T>({ size, tooSmall, unanswered }: CallPlan<T>, { model }: Candidate): boolean {
  const reason = size === undefined ? undefined : tooSmall?.reason(model, size)
  if (reason !== undefined && !unanswered.has(model.id)) unanswered.set(model.id, reason)
  return reason === undefined
}

function tooLong<T>({ size }: CallPlan<T>): ProviderFailure {
  const tokens = (size?.estimate ?? 0) + (size?.output ?? 0)
  return new ProviderFailure('overflow', `The request has about ${tokens} tokens with its output`)
}

/** States why models were not called, of those without an earlier reason. */
function noteWaits<T>(
  { tokens, unanswered }: CallPlan<T>,
  states: readonly CandidateState[],
  now: number
): void {
  for (const { candidate } of states) {
    const { model, health } = candidate
    const wait = Math.ceil(health.wait(tokens, now) / 1000)
    if (unanswered.has(model.id) || wait === 0) continue
    unanswered.set(model.id, `${model.id} is ready in ${wait} s only (${health.stateAt(now)})`)
  }
}

function finalError<T>({ route }: CallPlan<T>, attempts: number, last: Error | undefined): Error {
  if (last instanceof ModelError) return last
  const names = route.map(({ model }) => model.id).join(', ')
  if (last instanceof ProviderFailure && last.kind === 'request') {
    return new ModelError(
      'REQUEST_REFUSED',
      `${last.message}. Models: ${names}. Correct the request.`,
      { cause: last }
    )
  }
  if (last instanceof ProviderFailure && last.kind === 'overflow') {
    return new ModelError(
      'REQUEST_REFUSED',
      `${last.message}. It does not fit the windows of the models (${names}). Shorten the request, lower \`maxOutputTokens\`, or add a model with a larger window.`,
      { cause: last }
    )
  }
  if (last instanceof ProviderFailure && last.kind === 'key') {
    return new ModelError('KEY_REFUSED', `${last.message}. Models: ${names}. Check the key.`, {
      cause: last
    })
  }
  if (last instanceof ProviderFailure && last.kind === 'timeout') {
    return new ModelError(
      'DEADLINE',
      `No model answered in time (${names}); the last error: ${last.message}. Raise \`timeout\`.`,
      { cause: last }
    )
  }
  const reason = last === undefined ? 'none could be called' : `the last error: ${last.message}`
  return new ModelError(
    'MODELS_UNAVAILABLE',
    `No model answered in ${attempts} attempts (${names}); ${reason}. Try again later, or add a model of another provider.`,
    { cause: last }
  )
}
