/** Limits of the model router, each with its reason. */

/** Attempts of one call at the models of one tier; at 43 % failing, 18 in a row happen once in 4 million calls. */
export const MAX_ATTEMPTS = 18

/** Full jitter (Brooker, "Exponential Backoff And Jitter", 2015): a random wait up to the lesser of the two. */
export const BACKOFF_BASE = 50
export const BACKOFF_CAP = 5_000

/** The most milliseconds of a Retry-After: a broken header must not block a model for ever. */
export const MAX_RETRY_AFTER = 10 * 60_000

/** A whole call, and one attempt of it, in milliseconds. */
export const CALL_TIMEOUT = 120_000
export const ATTEMPT_TIMEOUT = 60_000

/**
 * The part of a call's time that is kept for the offline tier, and the most milliseconds of it. The
 * offline tier answers 100 kB in about 10 ms; the rest is for a verifier.
 */
export const OFFLINE_SHARE = 0.1
export const OFFLINE_TIME = 1_000

/** Retries beyond those that calls have earned; each call earns one. */
export const RETRY_BUDGET = 500
/**
 * Retries earned by time alone, so that an empty budget slows retries down but does not stop them.
 */
export const RETRIES_PER_SECOND = 10

/** A breaker opens when at least this many latest attempts, and this share of them, failed. */
export const BREAKER_WINDOW = 20
export const BREAKER_RATIO = 0.8
/** The first pause of an open breaker, and the longest, in milliseconds; it doubles after a failed probe. */
export const BREAKER_PAUSE = 1_000
export const BREAKER_MAX_PAUSE = 60_000

/** Output tokens if the call sets no limit. */
export const MAX_OUTPUT_TOKENS = 1_024

/** Tokens of a message beside its text (role and separators); an upper estimate. */
export const MESSAGE_TOKENS = 16

/** Tokens that providers add for tools and schemas; Anthropic documents up to about 500. */
export const TOOL_TOKENS = 1_024

/** Days before a model's shutdown at which a warning is emitted. */
export const WARNING_DAYS = 60

/** The most cached replies for equal requests, and the most bytes of their text. */
export const CACHE_ENTRIES = 1_000
export const CACHE_BYTES = 16 * 1024 * 1024

/** Days for which usage is stored by the hour. */
export const USAGE_DAYS = 35

/** Weights of the scorer: 2^14 numbers, 64 KiB; 2^16 changed nothing on RouteLLM's tables. */
export const SCORER_BITS = 14
/** Outcomes before the scorer is used: fewer say little. */
export const SCORER_MIN_OUTCOMES = 50
/** Tasks that the scorer compares text and length for; the one longest without an outcome goes. */
export const SCORER_TASKS = 64
/** Outcomes between two saves of the scorer. */
export const SCORER_SAVE_EVERY = 32
