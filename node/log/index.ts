/** Structured logs of a running node. */
export { componentLogger } from './component-log.ts'
export { logEvents } from './event-lines.ts'
export { Log, LOG_FORMATS, LOG_LEVELS } from './log.ts'
export { operationLog } from './operation-log.ts'
export type { LogFormat, LogInit, LogLevel } from './log.ts'
