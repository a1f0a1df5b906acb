/** This process, its machine and its user: the only file of `src/` that reads them. */
import { availableParallelism, homedir, hostname, userInfo } from 'node:os'
import type { Database, Voices } from '../../crdt/index.ts'
import type { SwarmInit } from '../../transport/index.ts'
import type { KnownNames } from '../anonymity/index.ts'

/** What a node needs of the process that it runs in. */
export interface HostEnvironment {
  /** Environment variables, for keys of providers. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Options of Node.js that select the conditions of imports, for threads. */
  readonly conditions: readonly string[]
  /** The processor's architecture, and how many threads run at a time. */
  readonly processor: string
  readonly parallelism: number
  /** Names of this machine and its user, which must not leave with what is shared. */
  readonly names: () => KnownNames
  /** Names the disk of a database that is given in place of a directory, if it has one. */
  readonly place?: string
  /** The database for copies beside such a database; by default there are no copies. */
  readonly copies?: () => Database
  /** Makes the host of the swarm; by default libp2p over TCP. */
  readonly createHost?: SwarmInit['createHost']
  /** Computes the voices of a closed swarm; by default in a thread. */
  readonly createVoices?: () => Voices
  /** The highest entry format that this node reads; by default that of this version. */
  readonly entryFormat?: number
}

export const processEnvironment: HostEnvironment = {
  variables: process.env,
  conditions: process.execArgv.filter((argument) => argument.startsWith('--conditions')),
  processor: process.arch,
  parallelism: availableParallelism(),
  names: localNames
}

/** Names that many machines and users have: they identify nobody, and occur in ordinary text. */
const GENERIC_NAMES: ReadonlySet<string> = new Set(
  'admin administrator agent android app build builder ci container debian default desktop docker ec2-user git guest home laptop local localhost node nobody operator owner root runner server service system test ubuntu user vagrant windows worker'.split(
    ' '
  )
)

/** Shorter names occur inside ordinary words. */
const MIN_LENGTH = 4

function localNames(): KnownNames {
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
