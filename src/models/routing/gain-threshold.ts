/**
 * From which chance of a gain on the premium tier is asked first, by the prices of both tiers.
 *
 * Fast first costs `fast + gain * premium`: where neither passes, premium is worth nothing in either
 * order. Premium first costs `premium`. It is cheaper if `gain > 1 - fast / premium`.
 */
import { inputTokens } from '../calling/token-bound.ts'
import { MAX_OUTPUT_TOKENS } from '../constants.ts'
import { NO_TOKENS } from '../provider.ts'
import { costOf } from '../spending/price.ts'
import type { Candidate } from '../calling/caller.ts'
import type { RequestSettings } from '../model-options.ts'

/** Of the costs of fast and premium, where a price is unknown: the usual one in the catalogue. */
const UNKNOWN_RATIO = 0.05

/** 0 to 1, by the first model of each route. */
export function gainThreshold(
  [fast]: readonly Candidate[],
  [premium]: readonly Candidate[],
  {
    messages,
    tools,
    maxOutputTokens
  }: Pick<RequestSettings, 'messages' | 'tools' | 'maxOutputTokens'>
): number {
  const tokens = {
    ...NO_TOKENS,
    input: inputTokens(messages, tools).estimate,
    output: maxOutputTokens ?? MAX_OUTPUT_TOKENS
  }
  const [cheap, dear] = [fast, premium].map((each) => costOf(tokens, each?.model.bands ?? null))
  if (cheap === undefined || dear === undefined) return 1 - UNKNOWN_RATIO
  return dear <= cheap ? 0 : 1 - Number(cheap) / Number(dear)
}
