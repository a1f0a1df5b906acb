/**
 * Looks at a store that no process has open, and changes nothing in its directory: LevelDB opens a
 * copy of the small files, beside links to the tables, which never change.
 */
import { copyFile, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
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

const SMALL_FILE = /^(\d+\.log|MANIFEST-\d+|CURRENT)$/
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
  const copy = await mkdtemp(join(tmpdir(), 'hive-inspect-'))
  try {
    for (const name of await readdir(directory)) {
      const path = join(resolve(directory), name)
      if (TABLE.test(name)) await symlink(path, join(copy, name))
      else if (SMALL_FILE.test(name)) await copyFile(path, join(copy, name))
    }
    return { damage, ...(await readMarks(copy)) }
  } catch (error) {
    return { damage, isNewer: false, unreadable: messageOf(error).replaceAll(copy, directory) }
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

function nothing(): void {}

async function readMarks(directory: string): Promise<Omit<StoreInspection, 'damage'>> {
  const database = createDatabase(directory, false)
  await openDatabase(database, directory)
  try {
    const where = { database, where: directory, release: nothing, onUnreadable: nothing }
    const open = new OpenDatabase(where)
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
