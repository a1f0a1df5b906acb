/** `cortex.models`: answers a task; the router decides tier, model and fallback. */
import { z } from 'zod'
import { loadCatalogue, stateOf } from './catalogue.ts'
import { BudgetOptions } from './spending/budgets.ts'
import { SourceEmbedder } from './source-embedder.ts'
import { Ledger } from './spending/ledger.ts'
import { RequestOptions } from './model-options.ts'
import { RetryBudget } from './calling/retry.ts'
import { ModelRegistry } from './routing/model-registry.ts'
import { Router } from './routing/router.ts'
import { StoredScorer } from './routing/scorer.ts'
import { Telemetry } from './telemetry.ts'
import { usageReport } from './spending/usage-report.ts'
import { Signal, parse } from '../arguments/index.ts'
import { messageOf } from '../errors.ts'
import type { Store } from '../../crdt/index.ts'
import type { Catalogue } from './catalogue.ts'
import type { EmbeddingSource } from './embedding-source.ts'
import type { AgentDayLimits } from './spending/agent-days.ts'
import type { Environment } from './keys.ts'
import type {
  ModelPreference,
  ModelSettings,
  RequestInput,
  RequestSettings
} from './model-options.ts'
import type { Schema } from './provider.ts'
import type {
  CallPreview,
  CallReport,
  EmbedResult,
  Generation,
  ModelUsage,
  StreamPart
} from './result.ts'
import type { RouterComponents } from './routing/router.ts'
import type { ExportedScorer, ScorerState } from './routing/scorer.ts'
import type { Histogram } from './telemetry.ts'

/** A request for one answer; with `schema`, for a value of that shape. */
export type GenerateRequest<T> = Omit<RequestInput, 'schema'> & { readonly schema?: Schema<T> }

/** A model of the catalogue. */
export interface ListedModel {
  readonly model: string
  readonly roles: readonly string[]
  readonly state: 'active' | 'ending' | 'shut-down'
  readonly shutdown: string | null
  readonly replacement: string | undefined
  /** USD for a million tokens of the first band; null if unknown. */
  readonly input: string | null
  readonly output: string | null
  /** Whether its provider can be called from this node. */
  readonly usable: boolean
  readonly health: string
}

/** An answer that is checked as a whole cannot be streamed. */
const StreamOptions = RequestOptions.omit({ schema: true, verify: true, cache: true })

const Embed = z.strictObject({
  texts: z.array(z.string()).min(1).max(2_048),
  task: z.string().default('embed'),
  timeout: z.int().min(1).optional(),
  signal: Signal
})

/** Events of a node's model calls. */
export interface ModelEvents {
  'model:call': [call: { readonly agent: string; readonly task: string } & CallReport]
  'model:warn': [text: string]
}

export interface ModelServiceInit {
  readonly settings: ModelSettings | undefined
  /** What embeds for recall by meaning. */
  readonly embeddings?: EmbeddingSource
  readonly store: Pick<Store, 'section' | 'commit'>
  readonly now: () => number
  readonly random?: () => number
  /** Where keys of providers are read. */
  readonly env: Environment
  /** Throws if the agent may not call models now. */
  readonly assertActive: (agent: string) => void
  /** Limits that persons set for an agent. */
  readonly agentLimits: (agent: string) => AgentDayLimits
  onCall?: RouterComponents['onCall']
  onWarn?: (text: string) => void
}

/** What the persona of an agent prefers for a class of task; undefined for nothing. */
export type PreferenceFor = (task: string) => Promise<ModelPreference | undefined>

/** The models of a node; each agent has its own interface to them. */
export class ModelService {
  readonly #catalogue: Catalogue
  readonly #roster: ModelRegistry
  readonly #embeddings: EmbeddingSource | undefined
  readonly #now: () => number
  /** Throws if the agent may not call models now. */
  readonly assertActive: (agent: string) => void
  readonly ledger: Ledger
  readonly scorer: StoredScorer
  readonly telemetry = new Telemetry()
  readonly router: Router

  constructor(init: ModelServiceInit, catalogue: Catalogue) {
    const { settings, embeddings, store, now, random = Math.random, env } = init
    this.#catalogue = catalogue
    this.#now = now
    this.assertActive = init.assertActive
    const warn = (text: string): void => init.onWarn?.(text)
    this.#roster = new ModelRegistry({ settings, embeddings, catalogue, env, now, warn })
    this.#embeddings = embeddings
    const budgets = settings?.budgets ?? BudgetOptions.parse({})
    this.ledger = new Ledger({
      store,
      budgets,
      agentLimits: init.agentLimits,
      now,
      onNearlySpent: (what) => warn(`80 percent of the budget of ${what} is spent.`),
      onError: (error) => warn(`Cannot store the cost of a model call: ${messageOf(error)}`)
    })
    this.scorer = new StoredScorer(store)
    this.router = new Router({
      settings: settings ?? { policy: {}, fallback: 'none' },
      roster: this.#roster,
      ledger: this.ledger,
      scorer: this.scorer,
      telemetry: this.telemetry,
      retries: new RetryBudget(now()),
      random,
      now,
      onCall: (report) => init.onCall?.(report)
    })
  }

  static async open(init: ModelServiceInit): Promise<ModelService> {
    const models = new ModelService(init, await loadCatalogue(init.settings?.catalogue))
    await models.ledger.load()
    await models.scorer.load()
    return models
  }

  /** The models of this agent. */
  for(agent: string, preference?: PreferenceFor): Models {
    return new Models(this, agent, preference)
  }

  /** Embeds by the option `embeddings`, at the cost of this agent; undefined without it. */
  embedder(agent: string): SourceEmbedder | undefined {
    const source = this.#embeddings
    const candidate = this.#roster.embedding
    if (source === undefined || candidate === undefined) return undefined
    return new SourceEmbedder({ source, candidate, router: this.router, agent })
  }

  list(): ListedModel[] {
    const now = this.#now()
    return this.#catalogue.list().map((model) => ({
      model: model.id,
      roles: model.roles,
      state: stateOf(model, now),
      shutdown: model.shutdown,
      replacement: this.#catalogue.replacementOf(model.id, now),
      input: model.bands?.[0]?.input ?? null,
      output: model.bands?.[0]?.output ?? null,
      usable: this.#roster.has(model.provider),
      health: this.#roster.health(model.id)?.stateAt(now) ?? 'unknown'
    }))
  }

  /** Saves scorer and ledger. */
  async close(): Promise<void> {
    await this.scorer.save()
    await this.ledger.close()
  }
}

/**
 * Language models, called by the class of a task. Without a key the offline tier answers by rule.
 * Calls throw `ModelError`; `BUDGET_EXCEEDED` is thrown before any request is sent. A frozen agent
 * calls none: `HiveError` (AGENT_FROZEN).
 *
 * @example
 * ```ts
 * const { models } = db.agent.cortex
 * const { text, tier, cost } = await models.generate({
 *   task: 'summarise',
 *   messages: [{ role: 'user', content: 'Summarise: the build is slow since Monday.' }]
 * })
 * const { rows, budgets } = models.usage()
 * ```
 */
export class Models {
  readonly #service: ModelService
  readonly #agent: string
  readonly #preference: PreferenceFor

  constructor(
    node: ModelService,
    agent: string,
    preference: PreferenceFor = () => Promise.resolve(undefined)
  ) {
    this.#service = node
    this.#agent = agent
    this.#preference = preference
  }

  /**
   * Answers `messages` with the tier of `task`: that of the policy, or else the one, or the model,
   * that the agent's persona prefers. With `schema` or `verify`, an answer of the fast tier that fails
   * the check goes to the premium tier. Throws `ModelError`.
   */
  async generate<T = undefined>(request: GenerateRequest<T>): Promise<Generation<T>> {
    const settings = parse(RequestOptions, request, 'models.generate')
    this.#service.assertActive(this.#agent)
    const result = await this.#service.router.generate(this.#agent, await this.#preferred(settings))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the schema it names
    return result as Generation<T>
  }

  /**
   * Streams an answer. Before the first part another model may take over; afterwards a broken
   * stream is an error.
   */
  stream(request: Omit<RequestInput, 'schema' | 'verify' | 'cache'>): AsyncGenerator<StreamPart> {
    const settings = parse(StreamOptions, request, 'models.stream')
    this.#service.assertActive(this.#agent)
    return this.#stream({ ...settings, cache: false })
  }

  async *#stream(settings: RequestSettings): AsyncGenerator<StreamPart> {
    yield* this.#service.router.stream(this.#agent, await this.#preferred(settings))
  }

  /** A request that names its tier or model needs no preference. */
  async #preferred(settings: RequestSettings): Promise<RequestSettings> {
    if (settings.tier !== undefined || settings.model !== undefined) return settings
    const prefer = await this.#preference(settings.task)
    return prefer === undefined ? settings : { ...settings, prefer }
  }

  /** One vector for each text. Vectors of different models are not comparable. */
  async embed(request: z.input<typeof Embed>): Promise<EmbedResult> {
    const settings = parse(Embed, request, 'models.embed')
    this.#service.assertActive(this.#agent)
    return this.#service.router.embed(this.#agent, settings)
  }

  /**
   * The route and the maximum cost of a call, without making it. What a persona prefers is not
   * considered: spread `persona.modelFor(task)` into the request.
   */
  plan<T>(request: GenerateRequest<T>): CallPreview {
    return this.#service.router.plan(parse(RequestOptions, request, 'models.plan'))
  }

  /** Spending of the node's agents, and the rest of its budgets. */
  usage(): ModelUsage {
    return usageReport(this.#service.ledger)
  }

  /** The catalogue with the current state of each model. */
  list(): ListedModel[] {
    return this.#service.list()
  }

  /** Histograms in the names of OpenTelemetry's GenAI conventions. */
  metrics(): Histogram[] {
    return this.#service.telemetry.histograms()
  }

  /** What the scorer has learned, and whether text or length alone predicts for each task. */
  scorer(): ScorerState {
    return this.#service.scorer.state
  }

  /**
   * The scorer's weights: which requests need the premium tier. `importScorer` loads them on
   * another node.
   */
  exportScorer(): ExportedScorer {
    return this.#service.scorer.export()
  }

  /** Replaces the scorer's weights by exported ones. Throws `HiveError` (ARGUMENT_INVALID). */
  importScorer(exported: unknown): void {
    this.#service.scorer.import(exported)
  }
}
