import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHive } from '../../../src/index.ts'
import { makePrivate } from '../../../src/runtime/private-directory.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

/** A user id without files. */
const NOBODY = 65_534

const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o7777

/** Modes of all files in a directory, as a set of octal digits. */
async function modesIn(path: string): Promise<Set<string>> {
  const files = await readdir(path, { recursive: true, withFileTypes: true })
  const modes = files.map(async (file) => {
    const mode = await modeOf(join(file.parentPath, file.name))
    return `${file.isDirectory() ? 'directory' : 'file'} ${mode.toString(8)}`
  })
  return new Set(await Promise.all(modes))
}

describe('the data directory', () => {
  it('and its files become their owner’s alone at the start', async () => {
    await using directory = await temporaryDirectory()
    const { path } = directory
    for (const round of [0, 1]) {
      await using db = await createHive({ dataDir: path, swarm: false })
      await db.agent.cortex.knowledge.distill('e', `A fact of round ${round}.`, 0.9)
      await db.agent.cortex.knowledge.recall('fact')
      assert.deepEqual(db.status.warnings, [])
      assert.equal(await modeOf(path), 0o700)
      await db.stop()
      if (round === 1) break
      await chmod(path, 0o755)
      for (const file of await readdir(path, { recursive: true })) {
        await chmod(join(path, file), 0o755)
      }
    }
    await makePrivate(path, assert.fail)
    assert.deepEqual(await modesIn(path), new Set(['directory 700', 'file 600']))
  })

  it('keeps the modes of files that are not of a node, and of what links name', async () => {
    await using directory = await temporaryDirectory()
    await using other = await temporaryDirectory()
    const { path } = directory
    await mkdir(join(path, 'store'))
    const mine = join(path, 'notes.txt')
    const linked = join(other.path, 'linked')
    for (const file of [mine, linked]) await writeFile(file, 'text', { mode: 0o644 })
    await symlink(linked, join(path, 'peer.key'))
    await chmod(path, 0o755)
    await makePrivate(path, assert.fail)
    assert.deepEqual(await Promise.all([path, mine, linked].map(modeOf)), [0o700, 0o644, 0o644])
  })

  it('is not taken from other users if it has only other files, or belongs to all', async () => {
    await using directory = await temporaryDirectory()
    const warnings: string[] = []
    for (const mode of [0o755, 0o1777]) {
      const path = join(directory.path, mode.toString(8))
      await mkdir(path)
      await writeFile(join(path, 'notes.txt'), 'text')
      await chmod(path, mode)
      await makePrivate(path, (text) => warnings.push(text))
      assert.equal(await modeOf(path), mode)
    }
    assert.equal(warnings.length, 2)
    assert.match(warnings[0] ?? '', /Use a directory of its own/)
  })

  it('draws a warning that says why if its modes cannot be set', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'data')
    await mkdir(join(path, 'store'), { recursive: true })
    const isSuperuser = process.getuid?.() === 0
    const warnings: string[] = []
    const warn = (text: string): unknown => warnings.push(text)
    if (isSuperuser) {
      await chmod(directory.path, 0o755)
      await chmod(path, 0o755)
      process.seteuid?.(NOBODY)
      await makePrivate(path, warn).finally(() => process.seteuid?.(0))
    } else {
      await chmod(path, 0o055)
      await makePrivate(path, warn)
      await chmod(path, 0o755)
    }
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0] ?? '',
      /modes cannot be set \((permission denied|not permitted).*chmod -R go= /
    )
  })
})
