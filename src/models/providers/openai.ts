/**
 * Chat completions through the `openai` package: OpenAI, and compatible servers (Groq, Ollama,
 * vLLM, llama.cpp, LM Studio). The package is loaded at the first call.
 */
import { truncatedStream, failureOf, invalidReply, withFailures } from './failure.ts'
import { fromChatUsage, fromFinishReason, parseInput, toChatParams } from './openai-mapping.ts'
import { BASE_URLS, withheldHeaders } from '../keys.ts'
import { rateStateOf } from '../calling/rate-headers.ts'
import { NO_TOKENS } from '../provider.ts'
import type OpenAI from 'openai'
import type { Environment } from '../keys.ts'
import type {
  Embeddings,
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart,
  StopReason,
  TokenUsage,
  ToolCall
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
  #client: Promise<OpenAI> | undefined

  constructor(init: OpenAIProviderInit) {
    this.name = init.name
    this.#init = init
  }

  async generate(request: ProviderRequest, options: ProviderOptions): Promise<ProviderReply> {
    return this.#guard(options, async (client) => {
      const { data, response } = await client.chat.completions
        .create({ ...toChatParams(request, this.#init), stream: false }, { signal: options.signal })
        .withResponse()
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      const choice = data.choices?.[0]
      if (choice === undefined) throw invalidReply(this.name)
      const calls = choice.message.tool_calls ?? []
      return {
        text: choice.message.content ?? '',
        toolCalls: calls.flatMap((call) =>
          call.type === 'function'
            ? [
                {
                  id: call.id,
                  name: call.function.name,
                  input: parseInput(call.function.arguments)
                }
              ]
            : []
        ),
        // Some compatible servers report no usage; then the reservation is booked.
        usage: data.usage === undefined ? NO_TOKENS : fromChatUsage(data.usage),
        stopReason: fromFinishReason(choice.finish_reason),
        model: data.model
      }
    })
  }

  async *stream(
    request: ProviderRequest,
    options: ProviderOptions
  ): AsyncGenerator<ProviderStreamPart> {
    const chunks = await this.#guard(options, async (client) => {
      const { data, response } = await client.chat.completions
        .create(
          {
            ...toChatParams(request, this.#init),
            stream: true,
            stream_options: { include_usage: true }
          },
          { signal: options.signal }
        )
        .withResponse()
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      return data
    })
    let text = ''
    let usage: TokenUsage = NO_TOKENS
    let stopReason: StopReason | undefined
    let model = request.model
    const calls = new Map<number, { id: string; name: string; input: string }>()
    try {
      for await (const chunk of chunks) {
        model = chunk.model
        if (chunk.usage !== null && chunk.usage !== undefined) usage = fromChatUsage(chunk.usage)
        const choice = chunk.choices[0]
        if (choice === undefined) continue
        for (const part of choice.delta.tool_calls ?? []) {
          const call = calls.get(part.index) ?? { id: '', name: '', input: '' }
          calls.set(part.index, {
            id: call.id + (part.id ?? ''),
            name: call.name + (part.function?.name ?? ''),
            input: call.input + (part.function?.arguments ?? '')
          })
        }
        const piece = choice.delta.content ?? ''
        text += piece
        if (piece !== '') yield { type: 'text', text: piece }
        if (choice.finish_reason !== null) stopReason = fromFinishReason(choice.finish_reason)
      }
    } catch (error) {
      throw failureOf(this.name, error, options.signal, this.#init.now())
    }
    if (stopReason === undefined) throw truncatedStream(this.name)
    const toolCalls: ToolCall[] = [...calls.values()].map(({ id, name, input }) => ({
      id,
      name,
      input: parseInput(input)
    }))
    yield { type: 'end', reply: { text, toolCalls, usage, stopReason, model } }
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
      if (data.data.length !== texts.length) throw invalidReply(this.name)
      return {
        vectors: data.data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding),
        usage: { ...NO_TOKENS, input: data.usage?.prompt_tokens ?? 0 }
      }
    })
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
      maxRetries: 0,
      logLevel: 'off'
    })
  }
}
