/** The router of a node: decides, calls, verifies, escalates, and accounts for all of it. */
import { createHash } from 'node:crypto'
import { CallScope } from '../calling/call-scope.ts'
import { Caller } from '../calling/caller.ts'
import { CALL_TIMEOUT, MAX_OUTPUT_TOKENS } from '../constants.ts'
import { Counter } from '../spending/budgets.ts'
import { decide } from './decision.ts'
import { ModelError, ProviderFailure } from '../errors.ts'
import { featuresOf } from './features.ts'
import { formatUsd } from '../spending/money.ts'
import { costOf, worstCost } from '../spending/price.ts'
import { NO_TOKENS, totalOf } from '../provider.ts'
import { ReplyCache } from './reply-cache.ts'
import { SingleFlight } from './single-flight.ts'
import { checkOutput, jsonSchemaOf } from './structured.ts'
import { inputTokens } from '../calling/tokens.ts'
import { stateOf } from '../catalogue.ts'
import { OFFLINE_ID } from './roster.ts'
import type { Attempt, Candidate } from '../calling/caller.ts'
import type { Decision, Step } from './decision.ts'
import type { Features } from './features.ts'
import type { Ledger, Reservation } from '../spending/ledger.ts'
import type { ModelSettings, RequestSettings } from '../options.ts'
import type { Picodollars } from '../spending/money.ts'
import type {
  Message,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart,
  TokenUsage
} from '../provider.ts'
import type { CallPreview, EmbedResult, Generation, PlannedModel, StreamPart } from '../result.ts'
import type { RetryBudget } from '../calling/retry.ts'
import type { Roster } from './roster.ts'
import type { Scorer } from './scorer.ts'
import type { Telemetry } from '../telemetry.ts'

export interface RouterComponents {
  readonly settings: Pick<ModelSettings, 'policy' | 'timeout' | 'hedge' | 'fallback'>
  readonly roster: Roster
  readonly ledger: Ledger
  readonly scorer: Scorer
  readonly telemetry: Telemetry
  readonly retries: RetryBudget
  readonly random: () => number
  readonly now: () => number
  onCall(report: { agent: string; task: string } & Omit<Generation, 'text' | 'value'>): void
}

/** A call under way: what it was asked, its time, and what it has spent. */
interface Call {
  readonly agent: string
  readonly request: RequestSettings
  readonly signal: AbortSignal
  readonly jsonSchema: Record<string, unknown> | undefined
  readonly own: Counter | undefined
  readonly attempts: Attempt[]
  usage: TokenUsage
  cost: Picodollars | undefined
}

/** A stream whose first part has come: from here on, only its own end is left. */
interface OpenedStream {
  readonly first: ProviderStreamPart
  readonly parts: AsyncIterator<ProviderStreamPart>
  readonly candidate: Candidate
  readonly reservation: Reservation
  readonly step: Step
  readonly seconds: () => number
  readonly done: () => void
}

export class Router {
  readonly #components: RouterComponents
  readonly #caller: Caller
  readonly #flights = new SingleFlight<Generation>()
  readonly #cache = new ReplyCache<Generation>()

  constructor(components: RouterComponents) {
    this.#components = components
    this.#caller = new Caller(components)
  }

  async generate(agent: string, request: RequestSettings): Promise<Generation> {
    // Another verifier may refuse what an earlier one let pass.
    if (!request.cache || request.verify !== undefined)
      return this.#generate(agent, request, request.signal)
    const key = keyOf(request)
    const earlier = this.#cache.get(key)
    if (earlier !== undefined) {
      const free = { attempts: [], usage: NO_TOKENS, cost: '0', cached: true }
      return this.#parsed(request, { ...earlier, ...free })
    }
    const result = await this.#flights.run(`${agent} ${key}`, request.signal, async (signal) => {
      const made = await this.#generate(agent, request, signal)
      this.#cache.set(key, made, Buffer.byteLength(made.text))
      return made
    })
    return this.#parsed(request, result)
  }

  async *stream(agent: string, request: RequestSettings): AsyncGenerator<StreamPart> {
    const { settings } = this.#components
    const timeout = request.timeout ?? settings.timeout ?? CALL_TIMEOUT
    using scope = CallScope.call(timeout, request.signal)
    const call = this.#callOf(agent, request, scope.signal)
    const { steps } = this.#decide(request, () => featuresOf(request))
    const opened = await this.#open(call, steps[0])
    let partial = ''
    let whole = false
    try {
      for (let part = opened.first; ;) {
        if (part.type === 'end') {
          whole = true
          this.#settle(call, opened.candidate, opened.reservation, part.reply, opened.seconds())
          const result = this.#result(call, opened.step, opened.candidate, part.reply, undefined)
          yield { type: 'end', result }
          return
        }
        partial += part.text
        yield part
        const next = await opened.parts.next()
        if (next.done === true) throw new ProviderFailure('network', 'The stream broke off')
        part = next.value
      }
    } catch (cause) {
      if (whole) throw cause
      if (cause instanceof ProviderFailure)
        opened.candidate.health.failed(cause, this.#components.now())
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ModelError(
        'STREAM_BROKEN',
        `The stream broke after ${partial.length} characters: ${reason}. What had arrived is in \`partial\`.`,
        { cause, partial }
      )
    } finally {
      // A stream that was left may have been billed to its end.
      opened.reservation.forfeit()
      scope.abort(new Error('The stream is over.'))
      opened.done()
    }
  }

  async embed(
    agent: string,
    request: { texts: readonly string[]; task: string; signal?: AbortSignal; timeout?: number }
  ): Promise<EmbedResult> {
    const { settings, roster } = this.#components
    using scope = CallScope.call(
      request.timeout ?? settings.timeout ?? CALL_TIMEOUT,
      request.signal
    )
    const messages: Message[] = request.texts.map((content) => ({ role: 'user', content }))
    const asked = { task: request.task, messages, tools: [], cache: false, maxOutputTokens: 1 }
    const call = this.#callOf(agent, asked, scope.signal)
    const models = roster.tier('embed')
    const route = models.length === 0 ? [roster.offline] : models
    const most = inputTokens(messages).most
    const { vectors, candidate, reply } = await this.#caller.call({
      route,
      tokens: most,
      signal: scope.signal,
      attempts: call.attempts,
      reserve: (one, signal) => this.#reserve(call, one, most, 0, signal),
      run: async (one, { signal, reservation }) => {
        const started = performance.now()
        const made = await one.provider.embed?.(one.model.model, request.texts, {
          signal,
          onRate: (state) => one.health.rate(state, this.#components.now())
        })
        if (made === undefined)
          throw new ProviderFailure('request', `${one.provider.name} embeds nothing`)
        const answer: ProviderReply = {
          text: '',
          toolCalls: [],
          usage: made.usage,
          stopReason: 'end',
          model: one.model.model
        }
        this.#settle(
          call,
          one,
          reservation,
          answer,
          (performance.now() - started) / 1000,
          'embeddings'
        )
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
    } = this.#result(call, { tier, route }, candidate, reply, undefined)
    return { ...report, vectors }
  }

  /** What a call would do and cost, without making it. */
  plan(request: RequestSettings): CallPreview {
    const { now } = this.#components
    const jsonSchema = request.schema === undefined ? undefined : jsonSchemaOf(request.schema)
    const { most, likely } = inputTokens(request.messages, request.tools, jsonSchema)
    const output = request.maxOutputTokens ?? MAX_OUTPUT_TOKENS
    const { steps, fastSuffices } = this.#decide(request, () =>
      featuresOf({ ...request, jsonSchema })
    )
    const planned = ({ model }: Candidate): PlannedModel => {
      const dearest = worstCost(most, output, model.bands)
      const middling = costOf({ ...NO_TOKENS, input: likely, output }, model.bands)
      return {
        model: model.id,
        state: stateOf(model, now()),
        likelyCost: middling === undefined ? undefined : formatUsd(middling),
        mostCost: dearest === undefined ? undefined : formatUsd(dearest)
      }
    }
    return {
      tier: steps[0].tier,
      route: steps[0].route.map(planned),
      escalation: steps[1]?.route.map(planned) ?? [],
      tokens: { likely, most, output },
      fastSuffices
    }
  }

  async #generate(
    agent: string,
    request: RequestSettings,
    outer: AbortSignal | undefined
  ): Promise<Generation> {
    const { settings, scorer, roster } = this.#components
    using scope = CallScope.call(request.timeout ?? settings.timeout ?? CALL_TIMEOUT, outer)
    const call = this.#callOf(agent, request, scope.signal)
    let kept: Features | undefined
    const features = (): Features =>
      (kept ??= featuresOf({ ...request, jsonSchema: call.jsonSchema }))
    const { steps } = this.#decide(request, features)
    let messages: readonly Message[] = request.messages
    let escalated: string | undefined
    for (const [index, step] of steps.entries()) {
      let answer = await this.#answer(call, step, messages)
      let checked = await this.#check(call, answer.reply)
      if (step.tier === 'fast' && steps.length > 1) scorer.learn(features(), checked.ok)
      if (!checked.ok && request.schema !== undefined && step.tier !== 'offline') {
        answer = await this.#answer(call, step, withFailure(messages, answer.reply, checked.reason))
        checked = await this.#check(call, answer.reply)
      }
      if (checked.ok) {
        const result = this.#result(call, step, answer.candidate, answer.reply, escalated)
        return { ...result, value: checked.value }
      }
      escalated = checked.reason
      messages = withFailure(request.messages, answer.reply, checked.reason)
      if (index === steps.length - 1) {
        const by =
          answer.candidate === roster.offline ? 'The offline tier' : answer.candidate.model.id
        throw new ModelError(
          'OUTPUT_INVALID',
          `${by} gave no answer that passes: ${checked.reason}. Loosen the schema or the verifier, or name another tier.`,
          { partial: answer.reply.text }
        )
      }
    }
    throw new ModelError('NO_MODEL', 'The route is empty.')
  }

  async #answer(
    call: Call,
    step: Step,
    messages: readonly Message[]
  ): Promise<{ reply: ProviderReply; candidate: Candidate }> {
    const { settings, roster } = this.#components
    const request = { ...call.request, messages: [...messages] }
    const { most } = inputTokens(messages, request.tools, call.jsonSchema)
    const output = request.maxOutputTokens ?? MAX_OUTPUT_TOKENS
    try {
      return await this.#caller.call({
        route: step.route,
        tokens: most + output,
        signal: call.signal,
        attempts: call.attempts,
        hedgeAfter: step.tier === 'fast' ? settings.hedge : undefined,
        reserve: (candidate, signal) => this.#reserve(call, candidate, most, output, signal),
        run: async (candidate, { signal, reservation }) => {
          const started = performance.now()
          const seconds = (): number => (performance.now() - started) / 1000
          try {
            const reply = await candidate.provider.generate(toRequest(candidate, request, call), {
              signal,
              onRate: (state) => candidate.health.rate(state, this.#components.now())
            })
            this.#settle(call, candidate, reservation, reply, seconds())
            return { reply, candidate }
          } catch (error) {
            this.#failed(candidate, error, seconds())
            throw error
          }
        }
      })
    } catch (error) {
      const dead = error instanceof ModelError && error.code === 'MODELS_UNAVAILABLE'
      if (!dead || settings.fallback !== 'offline') throw error
      return this.#answer(call, { tier: 'offline', route: [roster.offline] }, messages)
    }
  }

  /** A stream up to its first part: until then, another model can take over. */
  async #open(call: Call, step: Step): Promise<OpenedStream> {
    const { request } = call
    const { most } = inputTokens(request.messages, request.tools, call.jsonSchema)
    const output = request.maxOutputTokens ?? MAX_OUTPUT_TOKENS
    return this.#caller.call({
      route: step.route,
      tokens: most + output,
      signal: call.signal,
      attempts: call.attempts,
      reserve: (candidate, signal) => this.#reserve(call, candidate, most, output, signal),
      run: async (candidate, { signal, reservation, keep }) => {
        const started = performance.now()
        const seconds = (): number => (performance.now() - started) / 1000
        try {
          const { first, parts } = await firstPart(
            candidate.provider.stream(toRequest(candidate, request, call), {
              signal,
              onRate: (state) => candidate.health.rate(state, this.#components.now())
            })
          )
          return { first, parts, candidate, reservation, step, seconds, done: keep() }
        } catch (error) {
          this.#failed(candidate, error, seconds())
          throw error
        }
      }
    })
  }

  #reserve(
    { agent, request, own }: Call,
    { model }: Candidate,
    input: number,
    output: number,
    signal: AbortSignal
  ): Promise<Reservation> {
    const { ledger } = this.#components
    const free = model.id === OFFLINE_ID
    return ledger.reserve(
      {
        agent,
        task: request.task,
        model: model.id,
        cost: worstCost(input, output, model.bands),
        tokens: free ? 0 : input + output,
        own
      },
      signal
    )
  }

  #settle(
    call: Call,
    { model, provider }: Candidate,
    reservation: Reservation,
    { usage }: ProviderReply,
    seconds: number,
    operation: 'chat' | 'embeddings' = 'chat'
  ): void {
    // A server that counts nothing: the reservation stands for it.
    const uncounted = totalOf(usage) === 0 && model.id !== OFFLINE_ID
    const cost = uncounted ? undefined : costOf(usage, model.bands)
    if (uncounted) reservation.forfeit()
    else reservation.settle(usage, cost)
    call.usage = {
      input: call.usage.input + usage.input,
      cacheRead: call.usage.cacheRead + usage.cacheRead,
      cacheWrite: call.usage.cacheWrite + usage.cacheWrite,
      output: call.usage.output + usage.output
    }
    call.cost = call.cost === undefined || cost === undefined ? undefined : call.cost + cost
    this.#components.telemetry.record({
      operation,
      provider: provider.name,
      model: model.model,
      seconds,
      usage
    })
  }

  #failed({ provider, model }: Candidate, error: unknown, seconds: number): void {
    this.#components.telemetry.record({
      operation: 'chat',
      provider: provider.name,
      model: model.model,
      seconds,
      error: error instanceof ProviderFailure ? String(error.status ?? error.kind) : 'cancelled'
    })
  }

  async #check(
    { request, signal }: Call,
    reply: ProviderReply
  ): Promise<{ ok: true; value: unknown } | { ok: false; reason: string }> {
    // What asks for a tool is no answer yet.
    if (reply.toolCalls.length > 0) return { ok: true, value: undefined }
    let value: unknown
    if (request.schema !== undefined) {
      const checked = checkOutput(reply.text, request.schema)
      if (!checked.ok) return checked
      value = checked.value
    }
    if (request.verify === undefined) return { ok: true, value }
    const verdict = await request.verify({ text: reply.text, value }, { signal })
    const { ok, reason = 'the verifier refused it' } =
      typeof verdict === 'boolean' ? { ok: verdict } : verdict
    return ok ? { ok, value } : { ok, reason }
  }

  #decide(request: RequestSettings, features: () => Features): Decision {
    const { roster, settings, scorer, random } = this.#components
    return decide(request, features, { roster, policy: settings.policy, scorer, random })
  }

  #callOf(agent: string, request: RequestSettings, signal: AbortSignal): Call {
    const { budget, schema } = request
    return {
      agent,
      request,
      signal,
      jsonSchema: schema === undefined ? undefined : jsonSchemaOf(schema),
      own: budget === undefined ? undefined : new Counter('this call', budget),
      attempts: [],
      usage: NO_TOKENS,
      cost: 0n
    }
  }

  #result(
    { agent, request, attempts, usage, cost }: Call,
    { tier }: Step,
    { model }: Candidate,
    reply: ProviderReply,
    escalated: string | undefined
  ): Generation {
    const offline = model.id === OFFLINE_ID
    const report = {
      tier: offline ? ('offline' as const) : tier,
      model: model.id,
      offline,
      attempts,
      usage,
      cost: cost === undefined ? undefined : formatUsd(cost),
      cached: false,
      escalated,
      toolCalls: reply.toolCalls,
      stopReason: reply.stopReason
    }
    this.#components.onCall({ agent, task: request.task, ...report })
    return { ...report, text: reply.text, value: undefined }
  }

  #parsed({ schema }: RequestSettings, result: Generation): Generation {
    const checked = schema === undefined ? undefined : checkOutput(result.text, schema)
    return checked?.ok === true ? { ...result, value: checked.value } : result
  }
}

function toRequest(
  { model }: Candidate,
  { task, messages, tools, maxOutputTokens = MAX_OUTPUT_TOKENS }: RequestSettings,
  { jsonSchema }: Call
): ProviderRequest {
  const structured = model.capabilities.includes('structured') || model.id === OFFLINE_ID
  const ask: Message[] =
    jsonSchema === undefined
      ? []
      : [
          {
            role: 'system',
            content: `Answer with JSON only, of this JSON Schema: ${JSON.stringify(jsonSchema)}`
          }
        ]
  return {
    model: model.model,
    task,
    messages: [...ask, ...messages],
    tools,
    maxOutputTokens,
    ...(structured && jsonSchema !== undefined ? { jsonSchema } : {})
  }
}

function withFailure(
  messages: readonly Message[],
  { text }: ProviderReply,
  reason: string
): readonly Message[] {
  return [
    ...messages,
    { role: 'assistant', content: text },
    {
      role: 'user',
      content: `That answer does not pass: ${reason}. Give a whole answer that does.`
    }
  ]
}

async function firstPart<T>(
  stream: AsyncIterable<T>
): Promise<{ first: T; parts: AsyncIterator<T> }> {
  const parts = stream[Symbol.asyncIterator]()
  const first = await parts.next()
  if (first.done === true) throw new ProviderFailure('network', 'The stream broke off')
  return { first: first.value, parts }
}

function keyOf({ schema, ...request }: RequestSettings): string {
  const rest = { ...request, signal: undefined, verify: undefined }
  const json = JSON.stringify([rest, schema === undefined ? null : jsonSchemaOf(schema)])
  return createHash('sha256').update(json).digest('base64')
}
