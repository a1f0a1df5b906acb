/**
 * The `embeddings` of `createHive`: one endpoint, or an object of the caller, that is called for
 * embeddings alone, through the router. It belongs to no tier.
 */
import { HiveError, messageOf } from '../errors.ts'
import { ProviderFailure } from './errors.ts'
import { NO_TOKENS } from './provider.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Provider } from './provider.ts'

/** An endpoint that speaks the wire format of OpenAI's `/embeddings`. */
export interface EmbeddingEndpoint {
  /** Up to where `/embeddings` begins, as in `https://api.openai.com/v1`. */
  readonly baseURL: string
  readonly model: string
  /** Default: the environment's key of the provider at `baseURL`; none for other hosts. */
  readonly apiKey?: string
  /** Requested from the model, and required of its vectors; default: the model's own. */
  readonly dimensions?: number
  /** Whether facts marked `private` are sent too; default false. */
  readonly private?: boolean
}

/** An object of the caller that embeds texts. */
export interface EmbeddingFunction {
  readonly model: string
  readonly private?: boolean
  embed(texts: readonly string[], options: AbortOptions): Promise<readonly Float32Array[]>
}

export type EmbeddingSource = EmbeddingEndpoint | EmbeddingFunction

/** An object with `embed` as a provider. Its tokens are not known: reservations count in full. */
export function functionProvider(name: string, source: EmbeddingFunction): Provider {
  const onlyEmbeds = (): never => {
    throw new ProviderFailure('request', `${name} only embeds`)
  }
  return {
    name,
    generate: () => Promise.reject(new ProviderFailure('request', `${name} only embeds`)),
    stream: onlyEmbeds,
    async embed(_model, texts, { signal }) {
      try {
        const vectors = await untilAborted(source.embed(texts, { signal }), signal)
        return { vectors: vectors.map((vector) => [...vector]), usage: NO_TOKENS }
      } catch (error) {
        signal.throwIfAborted()
        const isRefused = error instanceof HiveError && error.code === 'EMBEDDING_REFUSED'
        const message = messageOf(error)
        throw new ProviderFailure(isRefused ? 'request' : 'server', `${name}: ${message}`)
      }
    }
  }
}

/** Does not wait for an object that ignores the signal. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const left = Promise.withResolvers<never>()
  const abort = (): void => left.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([promise, left.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
