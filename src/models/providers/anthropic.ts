/** The Messages API through `@anthropic-ai/sdk`, which is loaded at the first call. */
import { toMessagesParams } from './anthropic-mapping.ts'
import { fetchWithErrors } from './error-body.ts'
import { failureOf, invalidReply, readable, truncatedStream, withFailures } from './failure.ts'
import { MessageStream, parseEvent, parseMessage } from './messages-wire.ts'
import { BASE_URLS, withheldHeaders } from '../keys.ts'
import { rateStateOf } from '../calling/rate-headers.ts'
import type Anthropic from '@anthropic-ai/sdk'
import type { Environment } from '../keys.ts'
import type {
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart
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
      return readable(this.name, data, parseMessage(data, request.model))
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
    const whole = new MessageStream(request.model)
    try {
      for await (const each of events) {
        const event = parseEvent(each)
        if (event === undefined) throw invalidReply(this.name)
        const text = whole.add(event)
        if (text !== '') yield { type: 'text', text }
      }
    } catch (error) {
      throw failureOf(this.name, error, options.signal, this.#init.now())
    }
    if (!whole.ended) throw truncatedStream(this.name)
    const reply = whole.reply()
    if (reply === undefined) throw invalidReply(this.name)
    yield { type: 'end', reply }
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
      fetch: fetchWithErrors,
      maxRetries: 0,
      logLevel: 'off'
    })
  }
}
