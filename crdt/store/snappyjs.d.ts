declare module 'snappyjs' {
  /** Throws if the bytes are not what Snappy compresses to. */
  export function uncompress(compressed: Uint8Array): Uint8Array
}
