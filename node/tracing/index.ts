/** Traces of a running node, sent by OTLP over HTTP. */
export { Tracing } from './tracing.ts'
export { traceSettings } from './trace-settings.ts'
