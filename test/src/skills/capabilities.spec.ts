import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { VERSION_SKILL } from '../../fixtures/broken-skills.ts'
import type { HiveNode, SkillInit } from 'noormme-hive'

const SLUGIFY: SkillInit = {
  name: 'slugify',
  description: 'Makes a title into a part of a URL.',
  kind: 'code',
  source: "export default (title) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')",
  inputSchema: { type: 'string' },
  outputSchema: { type: 'string' },
  tests: [{ input: 'Hello World', output: 'hello-world' }]
}

const VERSIONS: SkillInit = {
  name: 'parse-version',
  description: 'Reads a version of a package.',
  kind: 'code',
  inputSchema: { type: 'string' },
  outputSchema: { type: 'object', required: ['major', 'minor', 'patch'] },
  source: VERSION_SKILL.source,
  tests: [...VERSION_SKILL.tests]
}

describe('capabilities', () => {
  const swarm = false

  async function withFolder(task: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'hive-test-'))
    try {
      await task(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  /** Trials until a status is reached. */
  async function prove(db: HiveNode, id: string, status: string): Promise<number> {
    const { capabilities } = db.agent.cortex
    for (let trials = 1; trials <= 300; trials++) {
      await capabilities.recordOutcome(id, { ok: true })
      if ((await capabilities.get(id)).status === status) return trials
    }
    throw new Error(`It did not become ${status}.`)
  }

  it('take a skill in, test it, and run it on what it takes', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const added = await capabilities.registerCapability(SLUGIFY)
    assert.deepEqual([added.outcome, added.status], ['new', 'experimental'])
    assert.deepEqual([added.tests?.passed, added.tests?.total], [1, 1])
    assert.equal((await capabilities.registerCapability(SLUGIFY)).outcome, 'known')
    const run = await capabilities.invoke('slugify', 'A Day in May')
    assert.equal(run.output, 'a-day-in-may')
    const { trials, successes } = await capabilities.get(added.id)
    assert.deepEqual([trials, successes], [1, 1])
    await assert.rejects(capabilities.invoke('slugify', 7), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(capabilities.invoke('unknown', 7), { code: 'SKILL_UNKNOWN' })
    assert.equal((await capabilities.get(added.id)).trials, 1)
  })

  it('keep what fails its tests, or has none, from being used', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const wrong = await capabilities.registerCapability({
      ...SLUGIFY,
      tests: [{ input: 'Hello World', output: 'hello_world' }]
    })
    assert.equal(wrong.status, 'sandbox')
    assert.match(wrong.tests?.failed[0]?.problem ?? '', /returned "hello-world", not "hello_world"/)
    const { status } = await capabilities.registerCapability({ ...SLUGIFY, tests: [] })
    assert.equal(status, 'sandbox')
    await assert.rejects(capabilities.invoke(wrong.id, 'x'), { code: 'SKILL_STATUS' })
    await assert.rejects(
      capabilities.registerCapability({ ...SLUGIFY, source: 'export default (' }),
      {
        code: 'SKILL_INVALID'
      }
    )
    assert.equal((await capabilities.list()).length, 2)
    assert.equal((await capabilities.getCapabilitiesByStatus('sandbox')).length, 2)
    assert.deepEqual(await capabilities.getCapabilitiesByStatus('verified'), [])
    // @ts-expect-error -- what an untyped caller may ask for: evidence alone verifies
    await assert.rejects(capabilities.updateCapabilityStatus(wrong.id, 'verified', 'please'), {
      code: 'ARGUMENT_INVALID'
    })
  })

  it('make what proves itself warm before it is verified, and never what was blacklisted', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(SLUGIFY)
    const warm = once(db, 'skill:warm', { signal: AbortSignal.timeout(20_000) })
    await prove(db, id, 'pre-warming')
    await warm
    const preWarmed = await capabilities.getPreWarmedSkills()
    assert.deepEqual(
      preWarmed.map(({ name }) => name),
      ['slugify']
    )
    await prove(db, id, 'verified')
    assert.equal((await capabilities.invoke(id, 'Still Warm')).wasWarm, true)
    assert.deepEqual(
      (await capabilities.history(id)).map(({ from, to }) => `${from} > ${to}`),
      ['sandbox > experimental', 'experimental > pre-warming', 'pre-warming > verified']
    )
    await capabilities.updateCapabilityStatus(id, 'blacklisted', 'It does harm.')
    await assert.rejects(capabilities.invoke(id, 'x'), { code: 'SKILL_STATUS' })
    assert.equal((await capabilities.registerCapability(SLUGIFY)).status, 'blacklisted')
  })

  it('know after a restart what they knew, and warm it again', async () => {
    await withFolder(async (dataDir) => {
      let id: string
      let before: unknown
      {
        await using db = await createHive({ swarm, dataDir })
        const { capabilities } = db.agent.cortex
        id = (await capabilities.registerCapability(SLUGIFY)).id
        await prove(db, id, 'pre-warming')
        const { warmedAt: _, ...known } = await capabilities.get(id)
        before = { ...known, documentation: undefined }
      }
      await using db = await createHive({ swarm, dataDir })
      await once(db, 'skill:warm', { signal: AbortSignal.timeout(20_000) })
      const { warmedAt, ...after } = await db.agent.cortex.capabilities.get(id)
      assert.ok(warmedAt instanceof Date)
      assert.deepEqual({ ...after, documentation: undefined }, before)
    })
  })

  it('let go of a skill with all that is known of it, and of what was blacklisted never the mark', async () => {
    await withFolder(async (dataDir) => {
      let id: string
      let harmful: string
      {
        await using db = await createHive({ swarm, dataDir })
        const { capabilities } = db.agent.cortex
        id = (await capabilities.registerCapability(SLUGIFY)).id
        harmful = (await capabilities.registerCapability(VERSIONS)).id
        const warm = once(db, 'skill:warm', { signal: AbortSignal.timeout(20_000) })
        await prove(db, id, 'pre-warming')
        await warm
        await capabilities.recordOutcome(id, { ok: false, error: 'no' })
        await capabilities.updateCapabilityStatus(harmful, 'blacklisted', 'It does harm.')
        const cool = once(db, 'skill:cool', { signal: AbortSignal.timeout(20_000) })
        assert.deepEqual(await capabilities.remove('slugify'), {
          id,
          name: 'slugify',
          retracted: false,
          blacklisted: false
        })
        await cool
        assert.deepEqual(await capabilities.find('part of a URL'), [])
        assert.deepEqual(await capabilities.failures(), [])
        assert.equal((await capabilities.remove(harmful)).blacklisted, true)
        await assert.rejects(capabilities.remove(id), { code: 'SKILL_UNKNOWN' })
        await assert.rejects(capabilities.invoke(id, 'x'), { code: 'SKILL_UNKNOWN' })
      }
      await using db = await createHive({ swarm, dataDir })
      const { capabilities } = db.agent.cortex
      assert.deepEqual(await capabilities.list(), [])
      assert.equal((await capabilities.registerCapability(SLUGIFY)).status, 'experimental')
      assert.equal((await capabilities.get(id)).trials, 0)
      assert.equal((await capabilities.history(id)).length, 1)
      assert.equal((await capabilities.find('part of a URL')).length, 1)
      assert.equal((await capabilities.registerCapability(VERSIONS)).status, 'blacklisted')
    })
  })

  it('find skills by purpose, choose among them, and tell lineages', async () => {
    await using db = await createHive({ swarm, random: () => 0.5 })
    const { capabilities } = db.agent.cortex
    const slugify = await capabilities.registerCapability(SLUGIFY)
    await capabilities.registerCapability(VERSIONS)
    const other = await capabilities.registerCapability({
      ...SLUGIFY,
      description: 'Makes a title into a part of a URL, without diacritics.',
      parents: [slugify.id]
    })
    const found = await capabilities.find('turn the title of a page into its URL')
    assert.ok(found.length >= 2)
    assert.ok(found.slice(0, 2).every(({ capability }) => capability.name === 'slugify'))
    await capabilities.recordOutcome(other.id, { ok: true })
    const ranking = await capabilities.rank(slugify.id)
    assert.deepEqual(ranking, { alpha: other.id, shadow: slugify.id })
    assert.ok((await capabilities.choose('URL of a title')) !== undefined)
    const { ancestors } = await capabilities.lineage(other.id)
    assert.equal(JSON.stringify(ancestors).includes(slugify.id), true)
  })

  it('go out and come in as folders that other agents read', async () => {
    await withFolder(async (folder) => {
      await using db = await createHive({ swarm })
      const { capabilities } = db.agent.cortex
      const { id } = await capabilities.registerCapability(SLUGIFY)
      const path = join(folder, 'slugify')
      await capabilities.exportFolder(id, path)
      assert.match(await readFile(join(path, 'SKILL.md'), 'utf8'), /^---\nname: slugify\n/)
      await using other = await createHive({ swarm })
      const imported = await other.agent.cortex.capabilities.importFolder(path)
      assert.deepEqual([imported.id, imported.status], [id, 'experimental'])
    })
  })

  it('make a skill that takes what another one failed at, without a model', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(VERSIONS)
    const inputs = ['1.0.0-beta.1', '2.0.0-rc.2', '3.1.4-alpha', '0.1.0-next.7']
    for (const input of inputs) {
      await assert.rejects(capabilities.invoke(id, input), { code: 'SKILL_THREW' })
    }
    assert.equal((await capabilities.failures()).length, inputs.length)
    const { synthesized, unrepaired } = await capabilities.discoverAndSynthesize()
    assert.deepEqual(unrepaired, [])
    const [made] = synthesized
    assert.ok(made !== undefined)
    assert.deepEqual([made.parent, made.repaired, made.status], [id, 4, 'experimental'])
    for (const input of inputs) await capabilities.invoke(made.id, input)
    assert.deepEqual((await capabilities.get(made.id)).parents, [id])
    await assert.rejects(capabilities.invoke(made.id, 'latest'), { code: 'SKILL_THREW' })
  })

  it('refuse what is no skill and options they do not know', async () => {
    await using db = await createHive({ swarm })
    const { capabilities } = db.agent.cortex
    for (const wrong of [
      { ...SLUGIFY, name: 'Not A Name' },
      { ...SLUGIFY, kind: 'binary' },
      { ...SLUGIFY, inputSchema: { type: 'string', pattern: '(a+)+$' } },
      { ...SLUGIFY, unknown: 1 }
    ]) {
      const init: object = wrong
      await assert.rejects(async () => capabilities.registerCapability(init as SkillInit), {
        code: 'ARGUMENT_INVALID'
      })
    }
    const options: object = { recorded: true }
    await assert.rejects(capabilities.invoke('slugify', 'x', options), { code: 'ARGUMENT_INVALID' })
  })
})
