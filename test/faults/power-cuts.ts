/**
 * Cuts of power under a mixed load, on an ext4 file system of its own: it is shut down without its
 * journal being flushed, mounted again, and what was acknowledged is compared. Needs root, `mkfs.ext4`,
 * loop devices and python3, which has `ioctl`.
 */
import { execFile } from 'node:child_process'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { randomOf } from '../fixtures/random.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { acknowledgedNothing, doubt } from './acknowledged.ts'
import { checkAcknowledged, runOperations } from './mixed-load.ts'
import { assertConsistent, closeNode, openNode } from './store-node.ts'

const run = promisify(execFile)

const DISK_BYTES = 256 * 1024 * 1024

/** Groups of operations before a cut, at most, and operations at once. */
const GROUPS = 8
const AT_ONCE = 4

/** `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`. */
const SHUTDOWN = `
import fcntl, os, struct, sys, time
print(time.clock_gettime_ns(time.CLOCK_MONOTONIC), flush=True)
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))
`

/** Cuts the power `cuts` times; throws at the first where something acknowledged is lost. */
export async function cutPower(cuts: number, seed: number): Promise<void> {
  await using home = await temporaryDirectory()
  const disk = join(home.path, 'disk')
  const mounted = join(home.path, 'mounted')
  await writeFile(disk, '')
  await truncate(disk, DISK_BYTES)
  await mkdir(mounted)
  await run('mkfs.ext4', ['-q', '-F', disk])
  const random = randomOf(seed)
  const known = acknowledgedNothing()
  for (let cut = 0; cut <= cuts; cut++) {
    await run('mount', ['-o', 'loop', disk, mounted])
    try {
      const node = await openNode(join(mounted, 'store'))
      try {
        await checkAcknowledged(node, known)
        await assertConsistent(node)
        if (cut < cuts) await loadUntilCut(node, known, { random, mounted })
      } finally {
        // Nothing can be written any longer.
        await closeNode(node).catch(() => undefined)
      }
    } finally {
      await run('umount', [mounted])
    }
  }
}

async function loadUntilCut(
  node: Parameters<typeof runOperations>[0],
  known: Parameters<typeof runOperations>[1],
  { random, mounted }: { readonly random: () => number; readonly mounted: string }
): Promise<void> {
  const groups = Math.floor(random() * GROUPS)
  for (let group = 0; group < groups; group++) {
    await runOperations(node, known, { count: AT_ONCE, random })
  }
  const [{ stdout }] = await Promise.all([
    run('python3', ['-c', SHUTDOWN, mounted]),
    loadUntilFailure(node, known, random)
  ])
  // A sync that is under way then may end without an error; after a real cut nobody would hear of it.
  doubt(known, BigInt(stdout.trim()))
}

async function loadUntilFailure(
  node: Parameters<typeof runOperations>[0],
  known: Parameters<typeof runOperations>[1],
  random: () => number
): Promise<void> {
  for (;;) {
    try {
      const failures = await runOperations(node, known, { count: AT_ONCE, random })
      if (failures > 0) return
    } catch {
      // Without a disk reads fail as well.
      return
    }
  }
}
