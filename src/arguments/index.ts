/** Checks of the arguments and options that callers pass. */
export { Key } from './key.ts'
export { FilterName, FilterTags } from './names.ts'
export { parse } from './parse.ts'
export { quoted } from './quoted.ts'
export { digestOfId } from './record-id.ts'
export { anyOf, idDigits, MIN_ID_DIGITS, onlyOne, resolveId, wholeId } from './resolve-id.ts'
export { Signal } from './signal.ts'
export type { IdScope } from './resolve-id.ts'
