/**
 * Disks that fill up under a mixed load, at random points, on a tmpfs of its own: another file takes
 * all but some bytes, commits fail, and the load goes on. Then there is space again, for the running
 * node or for the next one, and what was acknowledged is compared. Needs root.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomOf } from '../fixtures/random.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { acknowledgedNothing } from './acknowledged.ts'
import { checkAcknowledged, checkSpent, repeatPrivateFacts, runOperations } from './mixed-load.ts'
import { assertConsistent, closeNode, openNode } from './store-node.ts'
import type { StoreNode } from './store-node.ts'

const run = promisify(execFile)

const DISK = '48m'

/** Bytes that are left, at most. */
const LEFT_BYTES = 64 * 1024

/** Groups of operations before the disk is full, at most; on the full disk, until one fails; and after it. */
const GROUPS_BEFORE = 8
const GROUPS_FULL = 200
const GROUPS_AFTER = 3
const AT_ONCE = 4

/** Fills the disk `times` times; throws at the first where something acknowledged is lost. */
export async function fillDisk(times: number, seed: number): Promise<void> {
  await using home = await temporaryDirectory()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'none', home.path])
  try {
    const random = randomOf(seed)
    // A node that is closed on a full disk cannot write its settlements.
    const known = acknowledgedNothing(() => undefined)
    const load = (node: StoreNode): Promise<number> =>
      runOperations(node, known, { count: 1 + Math.floor(random() * AT_ONCE), random })
    const compare = async (node: StoreNode): Promise<void> => {
      await checkAcknowledged(node, known)
      await assertConsistent(node)
    }
    for (let time = 0; time <= times; time++) {
      const node = await openNode(join(home.path, 'store'))
      try {
        checkSpent(node, known)
        await compare(node)
        await repeatPrivateFacts(node, known)
        if (time === times) break
        const groups = Math.floor(random() * GROUPS_BEFORE)
        for (let group = 0; group < groups; group++) await load(node)
        await takeSpace(home.path, Math.floor(random() * LEFT_BYTES))
        assert.ok(await loadUntilFailure(() => load(node)), 'the disk is not full')
        if (random() < 0.5) {
          await makeSpace(home.path)
          for (let group = 0; group < GROUPS_AFTER; group++) assert.equal(await load(node), 0)
          await node.store.flush()
          await compare(node)
        }
      } finally {
        await closeNode(node)
        await makeSpace(home.path)
      }
    }
  } finally {
    await run('umount', [home.path])
  }
}

async function takeSpace(disk: string, left: number): Promise<void> {
  const { bavail, bsize } = statfsSync(disk)
  await writeFile(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left)))
}

function makeSpace(disk: string): Promise<void> {
  return rm(join(disk, 'ballast'), { force: true })
}

async function loadUntilFailure(load: () => Promise<number>): Promise<boolean> {
  for (let group = 0; group < GROUPS_FULL; group++) if ((await load()) > 0) return true
  return false
}
