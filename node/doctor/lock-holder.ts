/** Which process holds a lock on a file, without taking the lock. */
import { readFile } from 'node:fs/promises'
import type { Stats } from 'node:fs'

/** Undefined if none does, or where the system does not list locks (only Linux does). */
export async function lockHolder({ ino }: Pick<Stats, 'ino'>): Promise<number | undefined> {
  const text = await readFile('/proc/locks', 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    // "1: POSIX  ADVISORY  WRITE 4711 08:01:123456 0 EOF"
    const [, , , , pid, place = ''] = line.trim().split(/\s+/)
    if (place.split(':')[2] === String(ino) && Number(pid) !== process.pid) return Number(pid)
  }
  return undefined
}
