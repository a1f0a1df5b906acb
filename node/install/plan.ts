/** What a run would change: all texts are computed before any file is written. */
import { Refusal } from './client.ts'
import { digestOf, readRecord, textBefore, undoOf } from './record.ts'
import { checkWritable, missingFolders, readText, targetOf } from './text-files.ts'
import type { Client, ClientFile, Edit, EditOptions, Launch, Place } from './client.ts'
import type { FileRecord, InstallRecord } from './record.ts'

/** A missing file is undefined. */
export interface Change {
  /** As the client names it. */
  readonly path: string
  /** The file behind symbolic links. */
  readonly target: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** Empty folders to remove with the file, the deepest last. */
  readonly folders: readonly string[]
}

export interface Plan {
  readonly changes: readonly Change[]
  /** Files that stay, since another client uses them. */
  readonly shared: readonly string[]
  readonly record: InstallRecord
}

/** Thrown if a file cannot be edited; no file is changed then. */
export class InstallError extends Error {
  override readonly name = 'InstallError'
}

interface OpenFile {
  readonly path: string
  readonly target: string
  readonly text: string | undefined
  readonly edits: readonly Edit[]
}

/** Throws `InstallError` with every file that refuses. */
export async function planInstall(
  clients: readonly Client[],
  place: Place,
  launch: Launch,
  options: EditOptions
): Promise<Plan> {
  const record = await readRecord(place)
  const files = { ...record.files }
  const changes = await eachFile(clients, place, launch, async (file) => {
    const { path, target, text, edits } = file
    const known = files[target]
    const direct = installAll(edits, text, options)
    if (direct === text) return undefined
    // From the text before the last installation, so that nothing old is left of an update.
    const original = text === undefined ? undefined : textBefore(known, text)
    const after =
      original === undefined ? direct : installAll(edits, original.text, { force: true })
    const before = original === undefined ? { text } : original
    const hasOwn = removeAll(edits, text) !== text
    const folders = new Set([...(known?.folders ?? []), ...(await missingFolders(target))])
    files[target] = {
      digest: digestOf(after),
      isNew: text === undefined || (hasOwn && known?.isNew === true),
      folders: [...folders],
      undo: original !== undefined || !hasOwn ? undoTo(before.text, after) : undefined
    }
    return { path, target, before: text, after, folders: [] }
  })
  return { changes, shared: [], record: { ...record, files } }
}

/** Throws `InstallError` with every file that refuses. */
export async function planUninstall(
  clients: readonly Client[],
  others: readonly Client[],
  place: Place,
  launch: Launch
): Promise<Plan> {
  const record = await readRecord(place)
  const files = { ...record.files }
  const used = await targetsInUse(others, place, launch)
  const shared: string[] = []
  const changes = await eachFile(clients, place, launch, ({ path, target, text, edits }) => {
    if (used.has(target)) {
      if (text !== undefined) shared.push(path)
      return undefined
    }
    const known = files[target]
    if (text === undefined) {
      delete files[target]
      return undefined
    }
    const original = textBefore(known, text)
    const left = original === undefined ? removeAll(edits, text) : original.text
    const after = known?.isNew === true && isBare(left) ? undefined : left
    delete files[target]
    if (after === text) return undefined
    return { path, target, before: text, after, folders: known?.folders ?? [] }
  })
  return { changes, shared, record: { ...record, files } }
}

/** The command line of the client's MCP entry, if it is of hive. */
export async function installedCommand(
  client: Client,
  place: Place,
  launch: Launch
): Promise<readonly string[] | undefined> {
  for (const file of client.files(place, launch)) {
    if (file.edit.command === undefined) continue
    const text = await readText(await targetOf(await existing(file))).catch(refused)
    const command = text === undefined ? undefined : attempt(file.edit, text)
    if (command !== undefined) return command
  }
  return undefined
}

/** Whether a client has something of hive beside a skill, which clients share. */
export async function hasEntries(client: Client, place: Place, launch: Launch): Promise<boolean> {
  for (const file of client.files(place, launch)) {
    if (file.kind === 'skill') continue
    const text = await readText(await targetOf(await existing(file))).catch(refused)
    if (text !== undefined && hasOwnText(file.edit, text)) return true
  }
  return false
}

/** A text that cannot be read has something of hive if it names it. */
function hasOwnText(edit: Edit, text: string): boolean {
  try {
    return removeAll([edit], text) !== text
  } catch (error) {
    if (error instanceof Refusal) return /\bhive\b/.test(text)
    throw error
  }
}

/** The file of a client that has an entry of hive, else one that exists, else the last. */
export async function existing({ paths, edit }: ClientFile): Promise<string> {
  let found: string | undefined
  for (const path of paths) {
    const text = await readText(await targetOf(path)).catch(() => '')
    if (text !== undefined && attempt(edit, text) !== undefined) return path
    if (text !== undefined) found ??= path
  }
  return found ?? paths.at(-1) ?? paths[0]
}

async function targetsInUse(
  others: readonly Client[],
  place: Place,
  launch: Launch
): Promise<ReadonlySet<string>> {
  const used = new Set<string>()
  for (const client of others) {
    if (!(await hasEntries(client, place, launch))) continue
    for (const file of client.files(place, launch)) used.add(await targetOf(await existing(file)))
  }
  return used
}

/** Calls `change` once a file, with all edits that the clients have for it. */
async function eachFile(
  clients: readonly Client[],
  place: Place,
  launch: Launch,
  change: (file: OpenFile) => Promise<Change | undefined> | Change | undefined
): Promise<Change[]> {
  const byTarget = new Map<string, { path: string; edits: Edit[] }>()
  const refusals: string[] = []
  const changes: Change[] = []
  const collect = async (path: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(`${path} ${error.message}.`)
    }
  }
  for (const file of clients.flatMap((client) => client.files(place, launch))) {
    const path = await existing(file).catch(() => file.paths[0])
    await collect(path, async () => {
      const target = await targetOf(path)
      const known = byTarget.get(target)
      if (known === undefined) byTarget.set(target, { path, edits: [file.edit] })
      else known.edits.push(file.edit)
    })
  }
  for (const [target, { path, edits }] of byTarget) {
    await collect(path, async () => {
      const found = await change({ path, target, text: await readText(target), edits })
      if (found === undefined) return
      await checkWritable(target)
      changes.push(found)
    })
  }
  if (refusals.length > 0) {
    throw new InstallError(
      `${refusals.join('\n')}\nCorrect this, then run the command again. Nothing was changed.`
    )
  }
  return changes
}

function installAll(
  edits: readonly Edit[],
  text: string | undefined,
  options: EditOptions
): string {
  const { mark, body } = withoutMark(text)
  return (
    mark + edits.reduce<string | undefined>((result, edit) => edit.install(result, options), body)
  )
}

function removeAll(edits: readonly Edit[], text: string | undefined): string | undefined {
  const { mark, body } = withoutMark(text)
  const left = edits
    .toReversed()
    .reduce<string | undefined>(
      (result, edit) => (result === undefined ? undefined : edit.remove(result)),
      body
    )
  return left === undefined ? undefined : mark + left
}

const BYTE_ORDER_MARK = '\u{feff}'

function withoutMark(text: string | undefined): {
  readonly mark: string
  readonly body: string | undefined
} {
  const mark = text?.startsWith(BYTE_ORDER_MARK) === true ? BYTE_ORDER_MARK : ''
  return { mark, body: text?.slice(mark.length) }
}

function undoTo(before: string | undefined, after: string): FileRecord['undo'] {
  return before === undefined ? null : undoOf(before, after)
}

function isBare(text: string | undefined): boolean {
  return text !== undefined && /^\s*(?:\{\s*\}\s*)?$/.test(text)
}

function attempt(edit: Edit, text: string): readonly string[] | undefined {
  try {
    return edit.command?.(withoutMark(text).body ?? '')
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function refused(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}
