/**
 * What turns texts into vectors: any model, here or elsewhere. `recall` also gives it the questions
 * that are asked.
 */
import type { AbortOptions } from '@libp2p/interface'

/** A model that turns texts into vectors. */
export interface Embedder {
  /** Names the model and what it was told; under another name all vectors are made again. */
  readonly model: string
  /** Whether facts marked `private` are given to it too; left out: they are not. */
  readonly private?: boolean
  /**
   * A vector for each text, in order, all of one dimension. Throws `HiveError`: EMBEDDING_REFUSED
   * when it will never take these texts, anything else when it is worth another attempt.
   */
  embed(texts: readonly string[], options: AbortOptions): Promise<readonly Float32Array[]>
}
