/** Bounds of the sandbox that no caller sets. The thread loads them without the schema of limits. */
const MIB = 1024 * 1024

/** The most bytes of text: source, input, and each answer of a host function. */
export const MAX_INPUT_BYTES = 4 * MIB

/** Deeper JSON is refused, since its next reader may recurse. */
export const MAX_DEPTH = 200

/** Characters of an error of the source that are reported. */
export const MAX_ERROR_LENGTH = 500

/** Stored lines of the log. */
export const MAX_LOG_LINES = 1_000

/** Runs that wait for a thread. */
export const MAX_QUEUED = 1_000

/** Sources kept ready; each takes about 300 KiB in each thread. */
export const MAX_WARM_SOURCES = 64

/**
 * Threads stop a run by themselves. A thread that does not is terminated this many milliseconds
 * after the limit.
 */
export const GRACE_MS = 20

/** A thread that needs longer to free the memory of a run is replaced. */
export const CLEANUP_MS = 500

/**
 * Memory of the engine in a thread. It never shrinks, so a thread that needed this much is
 * replaced.
 */
export const RETIRE_BYTES = 96 * MIB
