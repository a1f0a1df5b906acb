/** Checks of the arguments and options that callers pass. */
export { parse } from './parse.ts'
export { digestOfId } from './record-id.ts'
export { Signal } from './signal.ts'
