/**
 * An embedder turns texts into vectors, with any model, local or remote. `recall` also sends it the
 * questions.
 */
import type { AbortOptions } from '@libp2p/interface'

/** Options of one call of an embedder. */
export interface EmbedOptions extends AbortOptions {
  /** A caller of `recall` waits for the vector: fail soon rather than try again. */
  readonly urgent?: boolean
}

/** A model that turns texts into vectors. */
export interface Embedder {
  /** Names the model and its settings; under another name all vectors are computed again. */
  readonly model: string
  /** Whether it also gets facts marked `private`. Default: false. */
  readonly private?: boolean
  /**
   * A vector for each text, in order, all of one dimension. Throws an error with the code
   * EMBEDDING_REFUSED or REQUEST_REFUSED if it never accepts these texts, any other error if another
   * attempt may succeed.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>
}
