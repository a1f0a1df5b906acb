/**
 * `npm run simulate:power -- --seeds 200`: plants one bug after the other in a copy of the sources,
 * and simulates until a seed finds it. Prints a table, and fails if too few are found.
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { changesOf, PLANTED_BUGS } from './planted-bugs.ts'
import type { PlantedBug } from './planted-bugs.ts'

const { values } = parseArgs({
  options: {
    /** Seeds that may be tried for one bug. */
    seeds: { type: 'string', default: '200' },
    /** The first of them, but for rare bugs. */
    from: { type: 'string', default: '1' },
    /** Bugs that are hunted at the same time. */
    jobs: { type: 'string', default: '2' },
    /** `small` or `large`: sizes of swarms. By default the seed says. */
    sizes: { type: 'string', default: 'both' },
    /** `closed` or `open`: only such swarms. By default the seed says. */
    swarms: { type: 'string', default: 'both' },
    /** `tried`: only swarms whose door is tried. */
    doors: { type: 'string', default: 'both' },
    /** `copied`: only swarms with copied or old directories. */
    directories: { type: 'string', default: 'both' },
    /** `mixed`: one node of a later version, where nobody lies. */
    versions: { type: 'string', default: 'both' },
    /** Counts the seeds that find a bug, of all: takes longer. */
    count: { type: 'boolean', default: false },
    /** Only bugs whose name contains one of these parts, with `|` between them. */
    only: { type: 'string', default: '' }
  }
})

const ROOT = join(import.meta.dirname, '../..')
const COPIED = ['crdt', 'transport', 'src', 'node', 'test', 'package.json', 'tsconfig.json']

interface Found {
  /** How many seeds it took; undefined: it was not found. */
  readonly seeds: number | undefined
  /** How many seeds found it, of all. */
  readonly all?: string
  readonly promise: string
  /** Of a processor. */
  readonly seconds: number
}

/** A copy of the sources, for one bug after the other. */
async function copySources(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hive-bug-'))
  for (const name of COPIED) {
    await cp(join(ROOT, name), join(directory, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

async function hunt(directory: string, bug: PlantedBug): Promise<Found> {
  try {
    await plant(directory, bug)
    const output = await simulateIn(directory, bug)
    const tried = /^seed (\d+) breaks:\n(.*)$/m.exec(output)
    const seconds = Number(/([\d.]+) s of processor$/m.exec(output)?.[1])
    if (tried === null) return { seeds: undefined, promise: lastLineOf(output), seconds }
    return {
      seeds: Number(tried[1]),
      all: /(\d+) failed;/.exec(output)?.[1],
      promise: tried[2] ?? '',
      seconds
    }
  } finally {
    for (const { file } of changesOf(bug)) await cp(join(ROOT, file), join(directory, file))
  }
}

async function plant(directory: string, bug: PlantedBug): Promise<void> {
  for (const { file, from, to } of changesOf(bug)) {
    const path = join(directory, file)
    const text = await readFile(path, 'utf8')
    if (text.split(from).length !== 2) {
      throw new Error(`The bug "${bug.name}" no longer fits ${file}: write it again.`)
    }
    // A function, since "$" has a meaning in a text.
    await writeFile(
      path,
      text.replace(from, () => to)
    )
  }
}

function simulateIn(directory: string, { name, having, rare }: PlantedBug): Promise<string> {
  const { seeds, from, sizes, swarms, doors, directories, versions } = values
  const options = [
    '--seeds',
    seeds,
    '--from',
    rare === undefined ? from : String(rare),
    '--sizes',
    sizes,
    '--swarms',
    swarms,
    '--doors',
    doors,
    '--directories',
    directories,
    '--versions',
    versions,
    // Where it cannot show, it need not be looked for.
    '--among',
    amongOf(name),
    ...(having === undefined ? [] : ['--having', having]),
    values.count ? '--all' : '--first'
  ]
  const flags = ['--conditions=noormme-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(
    process.execPath,
    [...flags, join(directory, 'test/simulation/main.ts'), ...options],
    {
      cwd: directory,
      // Only the changed files are compiled again.
      env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'compiled') },
      stdio: ['ignore', 'pipe', 'pipe']
    }
  )
  let output = ''
  const add = (part: Buffer): void => {
    output += part.toString()
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}

/** The swarms in which a bug can show. */
function amongOf(name: string): string {
  if (name.startsWith('door:')) return 'door'
  return name.startsWith('voices:') ? 'closed' : 'all'
}

function lastLineOf(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}

const parts = values.only.split('|')
const bugs = PLANTED_BUGS.filter(({ name }) => parts.some((part) => name.includes(part)))
const waiting = [...bugs]
let found = 0

async function huntAll(): Promise<void> {
  const directory = await copySources()
  try {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { seeds, all, promise, seconds } = await hunt(directory, bug)
      if (seeds !== undefined) found += 1
      const counted = values.count ? `, ${all} of ${values.seeds}` : ''
      const result = seeds === undefined ? 'NOT FOUND' : `seed ${seeds}${counted}`
      console.log(
        `${result.padEnd(10)} ${seconds.toFixed(0).padStart(5)} s  ${bug.isPast === true ? 'past' : '    '}  ${bug.name}\n${' '.repeat(26)}${promise.slice(0, 120)}`
      )
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, huntAll))
console.log(`${found} of ${bugs.length} bugs found within ${values.seeds} seeds`)
