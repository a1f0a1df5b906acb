/**
 * What installations have changed, in a file of the user's state folder. With it, an uninstallation
 * restores a file to the byte if nothing else has changed it. Without it, the entries of hive are
 * found and removed by their form.
 */
import { createHash } from 'node:crypto'
import { diffLines } from 'diff'
import { z } from 'zod'
import { inHome, joinPath, movable } from './clients/paths.ts'
import { applySplices } from './edits/text-style.ts'
import { deleteFile, missingFolders, readText, replaceText } from './text-files.ts'
import type { Place } from './client.ts'
import type { Splice } from './edits/text-style.ts'

const FileRecord = z.object({
  /** SHA-256 of the file as hive left it. */
  digest: z.string(),
  /** Whether hive made the file. */
  isNew: z.boolean(),
  /** Folders that hive made for the file, the highest first. */
  folders: z.array(z.string()),
  /** How the text before follows from that text; null if it had no file, undefined if unknown. */
  undo: z
    .array(z.object({ at: z.int(), length: z.int(), text: z.string() }))
    .nullable()
    .optional()
})
export type FileRecord = z.infer<typeof FileRecord>

const InstallRecord = z.object({
  version: z.literal(1),
  /** Folders that hive made for this record. */
  folders: z.array(z.string()),
  files: z.record(z.string(), FileRecord)
})
export type InstallRecord = z.infer<typeof InstallRecord>

/** Texts that the record has may be part of the user's configuration. */
const OWNER_ONLY = 0o600

export function recordPath(place: Place): string {
  const folder =
    place.platform === 'win32'
      ? movable(place, 'LOCALAPPDATA', 'AppData', 'Local')
      : (absolute(place.env['XDG_STATE_HOME']) ?? inHome(place, '.local', 'state'))
  return joinPath(place, folder, 'noormme-hive', 'installed.json')
}

/** An unreadable record is as good as none: the edits find what hive has written. */
export async function readRecord(place: Place): Promise<InstallRecord> {
  const path = recordPath(place)
  const text = await readText(path).catch(() => undefined)
  const parsed = InstallRecord.safeParse(jsonOf(text ?? ''))
  return parsed.success
    ? parsed.data
    : { version: 1, folders: await missingFolders(path), files: {} }
}

export async function writeRecord(place: Place, record: InstallRecord): Promise<void> {
  const path = recordPath(place)
  if (Object.keys(record.files).length === 0) await deleteFile(path, record.folders)
  else await replaceText(path, `${JSON.stringify(record, null, 2)}\n`, OWNER_ONLY)
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The text before the installation; undefined unless the file is as hive left it. */
export function textBefore(
  record: FileRecord | undefined,
  current: string
): { readonly text: string | undefined } | undefined {
  if (record?.undo === undefined || record.digest !== digestOf(current)) return undefined
  return { text: record.undo === null ? undefined : applySplices(current, record.undo) }
}

/** The splices that turn `after` into `before`, with as little of the text as possible. */
export function undoOf(before: string, after: string): Splice[] {
  const splices: Splice[] = []
  let at = 0
  const parts = diffLines(after, before)
  for (const [index, { added, removed, value }] of parts.entries()) {
    const follower = parts[index + 1]
    if (removed) {
      splices.push(trimmed(at, value, follower?.added === true ? follower.value : ''))
    } else if (added && parts[index - 1]?.removed !== true) {
      splices.push({ at, length: 0, text: value })
    }
    if (!added) at += value.length
  }
  return splices
}

/** Leaves out what both texts begin and end with. */
function trimmed(at: number, old: string, text: string): Splice {
  const shorter = Math.min(old.length, text.length)
  let start = 0
  while (start < shorter && old[start] === text[start]) start++
  let end = 0
  while (end < shorter - start && old.at(-1 - end) === text.at(-1 - end)) end++
  return {
    at: at + start,
    length: old.length - start - end,
    text: text.slice(start, text.length - end)
  }
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
