import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from 'noormme-hive'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { VERSION_SKILL } from '../../../fixtures/broken-skills.ts'
import { until } from '../../../fixtures/until.ts'
import type { HiveNode, HiveInit, SkillInit } from 'noormme-hive'

const VERSIONS: SkillInit = {
  name: 'parse-version',
  description: 'Reads a version of a package.',
  kind: 'code',
  source: VERSION_SKILL.source,
  tests: [...VERSION_SKILL.tests],
  licence: 'Apache-2.0'
}

describe('skills of the swarm', function () {
  this.timeout(60_000)
  const signal = (): AbortSignal => AbortSignal.timeout(30_000)

  function startHive(from: HiveNode | undefined, more: HiveInit = {}, k = 1): Promise<HiveNode> {
    const bootstrap = from?.multiaddrs ?? []
    const swarm = { listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap, stem: false, k }
    return createHive({ swarm, ...more })
  }

  /** Runs it until it is verified. */
  async function verify(db: HiveNode, id: string): Promise<number> {
    const { capabilities } = db.agent.cortex
    for (let trials = 1; trials <= 300; trials++) {
      await capabilities.invoke(id, `1.2.${trials}`)
      if ((await capabilities.get(id)).status === 'verified') return trials
    }
    throw new Error('It was not verified.')
  }

  /** When somebody else's skill came in and passed its tests here. */
  async function adopted(db: HiveNode, id: string): Promise<void> {
    while ((await statusOf(db, id)) !== 'experimental') {
      await once(db, 'skill:transition', { signal: signal() })
    }
  }

  async function statusOf(db: HiveNode, id: string): Promise<string | undefined> {
    const all = await db.agent.cortex.capabilities.list()
    return all.find((each) => each.id === id)?.status
  }

  it('are published once they are verified, adopted by consent, and need fewer trials elsewhere', async () => {
    await using a = await startHive(undefined)
    await using b = await startHive(a, {
      skills: { adopt: ({ licence }) => licence !== undefined }
    })
    await using c = await startHive(a)
    const { id } = await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    const coming = adopted(b, id)
    const own = await verify(a, id)
    await coming
    const { provenance, trials, parents } = await b.agent.cortex.capabilities.get(id)
    assert.deepEqual(
      [provenance, trials, parents],
      [{ from: 'hive', licence: 'Apache-2.0' }, 0, []]
    )
    const { output } = await b.agent.cortex.capabilities.invoke(id, '10.20.30')
    assert.deepEqual(output, { major: 10, minor: 20, patch: 30 })
    assert.ok((await verify(b, id)) <= own)

    const { skills } = c.agent.cortex.hive
    await c.agent.cortex.hive.synchronize({ signal: signal() })
    const [offer] = await skills.offers()
    assert.deepEqual([offer?.id, offer?.name, offer?.licence], [id, 'parse-version', 'Apache-2.0'])
    assert.ok((offer?.trials ?? 0) >= own)
    assert.equal(offer?.trials, offer?.successes)
    assert.equal(await statusOf(c, id), undefined)
    assert.equal((await skills.adopt(id)).status, 'experimental')
    assert.deepEqual(await skills.offers(), [])
    await assert.rejects(skills.adopt('0'.repeat(64)), { code: 'RECORD_UNKNOWN' })
  })

  it('reach subscriptions of a node that has verified them too', async () => {
    await using a = await startHive(undefined, {}, 2)
    await using b = await startHive(a, {}, 2)
    const { id } = await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    await verify(a, id)
    const { capabilities, hive } = b.agent.cortex
    const waiting = signal()
    while ((await hive.get(id)) === undefined) {
      await hive.synchronize({ signal: waiting })
    }
    assert.equal((await hive.get(id))?.state, 'quarantined')
    const heard = Promise.withResolvers<string>()
    using _ = hive.subscribe({}, (insight) => heard.resolve(insight.id))
    await capabilities.registerCapability(VERSIONS)
    await verify(b, id)
    assert.equal(await heard.promise, id)
  })

  it('are published and adopted also after a disk was full', async () => {
    const [maker, user] = [failingDatabase(), failingDatabase()]
    await using a = await startHive(undefined, { store: maker.database })
    await using b = await startHive(a, { store: user.database, skills: { adopt: 'all' } })
    const { id } = await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    const failures = [a, b].map((db) => once(db, 'upkeep:fail', { signal: signal() }))
    maker.failNext('vouched')
    user.failNext('skills')
    const coming = adopted(b, id)
    await verify(a, id)
    await coming
    await Promise.all(failures)
  })

  it('are counted on after their promotion: the swarm is told, once a day, under the next key too', async () => {
    let now = Date.UTC(2026, 5, 1)
    const day = 24 * 60 * 60 * 1000
    await using a = await startHive(undefined, { clock: { now: () => now } })
    await using b = await startHive(a)
    const { capabilities, hive } = a.agent.cortex
    const told = async (): Promise<readonly (number | undefined)[]> => {
      while ((await b.digest()) !== (await a.digest())) {
        await once(b, 'hive:change', { signal: signal() })
      }
      const [offer] = await b.agent.cortex.hive.skills.offers()
      return [offer?.trials, offer?.successes]
    }
    const { id } = await capabilities.registerCapability(VERSIONS)
    const published = once(b, 'hive:change', { signal: signal() })
    const own = await verify(a, id)
    await published
    assert.deepEqual(await told(), [own, own])

    await capabilities.invoke(id, '4.5.6')
    await capabilities.invoke(id, 'none').catch(() => undefined)
    assert.equal(await hive.skills.report(), 0)
    now += day
    assert.equal(await hive.skills.report(), 1)
    assert.deepEqual(await told(), [own + 2, own + 1])
    assert.equal(await hive.skills.report(), 0)

    now += 8 * day
    assert.equal(await hive.skills.report(), 0)
    await capabilities.invoke(id, '4.5.7')
    assert.equal(await hive.skills.report(), 1)
    assert.deepEqual(await told(), [own + 3, own + 2])
    assert.equal(a.status.authors, 2)
  })

  it('stay where they tell of their makers, and where they are not proven', async () => {
    await using db = await createHive({ swarm: false, anonymity: { hosts: ['db7.internal'] } })
    const { capabilities, hive } = db.agent.cortex
    const { id: unproven } = await capabilities.registerCapability(VERSIONS)
    await assert.rejects(hive.skills.publish(unproven), { code: 'SKILL_STATUS' })
    for (const told of [
      '// Ask jane.doe@example.org for the format.',
      "const HOST = 'db7.internal'",
      '/* see /home/jane/versions.txt */'
    ]) {
      const source = `${told}\n${VERSION_SKILL.source}`
      const { id } = await capabilities.registerCapability({ ...VERSIONS, source })
      await verify(db, id)
      await assert.rejects(hive.skills.publish(id), { code: 'WITHHELD' })
    }
    assert.equal(db.status.entries, 0)
  })

  it('lose the vote of who removes them, and come back only where somebody asks for them', async () => {
    await using a = await startHive(undefined)
    await using b = await startHive(a, { skills: { adopt: 'all' } })
    const { id } = await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    const coming = adopted(b, id)
    await verify(a, id)
    await coming
    await verify(b, id)
    const offered = async (): Promise<number | undefined> =>
      (await a.agent.cortex.hive.skills.offers()).find((offer) => offer.id === id)?.vouches
    assert.equal((await a.agent.cortex.capabilities.remove(id)).retracted, true)
    await until(
      a,
      'hive:change',
      async () => ((await offered()) === 1 ? true : undefined),
      signal()
    )

    assert.equal((await b.agent.cortex.capabilities.remove(id)).retracted, true)
    await until(
      a,
      'hive:change',
      async () => ((await offered()) ?? true) === true || undefined,
      signal()
    )
    assert.deepEqual(await a.agent.cortex.capabilities.list(), [])

    await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    const again = once(b, 'hive:change', { signal: signal() })
    await verify(a, id)
    await again
    await b.agent.cortex.hive.synchronize({ signal: signal() })
    assert.equal(await statusOf(b, id), undefined)
    const { outcome, status } = await b.agent.cortex.hive.skills.adopt(id)
    assert.deepEqual([outcome, status], ['new', 'experimental'])
  })

  it('go back to the sandbox where others say that they failed, and are nowhere blacklisted by it', async () => {
    await using a = await startHive(undefined)
    await using b = await startHive(a, { skills: { adopt: 'all' } })
    const { id } = await a.agent.cortex.capabilities.registerCapability(VERSIONS)
    const coming = adopted(b, id)
    await verify(a, id)
    await coming
    const doubted = once(b, 'skill:transition', { signal: signal() })
    await a.agent.cortex.capabilities.updateCapabilityStatus(
      id,
      'blacklisted',
      'It reads the wrong part.'
    )
    const [{ from, to, reason }] = await doubted
    assert.deepEqual([from, to], ['experimental', 'sandbox'])
    assert.match(String(reason), /disputed by 1 author of the swarm/)
    assert.deepEqual(await b.agent.cortex.hive.skills.offers(), [])
    const tests = await b.agent.cortex.capabilities.test(id)
    assert.equal(tests.passed, tests.total)
    assert.equal(await statusOf(b, id), 'experimental')
  })

  it('are offered again once a blacklisting is taken back and they were proven anew', async () => {
    await using a = await startHive(undefined)
    await using b = await startHive(a)
    const { capabilities } = a.agent.cortex
    const offers = b.agent.cortex.hive.skills
    const { id } = await capabilities.registerCapability(VERSIONS)
    await verify(a, id)
    const count = (wanted: number): Promise<true> =>
      until(
        b,
        'hive:change',
        async () => (await offers.offers()).length === wanted || undefined,
        signal()
      )
    await count(1)
    await capabilities.updateCapabilityStatus(id, 'blacklisted', 'It reads the wrong part.')
    await count(0)
    const pardoned = await capabilities.updateCapabilityStatus(
      id,
      'sandbox',
      'The input was at fault.'
    )
    assert.deepEqual([pardoned?.from, pardoned?.to], ['blacklisted', 'sandbox'])
    assert.equal(await capabilities.updateCapabilityStatus(id, 'sandbox', 'Again.'), undefined)
    const { passed, total } = await capabilities.test(id)
    assert.equal(passed, total)
    await verify(a, id)
    await count(1)
    const [offer] = await offers.offers()
    assert.deepEqual([offer?.vouches, offer?.disputes], [1, 0])
  })
})
