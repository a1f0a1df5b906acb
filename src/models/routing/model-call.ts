/** One call in progress: its request, its time, its reservations and its cost. */
import { CallScope } from '../calling/call-scope.ts'
import { TooSmall } from '../calling/window.ts'
import { TierScope } from '../calling/tier-scope.ts'
import { inputTokens } from '../calling/token-bound.ts'
import { CALL_TIMEOUT, MAX_OUTPUT_TOKENS, OFFLINE_SHARE, OFFLINE_TIME } from '../constants.ts'
import { ProviderFailure } from '../errors.ts'
import { NO_TOKENS, totalOf } from '../provider.ts'
import { BudgetCounter } from '../spending/budgets.ts'
import { formatUsd } from '../spending/money.ts'
import { costOf, maxCostOf } from '../spending/price.ts'
import { OFFLINE_ID } from './model-registry.ts'
import { jsonSchemaOf } from './structured.ts'
import type { Attempt, CallPlan, Candidate } from '../calling/caller.ts'
import type { ModelSettings, RequestSettings } from '../model-options.ts'
import type { Message, ProviderReply, TokenUsage } from '../provider.ts'
import type { Generation } from '../result.ts'
import type { Ledger, Reservation } from '../spending/ledger.ts'
import type { Picodollars } from '../spending/money.ts'
import type { ModelOperation, Telemetry } from '../telemetry.ts'
import type { RouteStep } from './decision.ts'

export interface ModelCallComponents {
  readonly settings: Pick<ModelSettings, 'timeout'>
  readonly ledger: Pick<Ledger, 'reserve'>
  readonly telemetry: Pick<Telemetry, 'record'>
  onCall(report: { agent: string; task: string } & Omit<Generation, 'text' | 'value'>): void
}

export class ModelCall implements Disposable {
  readonly request: RequestSettings
  readonly jsonSchema: Record<string, unknown> | undefined
  /** Every attempt of every tier, in order. */
  readonly attempts: Attempt[] = []
  /** By model: why it did not answer. */
  readonly unanswered = new Map<string, string>()
  readonly tooSmall = new TooSmall()
  readonly #agent: string
  readonly #components: ModelCallComponents
  readonly #scope: CallScope
  readonly #own: BudgetCounter | undefined
  #usage: TokenUsage = NO_TOKENS
  #cost: Picodollars | undefined = 0n
  /** Milliseconds of `performance.now()` at which the call ends. */
  readonly #until: number

  /** Ends with `signal`, and after its timeout. */
  constructor(
    components: ModelCallComponents,
    agent: string,
    request: RequestSettings,
    signal: AbortSignal | undefined
  ) {
    const { budget, schema, timeout = components.settings.timeout ?? CALL_TIMEOUT } = request
    this.#components = components
    this.#agent = agent
    this.request = request
    this.jsonSchema = schema === undefined ? undefined : jsonSchemaOf(schema)
    this.#own = budget === undefined ? undefined : new BudgetCounter('this call', budget)
    // Last: its timer must not outlive a constructor that throws.
    this.#scope = CallScope.call(timeout, signal)
    this.#until = performance.now() + timeout
  }

  /**
   * The time of one tier. The tiers after it keep their parts: each tier of models as much as this
   * one, the offline tier a little.
   */
  tierScope(after: readonly Pick<RouteStep, 'tier'>[]): TierScope {
    const left = this.#until - performance.now()
    if (after.length === 0) return new TierScope(this.#scope.signal, left)
    const offline = after.some(({ tier }) => tier === 'offline')
    const kept = offline ? Math.min(OFFLINE_TIME, left * OFFLINE_SHARE) : 0
    const tiers = after.filter(({ tier }) => tier !== 'offline').length + 1
    return new TierScope(this.#scope.signal, (left - kept) / tiers, true)
  }

  /** The plan of one tier, without the request itself. */
  plan(
    { route }: RouteStep,
    { signal, until }: TierScope,
    messages: readonly Message[] = this.request.messages
  ): Omit<CallPlan<never>, 'run'> {
    const { tools, maxOutputTokens: output = MAX_OUTPUT_TOKENS } = this.request
    const { max: input, estimate } = inputTokens(messages, tools, this.jsonSchema)
    return {
      route,
      tokens: input + output,
      size: { estimate, output },
      tooSmall: this.tooSmall,
      signal,
      until,
      attempts: this.attempts,
      unanswered: this.unanswered,
      reserve: (candidate, each) => this.reserve(candidate, { input, output }, each)
    }
  }

  get signal(): AbortSignal {
    return this.#scope.signal
  }

  abort(reason: Error): void {
    this.#scope.abort(reason)
  }

  /** Reserves the maximum cost of these tokens. */
  reserve(
    { model }: Candidate,
    tokens: { readonly input: number; readonly output: number },
    signal: AbortSignal
  ): Promise<Reservation> {
    const { input, output } = tokens
    const free = model.id === OFFLINE_ID
    return this.#components.ledger.reserve(
      {
        agent: this.#agent,
        task: this.request.task,
        model: model.id,
        cost: maxCostOf(input, output, model.bands),
        tokens: free ? 0 : input + output,
        own: this.#own
      },
      signal
    )
  }

  settle(
    { model, provider }: Candidate,
    reservation: Reservation,
    { usage }: Pick<ProviderReply, 'usage'>,
    { seconds, operation = 'chat' }: Pick<ModelOperation, 'seconds'> & Partial<ModelOperation>
  ): void {
    // A server without usage counts: the reservation is booked.
    const uncounted = totalOf(usage) === 0 && model.id !== OFFLINE_ID
    const cost = uncounted ? undefined : costOf(usage, model.bands)
    if (uncounted) reservation.forfeit()
    else reservation.settle(usage, cost)
    const before = this.#usage
    this.#usage = {
      input: before.input + usage.input,
      cacheRead: before.cacheRead + usage.cacheRead,
      cacheWrite: before.cacheWrite + usage.cacheWrite,
      output: before.output + usage.output
    }
    this.#cost = this.#cost === undefined || cost === undefined ? undefined : this.#cost + cost
    this.#components.telemetry.record({
      operation,
      provider: provider.name,
      model: model.model,
      seconds,
      usage
    })
  }

  failed({ provider, model }: Candidate, error: unknown, seconds: number): void {
    this.#components.telemetry.record({
      operation: 'chat',
      provider: provider.name,
      model: model.model,
      seconds,
      error: error instanceof ProviderFailure ? String(error.status ?? error.kind) : 'cancelled'
    })
  }

  /** Returns and reports the result of the call. */
  result(
    { tier }: Pick<RouteStep, 'tier'>,
    { model }: Candidate,
    reply: ProviderReply,
    escalated?: string
  ): Generation {
    const cost = this.#cost
    const offline = model.id === OFFLINE_ID
    const report = {
      tier: offline ? ('offline' as const) : tier,
      model: model.id,
      offline,
      attempts: this.attempts,
      unanswered: [...this.unanswered]
        .filter(([id]) => id !== model.id)
        .map(([id, reason]) => ({ model: id, reason })),
      usage: this.#usage,
      cost: cost === undefined ? undefined : formatUsd(cost),
      cached: false,
      escalated,
      toolCalls: reply.toolCalls,
      stopReason: reply.stopReason
    }
    this.#components.onCall({ agent: this.#agent, task: this.request.task, ...report })
    return { ...report, text: reply.text, value: undefined }
  }

  [Symbol.dispose](): void {
    this.#scope[Symbol.dispose]()
  }
}
