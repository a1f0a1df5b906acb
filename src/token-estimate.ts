/** Estimates of tokens, for budgets of texts that go to any model. */

/**
 * Bytes of UTF-8 a token: the least that common tokenizers reach for prose; code has fewer tokens.
 */
const BYTES_PER_TOKEN = 3

/** An upper estimate for all models: a third of the bytes. */
export function tokensOf(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text))
}

/** An upper estimate of the tokens of a text, from its size in bytes. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN)
}
