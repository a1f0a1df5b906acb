/** Bounds of the repair of a skill. */

/** Mutations of one source: at about 2 ms a test, seconds in all. */
export const MAX_MUTATIONS = 200

/** Distinct inputs stored of a cluster of failures. */
export const MAX_CLUSTER_INPUTS = 20

/** Mutations on top of each other. */
export const MAX_STEPS = 3
