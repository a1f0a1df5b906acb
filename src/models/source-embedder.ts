/** Embeds by the option `embeddings`, through the router: its ledger, budgets, breaker and retries. */
import { ModelError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Candidate } from './calling/caller.ts'
import type { EmbeddingSource } from './embedding-source.ts'
import type { Router } from './routing/router.ts'

export interface SourceEmbedderComponents {
  readonly source: EmbeddingSource
  readonly candidate: Candidate
  readonly router: Pick<Router, 'embed'>
  /** The agent whose budget pays for embeddings. */
  readonly agent: string
}

/** Attempts of one batch; the caller of `embed` tries again later. */
const BATCH_ATTEMPTS = 3

/** Milliseconds that an urgent call waits for a model that rests or whose breaker is open. */
const URGENT_WAIT = 1_500

/** Embeds by the router: reserves and books what it may cost, and heeds budgets and the breaker. */
export class SourceEmbedder {
  readonly model: string
  readonly private: boolean
  readonly #components: SourceEmbedderComponents

  constructor(components: SourceEmbedderComponents) {
    const { source } = components
    this.#components = components
    this.model = 'embed' in source ? source.model : `${source.model}/${source.dimensions ?? 'any'}`
    this.private = source.private === true
  }

  /** `urgent`: one attempt, and hardly a wait before it. Throws `ModelError`. */
  async embed(
    texts: readonly string[],
    { signal, urgent = false }: AbortOptions & { readonly urgent?: boolean }
  ): Promise<readonly Float32Array[]> {
    const { source, candidate, router, agent } = this.#components
    const { vectors } = await router.embed(agent, {
      texts,
      task: 'embed',
      candidate,
      signal,
      maxAttempts: urgent ? 1 : BATCH_ATTEMPTS,
      maxWait: urgent ? URGENT_WAIT : undefined
    })
    const dimensions = 'embed' in source ? undefined : source.dimensions
    const wrong = vectors.find(({ length }) => dimensions !== undefined && length !== dimensions)
    if (wrong !== undefined) {
      throw new ModelError(
        'OUTPUT_INVALID',
        `The embedding model gave ${wrong.length} dimensions where ${dimensions} were requested. Check "embeddings" in the options of createHive.`
      )
    }
    return vectors.map((vector) => Float32Array.from(vector))
  }
}
