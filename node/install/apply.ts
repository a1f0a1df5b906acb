/** Writes the changes of a plan. */
import { createTwoFilesPatch } from 'diff'
import { InstallError } from './plan.ts'
import { writeRecord } from './record.ts'
import { deleteFile, readText, replaceText } from './text-files.ts'
import type { Place } from './client.ts'
import type { Change, Plan } from './plan.ts'

/** New files of the user: the client may add keys to them later. */
const OWNER_ONLY = 0o600

/** Throws `InstallError` if a file was changed since it was read; earlier ones are written then. */
export async function applyPlan({ changes, record }: Plan, place: Place): Promise<void> {
  for (const { path, target, before, after, folders } of changes) {
    if ((await readText(target)) !== before) {
      throw new InstallError(`${path} was changed while hive edited it. Run the command again.`)
    }
    if (after === undefined) await deleteFile(target, folders)
    else await replaceText(target, after, place.project === undefined ? OWNER_ONLY : undefined)
  }
  await writeRecord(place, record)
}

/** A unified diff; a missing file is /dev/null. */
export function diffOf({ path, before, after }: Change): string {
  const from = before === undefined ? '/dev/null' : path
  const to = after === undefined ? '/dev/null' : path
  const patch = createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined, {
    context: 3
  })
  // Two lines for other programs come first.
  return patch.slice(patch.indexOf('--- ')).trimEnd()
}

export function actionOf({ before, after }: Change): 'create' | 'update' | 'delete' {
  if (after === undefined) return 'delete'
  return before === undefined ? 'create' : 'update'
}
