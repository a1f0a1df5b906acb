import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { epochBegin, epochOf, memberFileText } from '../../../crdt/index.ts'
import { createHive, restoreBackup } from '../../../src/index.ts'
import { ClosedSwarm } from '../../fixtures/members.ts'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveInit, HiveNode } from '../../../src/index.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'

/** All that a node knows, as its users see it. */
async function contents(db: HiveNode, goal: string): Promise<unknown> {
  const { knowledge, hive, capabilities, models } = db.agent.cortex
  using playbook = hive.goals.playbook(goal)
  const skills = await capabilities.list()
  return {
    peerId: db.peerId,
    digest: await db.digest(),
    facts: (await Array.fromAsync(knowledge.export())).filter(({ entity }) => entity !== 'later'),
    insights: await hive.getGlobalInsights(),
    disputed: await hive.getGlobalInsights({ state: 'disputed' }),
    goals: await hive.goals.list(),
    steps: await playbook.steps(),
    skills: skills.map(({ id, name, status }) => ({ id, name, status })),
    usage: models.usage().rows,
    recalled: (await knowledge.recall('fact', { maxWait: Infinity, limit: 100 })).items.length
  }
}

async function sumOf(path: string): Promise<string> {
  const sum = createHash('sha256')
  for (const name of (await readdir(path)).toSorted()) sum.update(await readFile(join(path, name)))
  return sum.digest('hex')
}

describe('a backup', () => {
  let directory: TemporaryDirectory
  let server: ModelServer
  beforeEach(async () => {
    directory = await temporaryDirectory()
    server = await ModelServer.start()
  })
  afterEach(async () => {
    await server[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })
  const at = (name: string): string => join(directory.path, name)
  const start = (name: string, init: HiveInit = {}): Promise<HiveNode> =>
    createHive({ dataDir: at(name), models: servedModels(server.origin), ...init })

  /** Returns the id of a goal. */
  async function fill(db: HiveNode): Promise<string> {
    const { knowledge, hive, capabilities, models } = db.agent.cortex
    const { id } = await knowledge.distill('build', 'A fact that is shared.', 0.95)
    await knowledge.distill('diary', 'A fact that stays private.', 0.95, { private: true })
    const other = await knowledge.distill('build', 'A fact that is wrong.', 0.95)
    await hive.broadcastKnowledge()
    await hive.dispute(other.id)
    await hive.vouch(id)
    const goal = await hive.goals.add({ title: 'Ship version 2' })
    using playbook = hive.goals.playbook(goal.id)
    await playbook.insert(0, { title: 'Freeze', body: 'No new API.' })
    await capabilities.registerCapability({
      name: 'double',
      description: 'Doubles a number.',
      kind: 'code',
      source: 'export default (n) => 2 * n',
      tests: [{ input: 2, output: 4 }]
    })
    await models.generate({
      task: 't',
      model: 'b/small',
      messages: [{ role: 'user', content: 'a' }]
    })
    return goal.id
  }

  it('of a running node that writes has all that was acknowledged before, and restores it', async () => {
    const db = await start('node')
    const goal = await fill(db)
    const progress: number[] = []
    const before = await contents(db, goal)
    const { knowledge } = db.agent.cortex
    // These may or may not be part of it.
    const writes = knowledge.distillMany(
      Array.from({ length: 2_000 }, (_, i) => ({
        entity: 'later',
        content: `Later note ${i}.`,
        confidence: 0.9
      }))
    )
    const report = await db.backup(at('backup'), {
      onProgress: ({ items }) => progress.push(items)
    })
    await writes
    await db.stop()
    assert.ok(progress.length > 0 && progress.at(-1) === report.items)
    assert.equal(report.hasPeerKey, true)
    assert.deepEqual(await readdir(at('backup')), ['backup.json', 'peer.key', 'store'])
    for (const name of ['backup.json', 'peer.key']) {
      assert.equal((await lstat(join(at('backup'), name))).mode & 0o777, 0o600)
    }
    assert.equal((await lstat(at('backup'))).mode & 0o777, 0o700)
    await restoreBackup(at('backup'), at('restored'))
    await using restored = await start('restored')
    assert.deepEqual(await contents(restored, goal), before)
    const { knowledge: again, hive } = restored.agent.cortex
    const { id } = await again.distill('diary', 'A fact that stays private.', 0.95)
    await assert.rejects(hive.promoteToGlobalStore(id), { code: 'WITHHELD' })
  })

  it('of a member of a closed swarm keeps its membership, its statements and its voice', async () => {
    const lab = new ClosedSwarm()
    const now = Math.floor(Date.now() / 1000)
    const dates = { notBefore: epochBegin(epochOf(now)), notAfter: now + 1_000_000 }
    const { keys, certificate } = lab.issue(lab.asRoot, dates)
    await mkdir(at('node'), { mode: 0o700 })
    await writeFile(join(at('node'), 'member.json'), memberFileText(keys), { mode: 0o600 })
    const statements = [lab.founding.bytes, certificate.bytes]
    const openNode = (name: string, given?: Uint8Array[]): Promise<HiveNode> =>
      createHive({
        dataDir: at(name),
        swarm: {
          name: lab.swarm,
          ...(given === undefined ? {} : { member: { seed: keys.seed, statements: given } })
        }
      })
    const publish = async (db: HiveNode, content: string): Promise<void> => {
      await db.agent.cortex.knowledge.distill('CSS gap', content, 0.95)
      assert.equal((await db.agent.cortex.hive.broadcastKnowledge()).promoted, 1)
    }
    const insights = (db: HiveNode): Promise<unknown> =>
      db.agent.cortex.hive.getGlobalInsights({ limit: 9 })
    let digest: string
    let before: unknown
    {
      await using db = await openNode('node', statements)
      await publish(db, 'Flex containers support gap in browsers.')
      digest = await db.digest()
      before = await insights(db)
      assert.equal((await db.backup(at('backup'))).hasMember, true)
    }
    const { mode } = await lstat(join(at('backup'), 'member.json'))
    assert.equal(mode & 0o777, 0o600)
    assert.equal((await restoreBackup(at('backup'), at('restored'))).hasMember, true)
    await using restored = await openNode('restored')
    assert.equal(restored.members?.self().state, 'admitted')
    assert.equal(await restored.digest(), digest)
    assert.deepEqual(await insights(restored), before)
    await publish(restored, 'Grid containers support gap in browsers.')
    assert.equal(restored.status.authors, 2)
  })

  it('of a node without network or directory has no peer key', async () => {
    await using db = await createHive({ swarm: false })
    await db.agent.cortex.knowledge.distill('e', 'A fact.', 0.9)
    assert.equal((await db.backup(at('backup'))).hasPeerKey, false)
    assert.equal((await restoreBackup(at('backup'), at('restored'))).hasPeerKey, false)
    await using restored = await createHive({ dataDir: at('restored'), swarm: false })
    assert.equal(restored.status.facts, 1)
  })

  it('goes only to an empty directory, and leaves nothing behind when it is aborted', async () => {
    await using db = await start('node', { swarm: false })
    await fill(db)
    await mkdir(at('used'))
    await writeFile(join(at('used'), 'notes.txt'), 'text')
    await assert.rejects(db.backup(at('used')), { code: 'BACKUP_INVALID', message: /not empty/ })
    await assert.rejects(db.backup(join(at('used'), 'notes.txt')), { code: 'BACKUP_INVALID' })
    assert.deepEqual(await readdir(at('used')), ['notes.txt'])
    const abort = new AbortController()
    const reason = new Error('enough')
    const aborted = db.backup(at('aborted'), {
      signal: abort.signal,
      onProgress: () => abort.abort(reason)
    })
    // One batch has all of a small store: the abort may come too late.
    await aborted.catch((error: unknown) => assert.equal(error, reason))
    await assert.rejects(db.backup(at('never'), { signal: AbortSignal.abort(reason) }), reason)
    await assert.rejects(readdir(at('never')), { code: 'ENOENT' })
    await assert.rejects(restoreBackup(at('used'), at('restored')), { code: 'BACKUP_INVALID' })
    await db.backup(at('backup'))
    await assert.rejects(restoreBackup(at('backup'), at('node')), {
      code: 'BACKUP_INVALID',
      message: /not empty/
    })
    assert.equal(db.status.facts, 3)
  })

  it('that is damaged is not restored', async () => {
    await using db = await start('node', { swarm: false })
    await fill(db)
    await db.backup(at('backup'))
    const store = join(at('backup'), 'store')
    const whole = await sumOf(store)
    const names = (await readdir(store)).filter((name) => /\.(ldb|log)$/.test(name))
    for (const name of names) {
      const { size } = await lstat(join(store, name))
      if (size === 0) continue
      const bytes = await readFile(join(store, name))
      await using file = await open(join(store, name), 'r+')
      await file.write(Uint8Array.of((bytes[size >> 1] ?? 0) ^ 1), 0, 1, size >> 1)
      await assert.rejects(restoreBackup(at('backup'), at('restored')), { code: 'BACKUP_INVALID' })
      assert.deepEqual(await readdir(at('restored')), [])
      await file.write(bytes, 0, size, 0)
    }
    assert.equal(await sumOf(store), whole)
    await restoreBackup(at('backup'), at('restored'))
    await rm(join(at('backup'), 'backup.json'))
    await assert.rejects(restoreBackup(at('backup'), at('again')), { code: 'BACKUP_INVALID' })
  })

  it('whose keys are lost or damaged is not restored, and says how to do without', async () => {
    const lab = new ClosedSwarm()
    await using db = await start('node')
    await writeFile(join(at('node'), 'member.json'), memberFileText(lab.issue().keys))
    const { peerId } = db
    const written = await db.backup(at('backup'))
    assert.deepEqual([written.hasPeerKey, written.hasMember], [true, true])
    for (const [name, part] of [
      ['peer.key', 'hasPeerKey'],
      ['member.json', 'hasMember']
    ] as const) {
      const key = join(at('backup'), name)
      const whole = await readFile(key)
      for (const spoil of [() => rm(key), () => writeFile(key, whole.subarray(0, -3))]) {
        await spoil()
        await assert.rejects(restoreBackup(at('backup'), at('restored')), {
          code: 'BACKUP_INVALID',
          message: new RegExp(`its ${name} is missing, cannot be read.*set ${part} to false`)
        })
        assert.deepEqual(await readdir(at('restored')), [])
      }
      await writeFile(key, whole)
    }
    const report = await restoreBackup(at('backup'), at('restored'))
    assert.deepEqual([report.hasPeerKey, report.hasMember], [true, true])
    const manifest = join(at('backup'), 'backup.json')
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace('"hasPeerKey": true', '"hasPeerKey": false'))
    await restoreBackup(at('backup'), at('other'))
    await rm(join(at('other'), 'member.json'))
    await using other = await start('other')
    assert.notEqual(other.peerId, peerId)
  })

  it('whose key has a flipped bit is not restored, and one of an earlier version is', async () => {
    await using db = await start('node')
    await db.agent.cortex.knowledge.distill('e', 'A fact.', 0.9)
    await db.backup(at('backup'))
    const key = join(at('backup'), 'peer.key')
    const bytes = await readFile(key)
    const refused = { code: 'BACKUP_INVALID', message: /peer\.key/ }
    const damaged = Buffer.from(bytes)
    damaged[20] = (bytes[20] ?? 0) ^ 1
    await writeFile(key, damaged)
    await assert.rejects(restoreBackup(at('backup'), at('restored')), refused)
    await rm(key)
    await assert.rejects(restoreBackup(at('backup'), at('restored')), refused)
    assert.deepEqual(await readdir(at('restored')), [])
    // Backups of earlier versions have no digests of their keys.
    const manifest = join(at('backup'), 'backup.json')
    const { keys: _, ...earlier } = JSON.parse(await readFile(manifest, 'utf8'))
    await writeFile(manifest, JSON.stringify(earlier))
    await assert.rejects(restoreBackup(at('backup'), at('restored')), refused)
    await writeFile(key, bytes)
    assert.equal((await restoreBackup(at('backup'), at('restored'))).hasPeerKey, true)
  })
})
