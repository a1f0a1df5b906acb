/**
 * Opening the directory of a store. A database is created only where there is no trace of one; what
 * is damaged is repaired from the tables as far as it can be, and the store says so.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { createDatabase, manifestIn, numberIn, openDatabase } from './database.ts'
import { StoreError } from '../errors.ts'
import { Inventory, TABLE } from './inventory.ts'
import { salvageTable } from './table-salvage.ts'
import type { Database } from './database.ts'
import type { FileDamage, InventoryContents, Suspicion } from './inventory.ts'

/** What was found at the start. */
export interface StoreCondition {
  /** Files that were lost or changed while the store was closed. */
  readonly damage: readonly FileDamage[]
  /** Whether the tables were rebuilt: values may be missing, or removed ones be back. */
  readonly isRepaired: boolean
  /** What an earlier start found, where nothing has been verified since. */
  readonly unverified?: Suspicion
  /** Digests that a log has lost at its end, by log. */
  readonly lost: Readonly<Record<string, number>>
}

export interface OpenedDirectory {
  readonly database: Database
  readonly inventory: Inventory
  readonly condition: Omit<StoreCondition, 'lost'>
  /** LevelDB's manifest before this start. */
  readonly manifest: string | undefined
  /** Where the logs ended when the inventory was written. */
  readonly ends: InventoryContents['ends']
}

/** What LevelDB makes, and what is beside it in the directory of a store that was used. */
const DATABASE_FILE = /^(\d+\.(ldb|sst|log)|MANIFEST-\d+|CURRENT|copies|lost)$/

/** With these damaged LevelDB may open the database and leave values out, so they are repaired first. */
const REPAIRED = /^(MANIFEST-\d+|\d+\.(ldb|sst))$/
const MANIFEST = /^MANIFEST-\d+$/

export async function openDirectory(
  directory: string,
  options: { readonly repair?: boolean } = {}
): Promise<OpenedDirectory> {
  const inventory = new Inventory(directory)
  const stored = inventory.read()
  const contents = stored === 'damaged' ? undefined : stored
  const names = await namesIn(directory)
  const hasTrace =
    Object.keys(contents?.files ?? {}).length > 0 || names.some((name) => DATABASE_FILE.test(name))
  const damage: FileDamage[] = contents === undefined ? [] : await inventory.compare(contents)
  if (stored === 'damaged') damage.push({ file: 'the inventory', problem: 'content' })
  const unverified = inventory.suspicion()
  if (damage.length > 0) inventory.suspect('damaged')
  await inventory.begin(contents)
  const rest = { inventory, ends: contents?.ends ?? {}, manifest: manifestIn(directory) }
  if (!hasTrace) {
    const database = await openWith(directory, true)
    await inventory.opened()
    return { ...rest, database, condition: { damage, isRepaired: false, unverified } }
  }
  await restoreCurrent(directory, names)
  const isRequested = options.repair === true || inventory.isRepairRequested()
  if (isRequested || damage.some(({ file }) => REPAIRED.test(file))) {
    return {
      ...rest,
      ...(await repair(directory, { damage, isRepaired: true, unverified }, inventory))
    }
  }
  try {
    const database = await openWith(directory, false)
    await inventory.opened()
    return { ...rest, database, condition: { damage, isRepaired: false, unverified } }
  } catch (error) {
    if (!isDamage(error)) throw error
    return {
      ...rest,
      ...(await repair(directory, { damage, isRepaired: true, unverified }, inventory))
    }
  }
}

/** Rebuilds the database from the readable parts of its tables and logs. */
async function repair(
  directory: string,
  condition: OpenedDirectory['condition'],
  inventory: Inventory
): Promise<Pick<OpenedDirectory, 'condition' | 'database'>> {
  // Before anything changes: a start that ends here would leave a store that seems whole.
  inventory.suspect('repaired')
  try {
    await salvageTables(directory, inventory)
    await ClassicLevel.repair(directory)
    const database = await openWith(directory, false)
    inventory.repaired()
    return { database, condition }
  } catch (cause) {
    if (cause instanceof StoreError && !isDamage(cause)) throw cause
    throw new StoreError(
      'STORE_DAMAGED',
      `The store in ${directory} is damaged and cannot be repaired. Restore a backup, or move the directory away and start with an empty one; what came from the swarm comes again.`,
      { cause }
    )
  }
}

/** Keeps the undamaged blocks of each table. The damaged table is moved to `lost`, as LevelDB does. */
async function salvageTables(directory: string, inventory: Inventory): Promise<void> {
  const lost = join(directory, 'lost')
  for (const name of await namesIn(directory)) {
    if (!TABLE.test(name) || (await inventory.isUnchanged(name))) continue
    const path = join(directory, name)
    const { isWhole, table } = salvageTable(await readFile(path))
    if (isWhole) continue
    await mkdir(lost, { recursive: true, mode: 0o700 })
    await rename(path, join(lost, name))
    if (table !== undefined) await writeFile(path, table, { flush: true, mode: 0o600 })
  }
}

/** CURRENT is one line, the name of the newest manifest. */
async function restoreCurrent(directory: string, names: readonly string[]): Promise<void> {
  const manifests = names.filter((name) => MANIFEST.test(name))
  const newest = manifests.toSorted((a, b) => numberIn(a) - numberIn(b)).at(-1)
  if (newest === undefined) return
  const path = join(directory, 'CURRENT')
  const current = await readFile(path, 'utf8').catch(() => '')
  if (current.endsWith('\n') && names.includes(current.trim())) return
  await writeFile(path, `${newest}\n`, { flush: true, mode: 0o600 })
}

async function openWith(directory: string, createIfMissing: boolean): Promise<Database> {
  const database = createDatabase(directory, createIfMissing)
  await openDatabase(database, directory)
  return database
}

/** Whether LevelDB's files are damaged or missing; not that they cannot be opened now. */
function isDamage(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && each.code === 'LEVEL_CORRUPTION') return true
    if (/Corruption|No such file|does not exist|missing files/.test(each.message)) return true
  }
  return false
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch {
    return []
  }
}
