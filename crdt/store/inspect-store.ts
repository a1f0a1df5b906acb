/**
 * Looks at a store that no process has open, and changes nothing in its directory: LevelDB opens a
 * copy of the small files, beside links to the tables that it has. What is in its logs it writes into
 * tables, under names that others may have which a merge has left behind: through a link it would
 * overwrite these. So it opens a copy without logs first, and removes the links to what it does not have.
 */
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { storedSwarmName } from '../swarm-name.ts'
import { createDatabase, openDatabase } from './database.ts'
import { Inventory, TABLE } from './inventory.ts'
import { LevelSection } from './level-section.ts'
import { SCHEMA } from './migrations.ts'
import { OpenDatabase } from './open-database.ts'
import type { FileDamage } from './inventory.ts'

const LOG = /^\d+\.log$/
const SMALL_FILE = /^(MANIFEST-\d+|CURRENT)$/
const SCHEMA_KEY = Buffer.from('schema')

/** What a store is, as far as it can be seen without opening it. */
export interface StoreInspection {
  /** Files that are not as they were when the store was closed. */
  readonly damage: readonly FileDamage[]
  /** Why LevelDB cannot open it. */
  readonly unreadable?: string
  readonly schema?: number
  /** Whether a later version wrote it. */
  readonly isNewer: boolean
  /** The name of the swarm that it belongs to, from the first entry on. */
  readonly swarm?: string
  /** Statements of a closed swarm, as they are stored. */
  readonly statements?: readonly Uint8Array[]
}

/** Inspects the store in a directory. The caller makes sure that no process has it open. */
export async function inspectStore(directory: string): Promise<StoreInspection> {
  const inventory = new Inventory(directory)
  const contents = inventory.read()
  const damage: FileDamage[] =
    contents === 'damaged'
      ? [{ file: 'inventory.json', problem: 'content' }]
      : contents === undefined
        ? []
        : await inventory.compare(contents)
  const folder = await mkdtemp(join(tmpdir(), 'hive-inspect-'))
  const [first, copy] = [join(folder, 'first'), join(folder, 'store')]
  try {
    const names = await readdir(directory)
    const others = names.filter((name) => !TABLE.test(name))
    await copyFiles(
      directory,
      first,
      names.filter((name) => !LOG.test(name))
    )
    const database = createDatabase(first, false)
    await openDatabase(database, directory)
    await database.close()
    const tables = (await readdir(first)).filter((name) => names.includes(name) && TABLE.test(name))
    await copyFiles(directory, copy, [...others, ...tables])
    return { damage, ...(await readMarks(copy)) }
  } catch (error) {
    const text = messageOf(error).replaceAll(first, directory).replaceAll(copy, directory)
    return { damage, isNewer: false, unreadable: text }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes a folder with links to the tables among the files, and copies of the others that LevelDB reads. */
async function copyFiles(
  directory: string,
  folder: string,
  names: readonly string[]
): Promise<void> {
  await mkdir(folder)
  for (const name of names) {
    const path = join(resolve(directory), name)
    if (TABLE.test(name)) await symlink(path, join(folder, name))
    else if (SMALL_FILE.test(name) || LOG.test(name)) await copyFile(path, join(folder, name))
  }
}

function nothing(): undefined {}

async function readMarks(directory: string): Promise<Omit<StoreInspection, 'damage'>> {
  const database = createDatabase(directory, false)
  await openDatabase(database, directory)
  try {
    const open = new OpenDatabase({
      database,
      where: directory,
      release: nothing,
      onUnreadable: nothing,
      onOpened: nothing
    })
    const section = (name: string): LevelSection => new LevelSection(open, name, nothing)
    const schema = (await section('meta').get(SCHEMA_KEY))?.[0]
    const swarm = await storedSwarmName({ section })
    const members = await Array.fromAsync(section('members').entries())
    const statements = members.map(([, bytes]) => bytes)
    return {
      ...(statements.length === 0 ? {} : { statements }),
      isNewer: schema !== undefined && schema > SCHEMA,
      ...(schema === undefined ? {} : { schema }),
      ...(swarm === undefined ? {} : { swarm })
    }
  } finally {
    await database.close()
  }
}
