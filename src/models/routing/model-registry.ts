/** The models that can be called: by tier, with their provider and health. */
import { ModelError } from '../errors.ts'
import { stateOf } from '../catalogue.ts'
import { Health } from '../calling/health.ts'
import { functionProvider } from '../embedding-source.ts'
import { checkKeyOrigin, foreignOriginOf, hasKey, keyEnvOf, readKey } from '../keys.ts'
import { anthropicProvider } from '../providers/anthropic.ts'
import { OFFLINE_MODEL, offlineProvider } from '../providers/offline/offline.ts'
import { openaiProvider } from '../providers/openai.ts'
import type { Candidate } from '../calling/caller.ts'
import type { Catalogue, CataloguedModel } from '../catalogue.ts'
import type { EmbeddingSource } from '../embedding-source.ts'
import type { Environment } from '../keys.ts'
import type { Endpoint, ModelSettings } from '../model-options.ts'
import type { Provider } from '../provider.ts'

/** Used if their key is set. */
const DEFAULT_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  anthropic: { kind: 'anthropic', keyEnv: 'ANTHROPIC_API_KEY' },
  openai: { kind: 'openai', keyEnv: 'OPENAI_API_KEY' },
  groq: { kind: 'compatible', baseURL: 'https://api.groq.com/openai/v1', keyEnv: 'GROQ_API_KEY' }
}

export const OFFLINE_ID = `offline/${OFFLINE_MODEL}`

export interface ModelRegistryComponents {
  /** Undefined: only the offline tier. */
  readonly settings: ModelSettings | undefined
  /** Called for embeddings alone. */
  readonly embeddings: EmbeddingSource | undefined
  readonly catalogue: Catalogue
  readonly env: Environment
  readonly now: () => number
  readonly warn: (text: string) => void
}

export class ModelRegistry {
  readonly #components: ModelRegistryComponents
  readonly #providers = new Map<string, Provider>()
  readonly #candidates = new Map<string, Candidate>()
  readonly #warned = new Set<string>()
  /** Why a provider is called without the key of its name. */
  readonly #withheldKeys = new Map<string, string>()
  readonly offline: Candidate
  /** The model of the option `embeddings`. */
  readonly embedding: Candidate | undefined

  constructor(components: ModelRegistryComponents) {
    this.#components = components
    this.offline = { model: offlineModel(), provider: offlineProvider(), health: new Health() }
    const { settings, env, now, embeddings } = components
    if (embeddings !== undefined) this.embedding = embeddingCandidate(embeddings, components)
    if (settings === undefined) return
    for (const [name, endpoint] of Object.entries(DEFAULT_ENDPOINTS)) {
      if (hasKey(endpoint, env)) this.#providers.set(name, open(name, endpoint, env, now))
    }
    for (const [name, given] of Object.entries(settings.providers)) {
      const provider =
        'generate' in given ? given : open(name, this.#endpointOf(name, given), env, now)
      this.#providers.set(name, provider)
    }
  }

  /** The key in a provider's own variable goes to the provider's own origin only. */
  #endpointOf(name: string, given: Endpoint): Endpoint {
    checkKeyOrigin(name, given)
    const endpoint = { ...DEFAULT_ENDPOINTS[name], ...given }
    const home = foreignOriginOf(endpoint)
    if (home === undefined) return endpoint
    if (hasKey(endpoint, this.#components.env)) {
      this.#withheldKeys.set(
        name,
        `The provider "${name}" is called without a key: ${endpoint.keyEnv} is sent to ${home} only. Name its key with keyEnv or keyFile.`
      )
    }
    return { ...endpoint, keyEnv: undefined }
  }

  /** Models of a tier, in the order of calls. Throws for a named model that cannot be called. */
  tier(tier: 'premium' | 'fast' | 'embed'): Candidate[] {
    const { settings, catalogue, now } = this.#components
    const named = settings?.tiers[tier]
    if (named !== undefined) return named.map((id) => this.model(id))
    return catalogue
      .withRole(tier)
      .filter((model) => this.#providers.has(model.provider))
      .filter((model) => stateOf(model, now()) !== 'shut-down')
      .map((model) => this.model(model.id))
  }

  /** Throws `ModelError` if the model is shut down, or of an unknown provider. */
  model(id: string): Candidate {
    if (id === OFFLINE_ID) return this.offline
    const { catalogue } = this.#components
    const [name = ''] = id.split('/', 1)
    const model = catalogue.get(id) ?? uncataloguedModel(name, id.slice(name.length + 1))
    this.#checkState(model)
    const provider = this.#providers.get(name)
    if (provider === undefined) {
      throw new ModelError(
        'MODEL_UNKNOWN',
        `There is no provider "${name}" for the model ${id}. Set its key, or add it to \`providers\`.`
      )
    }
    const candidate = this.#candidates.get(id) ?? {
      model,
      provider,
      health: new Health(model.limits)
    }
    this.#candidates.set(id, candidate)
    const withheld = this.#withheldKeys.get(name)
    if (withheld !== undefined) this.#components.warn(withheld)
    this.#withheldKeys.delete(name)
    return candidate
  }

  /** Undefined for a model that this node cannot call. */
  find(id: string): Candidate | undefined {
    try {
      return this.model(id)
    } catch (error) {
      if (error instanceof ModelError) return undefined
      throw error
    }
  }

  has(provider: string): boolean {
    return this.#providers.has(provider)
  }

  health(id: string): Health | undefined {
    return this.#candidates.get(id)?.health
  }

  #checkState(model: CataloguedModel): void {
    const { catalogue, settings, now, warn } = this.#components
    const state = stateOf(model, now())
    if (state === 'active') return
    const replacement = catalogue.replacementOf(model.id, now())
    const instead = replacement === undefined ? '' : ` Use ${replacement} instead.`
    if (state === 'shut-down' && settings?.allowShutDown !== true) {
      const when = model.shutdown === null ? 'was shut down' : `was shut down on ${model.shutdown}`
      throw new ModelError(
        'MODEL_SHUT_DOWN',
        `${model.id} ${when}.${instead} Set \`allowShutDown\` to call the model anyway.`
      )
    }
    if (this.#warned.has(model.id)) return
    this.#warned.add(model.id)
    warn(
      `${model.id} ${state === 'ending' ? 'shuts down' : 'was shut down'} on ${model.shutdown}.${instead}`
    )
  }
}

function open(name: string, endpoint: Endpoint, env: Environment, now: () => number): Provider {
  const init = { name, key: () => readKey(endpoint, env), baseURL: endpoint.baseURL, env, now }
  if (endpoint.kind === 'anthropic') return anthropicProvider(init)
  return openaiProvider({ ...init, ownModels: endpoint.kind === 'openai' })
}

/** The provider and the name under which its spending is booked. */
const EMBEDDINGS = 'embeddings'

function embeddingCandidate(
  source: EmbeddingSource,
  { catalogue, env, now }: Pick<ModelRegistryComponents, 'catalogue' | 'env' | 'now'>
): Candidate {
  const unknown = uncataloguedModel(EMBEDDINGS, source.model)
  const own = catalogue.get(unknown.id)
  if ('embed' in source) {
    const model = own ?? unknown
    return { model, provider: functionProvider(EMBEDDINGS, source), health: new Health() }
  }
  const { baseURL, apiKey, dimensions } = source
  const keyEnv = keyEnvOf(baseURL)
  const provider = openaiProvider({
    name: EMBEDDINGS,
    key: () => (apiKey === undefined ? readKey({ keyEnv }, env) : Promise.resolve(apiKey)),
    baseURL,
    ownModels: false,
    dimensions,
    env,
    now
  })
  const known = Object.entries(DEFAULT_ENDPOINTS).find(([, each]) => each.keyEnv === keyEnv)?.[0]
  const { bands, limits } = own ?? catalogue.get(`${known}/${source.model}`) ?? unknown
  return { model: { ...unknown, bands, limits }, provider, health: new Health(limits) }
}

/** A model outside the catalogue: it can be called, and its price is unknown. */
function uncataloguedModel(provider: string, model: string): CataloguedModel {
  return {
    id: `${provider}/${model}`,
    provider,
    model,
    roles: [],
    context: null,
    maxOutput: null,
    capabilities: ['text', 'stream', 'tools', 'embed'],
    bands: null,
    shutdown: null,
    replacement: null,
    sources: []
  }
}

function offlineModel(): CataloguedModel {
  const free = { upTo: null, input: '0', cacheRead: '0', cacheWrite: '0', output: '0' }
  return { ...uncataloguedModel('offline', OFFLINE_MODEL), bands: [free] }
}
