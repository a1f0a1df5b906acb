/** Embeddings of an endpoint that speaks the wire format of OpenAI's `/embeddings`. */
import OpenAI, { APIError } from 'openai'
import { HiveError } from '../errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Embedder } from './embedder.ts'

export interface OpenAIEmbedderInit {
  /** The URL before `/embeddings`, as in `https://api.openai.com/v1`. */
  readonly baseURL: string
  readonly model: string
  /** Default: the environment's OPENAI_API_KEY; endpoints of one's own often need none. */
  readonly apiKey?: string
  /**
   * Requested of the model, and required of its answers. Default: the dimensions of its first
   * answer.
   */
  readonly dimensions?: number
  /** Whether facts marked `private` are sent too; default false. */
  readonly private?: boolean
}

/** Status codes of refused texts, as opposed to a failed service: too long, or not accepted. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422])

/** The SDK requires a key even if the endpoint needs none. */
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
    const isOpenAI = new URL(baseURL).origin === 'https://api.openai.com'
    const key = apiKey ?? (isOpenAI ? process.env['OPENAI_API_KEY'] : undefined) ?? NO_KEY
    // The caller decides about retries. Nothing is logged, not even in debug mode.
    const defaultHeaders = { authorization: `Bearer ${key}` }
    this.#client = new OpenAI({
      baseURL,
      apiKey: key,
      adminAPIKey: null,
      defaultHeaders,
      maxRetries: 0,
      logLevel: 'off'
    })
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

/**
 * Without the service's message and without a cause, since both may contain the key or the texts.
 */
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
