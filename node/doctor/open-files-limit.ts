/** The limit of open files of this process, as Linux states it. */
import { readFile } from 'node:fs/promises'

/** Infinity where the system has no limit, or does not say. */
export async function openFilesLimit(): Promise<number> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, soft = ''] = /^Max open files\s+(\d+)/m.exec(text) ?? []
  return soft === '' ? Infinity : Number(soft)
}
