/** Embeddings of an endpoint that speaks the wire format of OpenAI's `/embeddings`. */
import OpenAI, { APIError } from 'openai'
import { HiveError } from '../errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Embedder } from './embedder.ts'

export interface OpenAIEmbedderInit {
  /** Up to where `/embeddings` begins, as in `https://api.openai.com/v1`. */
  readonly baseURL: string
  readonly model: string
  /** Default: the environment's OPENAI_API_KEY; endpoints of one's own often need none. */
  readonly apiKey?: string
  /** Asked of the model, and required of its answers; default: what it gives. */
  readonly dimensions?: number
  /** Whether facts marked `private` are sent too; default false. */
  readonly private?: boolean
}

/** The texts, not the service, are at fault: too long, or not taken. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422])

/** The SDK wants a key where the endpoint wants none. */
const NO_KEY = 'none'

export function openAIEmbedder(init: OpenAIEmbedderInit): Embedder {
  return new OpenAIEmbedder(init)
}

class OpenAIEmbedder implements Embedder {
  readonly model: string
  readonly private: boolean
  readonly #client: OpenAI
  readonly #init: OpenAIEmbedderInit

  constructor(init: OpenAIEmbedderInit) {
    const { baseURL, model, apiKey, dimensions } = init
    this.model = `${model}/${dimensions ?? 'any'}`
    this.private = init.private === true
    this.#init = init
    const key = apiKey ?? process.env['OPENAI_API_KEY'] ?? NO_KEY
    // Who calls decides what is worth another attempt; nothing is logged, not even in debug mode.
    this.#client = new OpenAI({ baseURL, apiKey: key, maxRetries: 0, logLevel: 'off' })
  }

  async embed(
    texts: readonly string[],
    { signal }: AbortOptions
  ): Promise<readonly Float32Array[]> {
    const { model, dimensions } = this.#init
    const input = [...texts]
    try {
      const { data } = await this.#client.embeddings.create(
        { model, input, dimensions, encoding_format: 'float' },
        { signal }
      )
      const vectors = data.toSorted((a, b) => a.index - b.index).map((each) => each.embedding)
      if (vectors.length !== texts.length) {
        throw embeddingFailed(`answered with ${vectors.length} vectors for ${texts.length} texts`)
      }
      const wrong = vectors.find(({ length }) => dimensions !== undefined && length !== dimensions)
      if (wrong !== undefined) {
        throw embeddingFailed(
          `answered with ${wrong.length} dimensions where ${dimensions} were asked for`
        )
      }
      return vectors.map((vector) => Float32Array.from(vector))
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof HiveError ? error : sanitizedError(error)
    }
  }
}

/** Without what the service said and without a cause: they may repeat the key or the texts. */
function sanitizedError(error: unknown): HiveError {
  const status: unknown = error instanceof APIError ? error.status : undefined
  if (typeof status !== 'number')
    return embeddingFailed('could not be reached, or gave no valid answer')
  if (!REFUSALS.has(status)) return embeddingFailed(`answered with status ${status}`)
  return new HiveError(
    'EMBEDDING_REFUSED',
    `The embedding service refused the texts with status ${status}.`
  )
}

function embeddingFailed(what: string): HiveError {
  return new HiveError(
    'EMBEDDING_FAILED',
    `The embedding service ${what}. Check "embeddings" in the options of createHive.`
  )
}
