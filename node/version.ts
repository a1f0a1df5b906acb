/** The version of this package. */
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

export function version(): string {
  const path = findPackageJSON(import.meta.url)
  if (path === undefined) return 'unknown'
  const found = /"version":\s*"([^"]+)"/.exec(readFileSync(path, 'utf8'))
  return found?.[1] ?? 'unknown'
}
