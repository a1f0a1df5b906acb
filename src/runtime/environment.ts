/** Names of this machine and its user, which must not leave this node. */
import { homedir, hostname, userInfo } from 'node:os'
import type { KnownNames } from '../anonymity/index.ts'

/** Names that many machines and users have: they identify nobody, and occur in ordinary text. */
const GENERIC_NAMES: ReadonlySet<string> = new Set(
  'admin administrator agent android app build builder ci container debian default desktop docker ec2-user git guest home laptop local localhost node nobody operator owner root runner server service system test ubuntu user vagrant windows worker'.split(
    ' '
  )
)

/** Shorter names occur inside ordinary words. */
const MIN_LENGTH = 4

export function localNames(): KnownNames {
  return {
    hosts: identifying([hostname(), hostname().split('.')[0] ?? '']),
    users: identifying([username()]),
    paths: identifying([homedir()]).filter((path) => path !== '/root')
  }
}

function identifying(names: readonly string[]): string[] {
  return [...new Set(names)].filter(
    (name) => name.length >= MIN_LENGTH && !GENERIC_NAMES.has(name.toLowerCase())
  )
}

/** A container's user may have no entry in the user database. */
function username(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
