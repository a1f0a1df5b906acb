/**
 * An embedder turns texts into vectors, with any model, local or remote. `recall` also sends it the
 * questions.
 */
import type { AbortOptions } from '@libp2p/interface'

/** A model that turns texts into vectors. */
export interface Embedder {
  /** Names the model and its settings; under another name all vectors are computed again. */
  readonly model: string
  /** Whether it also gets facts marked `private`. Default: false. */
  readonly private?: boolean
  /**
   * A vector for each text, in order, all of one dimension. Throws `HiveError`: EMBEDDING_REFUSED
   * if it never accepts these texts, any other error if another attempt may succeed.
   */
  embed(texts: readonly string[], options: AbortOptions): Promise<readonly Float32Array[]>
}
