/** Exact prices: whole picodollars a token, from prices of a million tokens. */
import { parseUsd } from './money.ts'
import type { Picodollars } from './money.ts'
import type { TokenUsage } from '../provider.ts'

/** Prices in USD of a million tokens as decimal text; null is unknown, and never 0. */
export interface Band {
  /** For prompts of at most this many tokens, cached ones included; null: for all longer ones. */
  readonly upTo: number | null
  readonly input: string | null
  readonly cacheRead: string | null
  readonly cacheWrite: string | null
  readonly output: string | null
}

const MILLION = 1_000_000n

/** Undefined if a price that the usage needs is unknown. */
export function costOf(usage: TokenUsage, bands: readonly Band[] | null): Picodollars | undefined {
  const band = bandFor(usage.input + usage.cacheRead + usage.cacheWrite, bands)
  if (band === undefined) return undefined
  let sum = 0n
  for (const kind of ['input', 'cacheRead', 'cacheWrite', 'output'] as const) {
    const tokens = usage[kind]
    if (tokens === 0) continue
    const price = perToken(band[kind])
    if (price === undefined) return undefined
    sum += BigInt(tokens) * price
  }
  return sum
}

/**
 * The most that a call with at most these tokens costs. Undefined if input or output has no price.
 */
export function maxCostOf(
  input: number,
  output: number,
  bands: readonly Band[] | null
): Picodollars | undefined {
  if (bands === null) return undefined
  let worst: Picodollars | undefined
  let reached = false
  for (const band of bands) {
    if (reached) break
    reached = band.upTo !== null && input <= band.upTo
    const read = [band.input, band.cacheRead, band.cacheWrite].map((price) => perToken(price))
    const written = perToken(band.output)
    if (read[0] === undefined || written === undefined) return undefined
    const dearest = read.reduce<bigint>(
      (most, price) => ((price ?? 0n) > most ? (price ?? 0n) : most),
      0n
    )
    const cost = BigInt(input) * dearest + BigInt(output) * written
    if (worst === undefined || cost > worst) worst = cost
  }
  return worst
}

function bandFor(prompt: number, bands: readonly Band[] | null): Band | undefined {
  return bands?.find(({ upTo }) => upTo === null || prompt <= upTo)
}

/** Prices have at most six decimals, so a token costs whole picodollars. */
function perToken(price: string | null): Picodollars | undefined {
  const million = price === null ? undefined : parseUsd(price)
  return million === undefined ? undefined : million / MILLION
}
