/** Limits of the model router, each with its reason. */

/** Attempts of one call over all its models; at 43 % failing, 18 in a row happen once in 4 million calls. */
export const MAX_ATTEMPTS = 18

/** Full jitter (Brooker, "Exponential Backoff And Jitter", 2015): a random wait up to the lesser of the two. */
export const BACKOFF_BASE = 50
export const BACKOFF_CAP = 5_000

/** A longer Retry-After is taken for so long, in milliseconds: a broken header must not park a model. */
export const MAX_RETRY_AFTER = 10 * 60_000

/** A whole call, and one attempt of it, in milliseconds. */
export const CALL_TIMEOUT = 120_000
export const ATTEMPT_TIMEOUT = 60_000

/** Retries that may be made beyond what calls have earned; each call earns one. */
export const RETRY_BUDGET = 500
/** Retries earned by time alone, so that an empty budget slows retries down and never ends them. */
export const RETRIES_PER_SECOND = 10

/** A breaker judges the latest outcomes: so many at least, and this share of them failed. */
export const BREAKER_WINDOW = 20
export const BREAKER_RATIO = 0.8
/** The first pause of an open breaker, and the longest, in milliseconds; it doubles after a failed probe. */
export const BREAKER_PAUSE = 1_000
export const BREAKER_MAX_PAUSE = 60_000

/** Output tokens when the call does not say. */
export const MAX_OUTPUT_TOKENS = 1_024

/** What a message costs beside its text, in tokens (role and separators), generously. */
export const MESSAGE_TOKENS = 16

/** What providers add of their own for tools and schemas, in tokens; Anthropic documents up to some 500. */
export const TOOL_TOKENS = 1_024

/** A model is warned of so many days before its shutdown. */
export const WARNING_DAYS = 60

/** Replies kept for equal requests, and the bytes of their text, at most. */
export const CACHE_ENTRIES = 1_000
export const CACHE_BYTES = 16 * 1024 * 1024

/** Usage is kept by the hour for so many days. */
export const USAGE_DAYS = 35

/** Weights of the scorer: 2^14 numbers, 64 KiB; more changed nothing in the benchmark. */
export const SCORER_BITS = 14
/** Outcomes before the scorer is asked: fewer say little. */
export const SCORER_MIN_OUTCOMES = 50
/** Outcomes between two saves of the scorer. */
export const SCORER_SAVE_EVERY = 32
