/**
 * Codes of errors, diagnostics and advisories that everybody may know.
 *
 * ```ts
 * isPublicCode('ORA-00942') // true
 * isPublicCode('SHOP-4711') // false
 * ```
 */
export { ERRNO_NAMES, isPublicCode } from './public-codes.ts'
