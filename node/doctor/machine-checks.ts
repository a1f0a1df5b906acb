/** The machine: Node.js, memory, space, clock, configuration. */
import { readFile, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { misspeltVariables } from '../config/index.ts'
import { socketPath } from '../data-paths.ts'
import { messageOf } from '../exit-codes.ts'
import { bad, good } from './check.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

const NODE_NEEDED = 24
const MIB = 1024 * 1024

/** A node with 100,000 facts needs this much. */
const MEMORY_NEEDED = 256 * MIB
const HEAP_NEEDED = 192 * MIB

/** A store opens tables, and each connection is a file too; systems begin at 1024. */
const FILES_NEEDED = 512

/** LevelDB needs room to merge tables, and the index as much again. */
const SPACE_NEEDED = 64 * MIB

/** Milliseconds that a file may be ahead of the clock: a day. */
const CLOCK_TOLERANCE = 86_400_000

export const MACHINE_CHECKS: readonly Check[] = [
  { section: 'machine', run: checkNode },
  { section: 'machine', run: checkMemory },
  { section: 'machine', run: checkOpenFiles },
  { section: 'machine', run: checkSpace },
  { section: 'machine', run: checkClock },
  { section: 'machine', run: checkSocket },
  { section: 'configuration', run: checkConfiguration }
]

function checkNode({ nodeVersion }: Examined): DoctorFinding[] {
  const text = `Node.js ${nodeVersion}`
  return Number(nodeVersion.split('.')[0]) >= NODE_NEEDED
    ? [good('node-version', text)]
    : [
        bad(
          'node-version',
          `${text} is too old: hive needs ${NODE_NEEDED}`,
          `install Node.js ${NODE_NEEDED} or newer`
        )
      ]
}

async function checkMemory({ heapLimit }: Examined): Promise<DoctorFinding[]> {
  const text = await readFile('/sys/fs/cgroup/memory.max', 'utf8').catch(() => 'max')
  const limit = Number(text.trim())
  if (limit < MEMORY_NEEDED) {
    return [
      bad(
        'memory-limit',
        `this process may use ${Math.floor(limit / MIB)} MiB of memory`,
        `raise the limit of the container or the service to ${MEMORY_NEEDED / MIB} MiB`
      )
    ]
  }
  if (heapLimit < HEAP_NEEDED) {
    return [
      bad(
        'memory-limit',
        `JavaScript may use ${Math.floor(heapLimit / MIB)} MiB of memory`,
        'remove --max-old-space-size from NODE_OPTIONS'
      )
    ]
  }
  return [good('memory-limit', 'there is no low limit of memory')]
}

function checkOpenFiles({ openFiles }: Examined): DoctorFinding[] {
  const text = `this process may have ${openFiles} files and connections open`
  return openFiles >= FILES_NEEDED
    ? [good('open-files', 'there is no low limit of open files')]
    : [bad('open-files', text, 'ulimit -n 4096, or LimitNOFILE=4096 in the service')]
}

async function checkSpace({ dataDir }: Examined): Promise<DoctorFinding[]> {
  for (let path = dataDir; ; path = dirname(path)) {
    const space = await statfs(path).catch(() => undefined)
    if (space === undefined && dirname(path) !== path) continue
    if (space === undefined) return []
    const free = space.bavail * space.bsize
    const text = `${Math.floor(free / MIB)} MiB are free for the data directory`
    return free >= SPACE_NEEDED
      ? [good('free-space', text)]
      : [bad('free-space', text, `free ${SPACE_NEEDED / MIB} MiB, or move the directory`)]
  }
}

async function checkClock({ dataDir, now }: Examined): Promise<DoctorFinding[]> {
  for (const name of ['store/CURRENT', 'store/LOG', 'start.json', 'node.json', 'search.db']) {
    const file = await stat(join(dataDir, name)).catch(() => undefined)
    if (file === undefined || file.mtimeMs <= now + CLOCK_TOLERANCE) continue
    const text = `the clock is behind: ${name} was written on ${file.mtime.toISOString().slice(0, 10)}, and today is ${new Date(now).toISOString().slice(0, 10)}`
    return [bad('clock', text, 'set the clock of this machine, for example by NTP')]
  }
  return [good('clock', 'the clock is not behind what is stored')]
}

async function checkSocket({ dataDir, env }: Examined): Promise<DoctorFinding[]> {
  try {
    await socketPath(dataDir, env)
    return [good('socket-directory', 'the control socket has a place')]
  } catch (error) {
    return [bad('socket-directory', messageOf(error), 'export XDG_RUNTIME_DIR=DIRECTORY')]
  }
}

function checkConfiguration({ configuration, env }: Examined): DoctorFinding[] {
  const { problems, files } = configuration
  const misspelt = misspeltVariables(env).map(({ name, meant }) =>
    bad('variable', `the variable ${name} is not read`, `rename it to ${meant}, or unset it`)
  )
  const wrong = problems.map((text) => bad('configuration', text, 'hive config'))
  if (misspelt.length + wrong.length > 0) return [...wrong, ...misspelt]
  const named = files.map(({ path }) => path).join(', ')
  return [good('configuration', named === '' ? 'no configuration file' : `${named} can be read`)]
}
