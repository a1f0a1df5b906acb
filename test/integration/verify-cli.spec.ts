import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { createHive } from '../../src/index.ts'
import { runHive } from '../fixtures/hive-process.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { IntegrityReport, VerifyProgress } from '../../src/index.ts'

const FACTS = 300

/** A node's directory, whose facts are in a table. */
async function makeNode(dataDir: string): Promise<void> {
  const init = { dataDir, swarm: false, upkeep: false } as const
  {
    await using db = await createHive(init)
    await db.agent.cortex.knowledge.distillMany(
      Array.from({ length: FACTS }, (_, i) => ({
        entity: 'verify',
        content: `The text of fact ${i}.`,
        confidence: 0.9,
        private: i % 2 === 0
      }))
    )
  }
  // What is in the log becomes a table when the store is opened.
  await using _ = await createHive(init)
}

/** Flips one bit of the first raw value under `prefix`. */
async function flipOne(store: string, prefix: string): Promise<void> {
  await using raw = new Level<Uint8Array, Uint8Array>(store, {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  const range = { gte: Buffer.from(prefix), limit: 1 }
  for await (const [key, value] of raw.iterator(range)) {
    const flipped = Uint8Array.from(value)
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    await raw.put(key, flipped)
  }
}

async function tablesIn(store: string): Promise<string[]> {
  return (await readdir(store)).filter((name) => name.endsWith('.ldb')).toSorted()
}

async function verify(dataDir: string): Promise<{ code: number | null; report: IntegrityReport }> {
  const { code, stdout } = await runHive(['verify', '--json', '--data-dir', dataDir])
  return { code, report: JSON.parse(stdout) as IntegrityReport }
}

describe('hive verify and hive repair', () => {
  it('name what was lost with a table; private facts that come again stay private', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const store = join(dataDir, 'store')
    await makeNode(dataDir)
    const whole = await verify(dataDir)
    assert.deepEqual([whole.code, whole.report.isWhole], [0, true])
    assert.equal(whole.report.facts?.facts, FACTS)
    const healthy = await runHive(['repair', '--json', '--data-dir', dataDir])
    assert.deepEqual([healthy.code, JSON.parse(healthy.stdout).isWhole], [0, true])
    for (const table of await tablesIn(store)) {
      const path = join(store, table)
      const bytes = await readFile(path)
      bytes.fill(0, bytes.length >> 2, bytes.length >> 1)
      await writeFile(path, bytes)
    }
    const damaged = await verify(dataDir)
    assert.deepEqual([damaged.code, damaged.report.isWhole], [1, false])
    const { code, stdout } = await runHive(['repair', '--data-dir', dataDir])
    assert.equal(code, 1)
    assert.match(stdout, /rebuilt when the store was opened/)
    assert.match(stdout, /Lost facts are in a backup only: "hive restore/)
    await using db = await createHive({ dataDir, swarm: false })
    const { knowledge, janitor } = db.agent.cortex
    const parts: string[] = []
    const onProgress = ({ done, parts: all, read }: VerifyProgress): void =>
      void parts.push(read === 0 ? `${done} of ${all}` : `${done} and ${read}`)
    const { facts, values } = await janitor.verify({ onProgress })
    const read = [`0 and ${facts?.facts}`, `3 and ${values}`]
    assert.deepEqual(parts, ['0 of 4', read[0], '1 of 4', '2 of 4', '3 of 4', read[1]])
    assert.ok(facts !== undefined && facts.lost > 0, 'what was lost is still known')
    for (let i = 0; i < FACTS; i += 20) {
      const content = `The text of fact ${i}.`
      const { id } = await knowledge.distill('verify', content, 0.9)
      assert.equal((await knowledge.get(id))?.private, true, content)
    }
  })

  it('name damaged values and remove them; what is lost with them can be given up', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await makeNode(dataDir)
    await flipOne(join(dataDir, 'store'), '!facts!')
    await rm(join(dataDir, 'store', 'inventory.json'))
    const found = await runHive(['verify', '--data-dir', dataDir])
    assert.equal(found.code, 1)
    assert.match(found.stdout, /^damaged facts +1$/m)
    assert.match(found.stdout, /remove the damaged values: "hive repair"/)
    const repaired = await runHive(['repair', '--data-dir', dataDir])
    assert.match(repaired.stdout, /^removed damaged facts +1$/m)
    assert.doesNotMatch(repaired.stdout, /^damaged /m)
    assert.equal(repaired.code, 1)
    const [, lost = ''] = /^lost +([0-9a-f]{64})$/m.exec(repaired.stdout) ?? []
    assert.equal((await runHive(['forget', lost, '--data-dir', dataDir])).code, 0)
    const later = await verify(dataDir)
    assert.deepEqual([later.code, later.report.damaged], [0, {}])
  })

  it('are not needed for a lost CURRENT, which no longer erases the store', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    await makeNode(dataDir)
    await rm(join(dataDir, 'store', 'CURRENT'))
    const db = await createHive({ dataDir, swarm: false })
    const [report] = (await once(db, 'store:damage')) as [IntegrityReport]
    assert.deepEqual(
      report.files.map(({ file, problem }) => [file, problem]),
      [['CURRENT', 'missing']]
    )
    assert.equal(db.status.facts, FACTS)
    await db.stop()
    const { code, report: later } = await verify(dataDir)
    assert.deepEqual([code, later.isWhole, later.facts?.facts], [0, true, FACTS])
  })
})
