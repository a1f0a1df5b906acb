/** Faults of files and links: what a command of root, an unmounted disk or a sync program leaves. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Fault } from './faults.ts'
import type { DoctorWorld } from '../../fixtures/doctor-world.ts'

const IS_ROOT = process.getuid?.() === 0

/** Root reads every file, and alone can give one away. */
function closed(path: string): Promise<void> {
  return IS_ROOT ? chown(path, 4711, 4711) : chmod(path, 0)
}

/** A file that this user cannot use: nothing says that it is damaged, or that it can be deleted. */
function closedEntry(name: string, content?: string): Fault {
  return {
    what: `${name} of another user`,
    id: IS_ROOT ? 'entry-owner' : 'entry-access',
    mend: IS_ROOT ? /^sudo chown -R \d+:\d+ "/ : /^chmod -R u\+rwX "/,
    plant: async ({ dataDir }) => {
      if (content !== undefined) await writeFile(join(dataDir, name), content, { mode: 0o600 })
      await closed(join(dataDir, name))
    }
  }
}

const replaced = async (path: string, make: (path: string) => Promise<unknown>): Promise<void> => {
  await rm(path, { recursive: true, force: true })
  await make(path)
}

const configuration = (world: DoctorWorld): string => world.path('config/hive/hive.toml')

export const ENTRY_FAULTS: readonly Fault[] = [
  closedEntry('peer.key'),
  closedEntry('http-token', 'a'.repeat(43)),
  closedEntry('search.db'),
  closedEntry('store'),
  closedEntry('store/CURRENT'),
  {
    what: 'an index that is a directory',
    id: 'entry-kind',
    mend: /^mv ".*search\.db" ".*search\.db\.old"$/,
    plant: ({ dataDir }) => replaced(join(dataDir, 'search.db'), (path) => mkdir(path))
  },
  {
    what: 'a store that is a link to nothing',
    id: 'entry-link',
    mend: /mount the disk/,
    plant: ({ dataDir }) => replaced(join(dataDir, 'store'), (path) => symlink('/nowhere', path))
  },
  {
    what: 'a data directory that is a link to nothing',
    id: 'directory-link',
    mend: /mount the disk/,
    plant: ({ dataDir }) => replaced(dataDir, (path) => symlink('/nowhere', path))
  },
  {
    what: 'a configuration that is a link to nothing',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => symlink('/nowhere/hive.toml', configuration(world))
  },
  {
    what: 'a configuration that is a pipe',
    id: 'configuration',
    mend: /hive config/,
    plant: (world) => promisify(execFile)('mkfifo', [configuration(world)])
  },
  {
    what: 'a limit of open files that is too low',
    id: 'open-files',
    mend: /ulimit -n/,
    plant: (world) => Object.assign(world.init, { openFiles: 40 })
  },
  {
    what: 'an address to listen on of another machine',
    id: 'listen-address',
    mend: /an address of this machine with --listen/,
    plant: (world) => world.config('listen = ["/ip4/203.0.113.7/tcp/0"]')
  },
  {
    what: 'an address at a relay that nothing names',
    id: 'relay-missing',
    mend: /--bootstrap RELAY/,
    plant: (world) => world.config('listen = ["/p2p-circuit"]')
  }
]
