/** Options that each call of an operation takes. */
export interface Progress {
  readonly [name: string]: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Takes the items of an operation that gives many; resolves when it can take more. */
  readonly onItem?: (item: unknown) => Promise<void>
}
