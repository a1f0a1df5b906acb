/**
 * Chat completions through the `openai` package: OpenAI, and compatible servers (Groq, Ollama,
 * vLLM, llama.cpp, LM Studio). The package is loaded at the first call.
 */
import { ChatStream } from './chat-stream.ts'
import { parseChunk, parseCompletion } from './chat-wire.ts'
import { parseEmbeddings } from './embeddings-wire.ts'
import { fetchWithErrors } from './error-body.ts'
import { failureOf, invalidReply, readable, truncatedStream, withFailures } from './failure.ts'
import { toChatParams } from './openai-mapping.ts'
import { refusedField } from './refused-field.ts'
import { isDone, watchDone } from './stream-done.ts'
import { BASE_URLS, withheldHeaders } from '../keys.ts'
import { rateStateOf } from '../calling/rate-headers.ts'
import type OpenAI from 'openai'
import type { Environment } from '../keys.ts'
import type { ChatParams, RefusedField } from './openai-mapping.ts'
import type {
  Embeddings,
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart
} from '../provider.ts'

export interface OpenAIProviderInit {
  readonly name: string
  /** Undefined if the server needs no key. */
  readonly key: () => Promise<string | undefined>
  readonly baseURL?: string
  /** The environment, which the SDK reads headers from. */
  readonly env: Environment
  /** False for a compatible server with other models. */
  readonly ownModels: boolean
  /** Dimensions requested of embeddings; default: the model's own. */
  readonly dimensions?: number
  readonly now: () => number
}

export function openaiProvider(init: OpenAIProviderInit): Provider {
  return new OpenAIProvider(init)
}

class OpenAIProvider implements Provider {
  readonly name: string
  readonly #init: OpenAIProviderInit
  /** By model: the support of a server may depend on it. */
  readonly #refused = new Map<string, Set<RefusedField>>()
  #client: Promise<OpenAI> | undefined

  constructor(init: OpenAIProviderInit) {
    this.name = init.name
    this.#init = init
  }

  async generate(request: ProviderRequest, options: ProviderOptions): Promise<ProviderReply> {
    return this.#guard(options, async (client) => {
      const { data, response } = await this.#send(request, (params) =>
        client.chat.completions
          .create({ ...params, stream: false }, { signal: options.signal })
          .withResponse()
      )
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      return readable(this.name, data, parseCompletion(data, request.model))
    })
  }

  async *stream(
    request: ProviderRequest,
    options: ProviderOptions
  ): AsyncGenerator<ProviderStreamPart> {
    const { chunks, response: opened } = await this.#guard(options, async (client) => {
      const { data, response } = await this.#send(request, (params, refused) => {
        const counted = refused.has('stream_options')
          ? {}
          : { stream_options: { include_usage: true } }
        return client.chat.completions
          .create({ ...params, ...counted, stream: true }, { signal: options.signal })
          .withResponse()
      })
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      return { chunks: data, response }
    })
    const whole = new ChatStream(request.model)
    try {
      for await (const each of chunks) {
        const chunk = parseChunk(each)
        if (chunk === undefined) throw invalidReply(this.name)
        const text = chunk === null ? '' : whole.add(chunk)
        if (text !== '') yield { type: 'text', text }
      }
    } catch (error) {
      throw failureOf(this.name, error, options.signal, this.#init.now())
    }
    if (!whole.ended && !(whole.hasBegun && isDone(opened))) throw truncatedStream(this.name)
    const rest = whole.end()
    if (rest !== '') yield { type: 'text', text: rest }
    const reply = whole.reply()
    if (reply === undefined) throw invalidReply(this.name)
    yield { type: 'end', reply }
  }

  async embed(
    model: string,
    texts: readonly string[],
    options: ProviderOptions
  ): Promise<Embeddings> {
    return this.#guard(options, async (client) => {
      const { data, response } = await client.embeddings
        .create(
          {
            model,
            input: [...texts],
            dimensions: this.#init.dimensions,
            encoding_format: 'float'
          },
          { signal: options.signal }
        )
        .withResponse()
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      return readable(this.name, data, parseEmbeddings(data, texts.length))
    })
  }

  /**
   * Sends a request without the fields that the server has refused for the model. Each further
   * request leaves out one field more.
   */
  async #send<T>(
    request: ProviderRequest,
    send: (params: ChatParams, refused: ReadonlySet<RefusedField>) => Promise<T>
  ): Promise<T> {
    const refused = this.#refused.get(request.model) ?? new Set()
    this.#refused.set(request.model, refused)
    for (;;) {
      const params = toChatParams(request, { ownModels: this.#init.ownModels, refused })
      try {
        return await send(params, refused)
      } catch (error) {
        const field = refusedField(error, refused)
        if (field === undefined) throw error
        refused.add(field)
      }
    }
  }

  async #guard<T>({ signal }: ProviderOptions, task: (client: OpenAI) => Promise<T>): Promise<T> {
    const client = await (this.#client ??= this.#open())
    return withFailures(this.name, () => task(client), { signal, now: this.#init.now })
  }

  async #open(): Promise<OpenAI> {
    const { OpenAI: Client } = await import('openai')
    const key = await this.#init.key()
    const { baseURL = BASE_URLS.openai, env } = this.#init
    return new Client({
      // The SDK refuses to start without a key.
      apiKey: key ?? 'none',
      adminAPIKey: null,
      baseURL,
      // They replace what OPENAI_CUSTOM_HEADERS names: credentials, and all of it at other hosts.
      defaultHeaders: {
        ...withheldHeaders('openai', baseURL, env),
        authorization: key === undefined ? null : `Bearer ${key}`,
        'x-api-key': null
      },
      organization: null,
      project: null,
      fetch: watchDone(fetchWithErrors),
      maxRetries: 0,
      logLevel: 'off'
    })
  }
}
