/** The measurements of a running node, for Prometheus. */
export { NodeMetrics } from './node-metrics.ts'
