/**
 * Options of Node.js for a node that runs for days and is mostly at rest. A smaller young generation
 * takes 40 to 50 MB less at rest, a sixth less at the peak, and 1 % more time of the processor (measured
 * over 60,000 facts and 200 recalls).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4']
