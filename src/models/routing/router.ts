/**
 * The router of a node: generates, streams, embeds and previews; equal concurrent calls share one
 * request.
 */
import { createHash } from 'node:crypto'
import { Caller } from '../calling/caller.ts'
import { NO_TOKENS } from '../provider.ts'
import { embed } from './embed.ts'
import { generate } from './generate.ts'
import { preview } from './call-preview.ts'
import { ReplyCache } from './reply-cache.ts'
import { SingleFlight } from './single-flight.ts'
import { stream } from './stream.ts'
import { checkOutput, jsonSchemaOf } from './structured.ts'
import type { RetryBudget } from '../calling/retry.ts'
import type { ModelSettings, RequestSettings } from '../model-options.ts'
import type { CallPreview, EmbedResult, Generation, StreamPart } from '../result.ts'
import type { EmbedRequest } from './embed.ts'
import type { GenerateComponents } from './generate.ts'
import type { ModelRegistry } from './model-registry.ts'

export interface RouterComponents extends Omit<GenerateComponents, 'caller' | 'policy' | 'roster'> {
  readonly settings: Pick<ModelSettings, 'policy' | 'timeout' | 'hedge' | 'fallback'>
  readonly roster: Pick<ModelRegistry, 'find' | 'model' | 'offline' | 'tier'>
  readonly retries: RetryBudget
}

export class Router {
  readonly #components: RouterComponents & GenerateComponents
  readonly #flights = new SingleFlight<Generation>()
  readonly #cache = new ReplyCache<Generation>()

  constructor(components: RouterComponents) {
    const { policy } = components.settings
    this.#components = { ...components, policy, caller: new Caller(components) }
  }

  async generate(agent: string, request: RequestSettings): Promise<Generation> {
    // Another verifier may refuse an answer that an earlier one accepted.
    if (!request.cache || request.verify !== undefined)
      return generate(this.#components, agent, request, request.signal)
    const key = keyOf(request)
    const earlier = this.#cache.get(key)
    if (earlier !== undefined) {
      const free = { attempts: [], unanswered: [], usage: NO_TOKENS, cost: '0', cached: true }
      return parsed(request, { ...earlier, ...free })
    }
    const result = await this.#flights.run(`${agent} ${key}`, request.signal, async (signal) => {
      const made = await generate(this.#components, agent, request, signal)
      this.#cache.set(key, made, Buffer.byteLength(made.text))
      return made
    })
    return parsed(request, result)
  }

  stream(agent: string, request: RequestSettings): AsyncGenerator<StreamPart> {
    return stream(this.#components, agent, request)
  }

  embed(agent: string, request: EmbedRequest): Promise<EmbedResult> {
    return embed(this.#components, agent, request)
  }

  /** The route and the maximum cost of a call, without making it. */
  plan(request: RequestSettings): CallPreview {
    return preview(this.#components, request)
  }
}

/** Each caller of a shared reply gets its own value. */
function parsed({ schema }: RequestSettings, result: Generation): Generation {
  const checked = schema === undefined ? undefined : checkOutput(result.text, schema)
  return checked?.ok === true ? { ...result, value: checked.value } : result
}

function keyOf({ schema, ...request }: RequestSettings): string {
  const rest = { ...request, signal: undefined, verify: undefined }
  const json = JSON.stringify([rest, schema === undefined ? null : jsonSchemaOf(schema)])
  return createHash('sha256').update(json).digest('base64')
}
