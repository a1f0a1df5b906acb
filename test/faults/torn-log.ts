/**
 * A crash that tears the end of LevelDB's log: a part of what was written after the last fsync is
 * missing, zero, or has changed bits. LevelDB appends to this file only, so this is where a crash can
 * tear a write. What was acknowledged before the torn part must be there.
 */
import assert from 'node:assert/strict'
import { cp, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { randomOf } from '../fixtures/random.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { acknowledgedNothing, doubt } from './acknowledged.ts'
import { checkAcknowledged, runOperations } from './mixed-load.ts'
import { assertConsistent, closeNode, openNode } from './store-node.ts'

const GROUPS = 6
const AT_ONCE = 4

/** What a disk writes whole. */
const SECTOR_BYTES = 512

/** One crash by seed. */
export async function runWithTornLog(seed: number): Promise<void> {
  const random = randomOf(seed)
  await using home = await temporaryDirectory()
  const directory = join(home.path, 'store')
  const crashed = join(home.path, 'crashed')
  const known = acknowledgedNothing()
  const node = await openNode(directory)
  try {
    const load = { count: AT_ONCE, random }
    for (let group = 0; group < GROUPS; group++) await runOperations(node, known, load)
    await node.store.flush()
    const log = await logOf(directory)
    const { size } = await stat(join(directory, log))
    const torn = process.hrtime.bigint()
    for (let group = 0; group < 1 + random() * GROUPS; group++) {
      await runOperations(node, known, load)
    }
    await node.store.flush()
    doubt(known, torn)
    // A file under this name is renamed while the copy runs.
    const filter = (source: string): boolean => !source.endsWith('.tmp')
    await cp(directory, crashed, { recursive: true, filter })
    await tear(join(crashed, log), size, random)
  } finally {
    await closeNode(node)
  }
  const reopened = await openNode(crashed)
  try {
    await checkAcknowledged(reopened, known)
    await assertConsistent(reopened)
  } finally {
    await closeNode(reopened)
  }
}

async function logOf(directory: string): Promise<string> {
  const logs = (await readdir(directory)).filter((name) => /^\d+\.log$/.test(name))
  const [log] = logs
  assert.ok(log !== undefined && logs.length === 1)
  return log
}

/** Damages the file from a random place behind `start` on. */
async function tear(path: string, start: number, random: () => number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const from = start + Math.floor(random() * (size - start))
    const kind = Math.floor(random() * 3)
    if (kind === 0 || from === size) return await file.truncate(from)
    const rest = Buffer.alloc(size - from)
    if (kind === 1) {
      // A sector reached the disk or not, in any order.
      await file.read(rest, 0, rest.length, from)
      for (let at = 0; at < rest.length; at += SECTOR_BYTES) {
        if (at === 0 || random() < 0.5) rest.subarray(at, at + SECTOR_BYTES).fill(0)
      }
    } else for (let at = 0; at < rest.length; at++) rest[at] = Math.floor(random() * 256)
    await file.write(rest, 0, rest.length, from)
  } finally {
    await file.close()
  }
}
