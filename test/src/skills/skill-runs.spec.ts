import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveNode, SkillInit } from 'noormme-hive'

const LENGTH: SkillInit = {
  name: 'length',
  description: 'Counts letters.',
  kind: 'code',
  source:
    'export default (text) => { if (text === "bad") throw new Error("bad"); return text.length }',
  tests: [{ input: 'four', output: 4 }]
}

const PROSE: SkillInit = {
  name: 'review-prose',
  description: 'How to review a text.',
  kind: 'prompt',
  source: 'Read the text aloud. Then shorten it.'
}

describe('runs of skills', () => {
  const swarm = false
  const HOUR = 3_600_000

  async function trialsOf(db: HiveNode, id: string): Promise<number[]> {
    const { trials, successes, outstanding } = await db.agent.cortex.capabilities.get(id)
    return [trials, successes, outstanding]
  }

  it('that could not be written are out no longer', async () => {
    const { database, failNext } = failingDatabase()
    await using db = await createHive({ swarm, store: database })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(LENGTH)
    const failed = { code: 'STORE_WRITE_FAILED' }
    failNext('skills')
    await assert.rejects(capabilities.beginRun(id), failed)
    failNext('skills')
    await assert.rejects(capabilities.invoke(id, 'a text', { record: 'later' }), failed)
    assert.deepEqual(await trialsOf(db, id), [0, 0, 0])
  })

  it('count once, whoever reports them: by invoke, by recordOutcome, and after a restart', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let id = ''
    let run = ''
    {
      await using db = await createHive({ swarm, dataDir })
      const { capabilities } = db.agent.cortex
      let counted = 0
      db.on('skill:use', () => void counted++)
      ;({ id } = await capabilities.registerCapability(LENGTH))
      const first = await capabilities.invoke(id, 'a text')
      run = first.run
      assert.equal(first.recorded, true)
      await capabilities.recordOutcome(id, { ok: false, run })
      const again = await capabilities.invoke(id, 'a text', { run })
      assert.deepEqual([again.recorded, again.run], [false, run])
      await assert.rejects(capabilities.invoke(id, 'bad', { run }), { code: 'SKILL_THREW' })
      assert.deepEqual(await trialsOf(db, id), [1, 1, 0])
      assert.deepEqual(await capabilities.failures(), [])
      const reports = [1, 2, 3].map(() => capabilities.recordOutcome(id, { ok: true, run: 'own' }))
      await Promise.all(reports)
      assert.deepEqual(await trialsOf(db, id), [2, 2, 0])
      assert.equal(counted, 2)
    }
    await using db = await createHive({ swarm, dataDir })
    const { capabilities } = db.agent.cortex
    for (const each of [run, 'own']) await capabilities.recordOutcome(id, { ok: true, run: each })
    assert.deepEqual(await trialsOf(db, id), [2, 2, 0])
    const other = await capabilities.registerCapability({ ...LENGTH, description: 'Another.' })
    await capabilities.recordOutcome(other.id, { ok: true, run })
    assert.deepEqual(await trialsOf(db, other.id), [1, 1, 0])
  })

  it('hold a promotion back while their outcome is out, also after a restart, for an hour', async () => {
    await using directory = await temporaryDirectory()
    let now = Date.UTC(2026, 5, 1)
    const init = {
      swarm,
      dataDir: join(directory.path, 'node'),
      clock: { now: () => now }
    } as const
    let id = ''
    {
      await using db = await createHive(init)
      const { capabilities } = db.agent.cortex
      ;({ id } = await capabilities.registerCapability(LENGTH))
      await capabilities.beginRun(id, { run: 'slow' })
      const later = await capabilities.invoke(id, 'a text', { record: 'later' })
      assert.equal(later.recorded, false)
      assert.deepEqual(await trialsOf(db, id), [0, 0, 2])
      await capabilities.recordOutcome(id, { ok: true, run: later.run })
    }
    await using db = await createHive(init)
    const { capabilities } = db.agent.cortex
    assert.deepEqual(await trialsOf(db, id), [1, 1, 1])
    for (let i = 0; i < 220; i++) await capabilities.recordOutcome(id, { ok: true })
    assert.equal((await capabilities.get(id)).status, 'experimental')
    now += HOUR + 1
    await capabilities.recordOutcome(id, { ok: true })
    assert.equal((await capabilities.get(id)).status, 'verified')
    await capabilities.recordOutcome(id, { ok: false, run: 'slow' })
    assert.deepEqual(await trialsOf(db, id), [222, 222, 0])
  })

  it('that end without evidence hold nothing back', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(LENGTH)
    const signal = AbortSignal.abort()
    await assert.rejects(capabilities.invoke(id, 'a text', { signal }))
    await assert.rejects(capabilities.invoke(id, 'a text', { record: 'later', signal }))
    await capabilities.invoke(id, 'a text', { record: false })
    await assert.rejects(capabilities.invoke(id, 'bad', { record: 'later' }))
    assert.deepEqual(await trialsOf(db, id), [1, 0, 0])
  })

  it('of one caller are one use to the tests of the rate', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(LENGTH)
    for (let i = 0; i < 220; i++) {
      await capabilities.recordOutcome(id, { ok: true, caller: 'one task' })
    }
    const { status, trials, verificationProgress } = await capabilities.get(id)
    assert.deepEqual([status, trials, verificationProgress], ['experimental', 220, 0])
  })

  it('make a prompt without tests usable, untested, and verified by its uses', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id, status } = await capabilities.registerCapability(PROSE)
    assert.equal(status, 'sandbox')
    const [found] = await capabilities.find('review a text')
    assert.deepEqual([found?.capability.id, found?.capability.untested], [id, true])
    assert.equal((await capabilities.choose([id]))?.id, id)
    const offline = await capabilities.invoke('review-prose', 'A text.')
    assert.deepEqual([offline.offline, offline.recorded], [true, false])
    assert.deepEqual(await trialsOf(db, id), [0, 0, 0])
    for (let i = 0; i < 220; i++) await capabilities.recordOutcome(id, { ok: true, run: `${i}` })
    const { status: proven, untested } = await capabilities.get(id)
    assert.deepEqual([proven, untested], ['verified', true])
    assert.deepEqual(
      (await capabilities.history(id)).map(({ to }) => to),
      ['experimental', 'pre-warming', 'verified']
    )
    const tested = await capabilities.registerCapability(LENGTH)
    assert.equal((await capabilities.get(tested.id)).untested, false)
    const code = await capabilities.registerCapability({ ...LENGTH, tests: [] })
    await assert.rejects(capabilities.recordOutcome(code.id, { ok: true }), {
      code: 'SKILL_STATUS'
    })
  })

  it('blacklist a prompt without tests that fails', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(PROSE)
    for (let i = 0; (await capabilities.get(id)).status === 'sandbox' && i < 100; i++) {
      await capabilities.recordOutcome(id, { ok: false })
    }
    assert.equal((await capabilities.get(id)).status, 'blacklisted')
    assert.deepEqual(await capabilities.find('review a text'), [])
  })
})
