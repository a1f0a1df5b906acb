/** Options of each call of an operation. */
export interface Progress {
  readonly [name: string]: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Receives the items of an operation one by one; resolves when it can take the next. */
  readonly onItem?: (item: unknown) => Promise<void>
  /** The items of an operation that takes many, as JSON Lines. */
  readonly lines?: AsyncIterable<Buffer | string>
}
