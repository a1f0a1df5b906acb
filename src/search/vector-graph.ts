/**
 * The HNSW graph of vectors (the `usearch` package), without what was removed. usearch keeps the
 * vector of a removed key in its slot, also in a saved file, until another key takes the slot. So a
 * filler takes it at once, and leaves it to the next vector that is added. No slot is free, so that
 * a filler always takes the slot of what was removed.
 */
import { Index, MetricKind, ScalarKind } from 'usearch'
import type { Matches } from 'usearch'

/** Keys of fillers follow this one without gaps; items have smaller ones. */
const FILLER = 2n ** 62n

export class VectorGraph {
  readonly #index: Index
  readonly #dimensions: number
  #fillers = 0n

  constructor(dimensions: number) {
    this.#index = indexOf(dimensions)
    this.#dimensions = dimensions
  }

  /** Reads a saved graph. Throws if it is none. */
  static load(path: string, dimensions: number): VectorGraph {
    const graph = new VectorGraph(dimensions)
    graph.#index.load(path)
    while (graph.#index.contains(FILLER + graph.#fillers + 1n) === true) graph.#fillers += 1n
    return graph
  }

  save(path: string): void {
    this.#index.save(path)
  }

  /** Vectors and fillers. */
  get size(): number {
    return this.#index.size()
  }

  /** False if the key is there already. */
  add(key: bigint, vector: Float32Array): boolean {
    if (this.#index.contains(key) === true) return false
    if (this.#fillers > 0n) {
      this.#index.remove(FILLER + this.#fillers)
      this.#fillers -= 1n
    }
    this.#index.add(key, vector)
    return true
  }

  /** Takes a vector out, and out of the file that is saved next. */
  remove(key: bigint): void {
    if (this.#index.contains(key) !== true) return
    this.#index.remove(key)
    this.#fillers += 1n
    this.#index.add(FILLER + this.#fillers, this.#fillerOf(Number(this.#fillers)))
  }

  /** The nearest keys, fillers among them. */
  search(vector: Float32Array, count: number): Matches {
    return this.#index.search(vector, count, 1)
  }

  /** Fillers point in different directions: equal ones would be neighbours of each other alone. */
  #fillerOf(n: number): Float32Array {
    return Float32Array.from({ length: this.#dimensions }, (_, i) => Math.sin(n * (i + 1) + i * i))
  }
}

/** Cosine distance over half-precision numbers: 2 bytes a dimension. */
function indexOf(dimensions: number): Index {
  return new Index({
    dimensions,
    metric: MetricKind.Cos,
    quantization: ScalarKind.F16,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: 64,
    multi: false
  })
}
