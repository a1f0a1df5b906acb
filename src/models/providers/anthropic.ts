/** The Messages API through `@anthropic-ai/sdk`, which is loaded at the first call. */
import { fromMessagesUsage, fromStopReason, toMessagesParams } from './anthropic-mapping.ts'
import { truncatedStream, failureOf, invalidReply, withFailures } from './failure.ts'
import { parseInput } from './openai-mapping.ts'
import { BASE_URLS, withheldHeaders } from '../keys.ts'
import { rateStateOf } from '../calling/rate-headers.ts'
import { NO_TOKENS } from '../provider.ts'
import type Anthropic from '@anthropic-ai/sdk'
import type { Environment } from '../keys.ts'
import type {
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart,
  StopReason,
  TokenUsage,
  ToolCall
} from '../provider.ts'

export interface AnthropicProviderInit {
  readonly name: string
  readonly key: () => Promise<string | undefined>
  readonly baseURL?: string
  /** The environment, which the SDK reads headers from. */
  readonly env: Environment
  readonly now: () => number
}

export function anthropicProvider(init: AnthropicProviderInit): Provider {
  return new AnthropicProvider(init)
}

class AnthropicProvider implements Provider {
  readonly name: string
  readonly #init: AnthropicProviderInit
  #client: Promise<Anthropic> | undefined

  constructor(init: AnthropicProviderInit) {
    this.name = init.name
    this.#init = init
  }

  async generate(request: ProviderRequest, options: ProviderOptions): Promise<ProviderReply> {
    return this.#guard(options, async (client) => {
      const { data, response } = await client.messages
        .create({ ...toMessagesParams(request), stream: false }, { signal: options.signal })
        .withResponse()
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      if (!Array.isArray(data.content)) throw invalidReply(this.name)
      return {
        text: data.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        toolCalls: data.content.flatMap((block) =>
          block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : []
        ),
        usage: fromMessagesUsage(data.usage),
        stopReason: fromStopReason(data.stop_reason),
        model: data.model
      }
    })
  }

  async *stream(
    request: ProviderRequest,
    options: ProviderOptions
  ): AsyncGenerator<ProviderStreamPart> {
    const events = await this.#guard(options, async (client) => {
      const { data, response } = await client.messages
        .create({ ...toMessagesParams(request), stream: true }, { signal: options.signal })
        .withResponse()
      options.onRate?.(rateStateOf(response.headers, this.#init.now()))
      return data
    })
    let text = ''
    let usage: TokenUsage = NO_TOKENS
    let stopReason: StopReason = 'end'
    let model = request.model
    let whole = false
    const calls = new Map<number, { id: string; name: string; input: string }>()
    try {
      for await (const event of events) {
        if (event.type === 'message_start') {
          usage = fromMessagesUsage(event.message.usage)
          model = event.message.model
        } else if (event.type === 'content_block_start') {
          const block = event.content_block
          if (block.type === 'tool_use') {
            calls.set(event.index, { id: block.id, name: block.name, input: '' })
          }
        } else if (event.type === 'content_block_delta') {
          const { delta } = event
          const call = calls.get(event.index)
          if (delta.type === 'text_delta') {
            text += delta.text
            yield { type: 'text', text: delta.text }
          } else if (delta.type === 'input_json_delta' && call !== undefined) {
            call.input += delta.partial_json
          }
        } else if (event.type === 'message_delta') {
          usage = fromMessagesUsage(event.usage, usage)
          stopReason = fromStopReason(event.delta.stop_reason)
        } else if (event.type === 'message_stop') whole = true
      }
    } catch (error) {
      throw failureOf(this.name, error, options.signal, this.#init.now())
    }
    if (!whole) throw truncatedStream(this.name)
    const toolCalls: ToolCall[] = [...calls.values()].map(({ id, name, input }) => ({
      id,
      name,
      input: parseInput(input)
    }))
    yield { type: 'end', reply: { text, toolCalls, usage, stopReason, model } }
  }

  async #guard<T>(
    { signal }: ProviderOptions,
    task: (client: Anthropic) => Promise<T>
  ): Promise<T> {
    const client = await (this.#client ??= this.#open())
    return withFailures(this.name, () => task(client), { signal, now: this.#init.now })
  }

  async #open(): Promise<Anthropic> {
    const { Anthropic: Client } = await import('@anthropic-ai/sdk')
    const key = await this.#init.key()
    const { baseURL = BASE_URLS.anthropic, env } = this.#init
    return new Client({
      // The SDK refuses to start without a key.
      apiKey: key ?? 'none',
      authToken: null,
      baseURL,
      // They replace what ANTHROPIC_CUSTOM_HEADERS names: credentials, and all of it at other hosts.
      defaultHeaders: {
        ...withheldHeaders('anthropic', baseURL, env),
        'x-api-key': key ?? null,
        authorization: null
      },
      maxRetries: 0,
      logLevel: 'off'
    })
  }
}
