import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHive } from 'noormme-hive'
import { toHex } from '../../../../crdt/bytes/index.ts'
import { createSandbox } from '../../../../src/sandbox/index.ts'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { VERSION_SKILL } from '../../../fixtures/broken-skills.ts'
import { gossiping, startNode } from '../../../fixtures/nodes.ts'
import { registersOf } from '../../../fixtures/replicas.ts'
import { SkillAuthor } from '../../../fixtures/skill-author.ts'
import { temporaryDirectory } from '../../../fixtures/temporary.ts'
import { until } from '../../../fixtures/until.ts'
import type { HiveNode, HiveInit, SkillInit } from 'noormme-hive'
import type { TestNode } from '../../../fixtures/nodes.ts'

const VERSIONS: SkillInit = {
  name: 'parse-version',
  description: 'Reads a version of a package.',
  kind: 'code',
  source: VERSION_SKILL.source,
  tests: [...VERSION_SKILL.tests]
}

/** How deep it gets is not the same everywhere; the rest is. */
const DEPTH: SkillInit = {
  name: 'depth',
  description: 'Counts calls, or goes on for ever.',
  kind: 'code',
  source: `export default (what) => {
    let depth = 0
    const down = () => { depth += 1; down() }
    if (what === 'deep') try { down() } catch {}
    if (what === 'ever') for (;;);
    return depth
  }`,
  tests: [{ input: 'none', output: 0 }]
}

const LIE = '0'.repeat(64)

describe('audits of what others claim of skills', function () {
  this.timeout(60_000)
  const sandbox = createSandbox({ processor: process.arch })
  after(() => sandbox.close())
  const signal = (): AbortSignal => AbortSignal.timeout(30_000)
  const listen = ['/ip4/127.0.0.1/tcp/0']

  function startHive(more: HiveInit = {}, bootstrap: string[] = []): Promise<HiveNode> {
    return createHive({ swarm: { listen, bootstrap, stem: false, k: 1 }, ...more })
  }

  async function trueReceipts(
    { source }: SkillInit,
    inputs: readonly string[]
  ): Promise<{ input: string; gave: string }[]> {
    const receipts: { input: string; gave: string }[] = []
    for (const input of inputs) {
      const gave = await sandbox.run({ source, input }).then(
        ({ outputHash }) => outputHash,
        () => 'SKILL_THREW'
      )
      receipts.push({ input: JSON.stringify(input), gave })
    }
    return receipts
  }

  async function startAuthors(db: HiveNode, count: number): Promise<SkillAuthor[]> {
    return Promise.all(Array.from({ length: count }, () => SkillAuthor.start(db.multiaddrs)))
  }

  async function stop(authors: readonly AsyncDisposable[]): Promise<void> {
    for (const author of authors) await author[Symbol.asyncDispose]()
  }

  /** The head start that is offered once so many vouch for the skill here. */
  function offered(db: HiveNode, id: string, vouches: number): Promise<number> {
    const check = async (): Promise<number | undefined> => {
      const offers = await db.agent.cortex.hive.skills.offers()
      return offers.find((each) => each.id === id && each.vouches === vouches)?.headStart
    }
    return until(db, 'hive:change', check, signal())
  }

  async function progressOf(db: HiveNode, id: string): Promise<number> {
    return (await db.agent.cortex.capabilities.get(id)).verificationProgress
  }

  it('take what is true for true: a head start, half of the way at most', async () => {
    await using db = await startHive()
    const authors = await startAuthors(db, 3)
    try {
      const engine = await sandbox.engine()
      const receipts = await trueReceipts(VERSIONS, ['1.2.3', '10.20.30', 'none'])
      assert.equal(receipts.at(-1)?.gave, 'SKILL_THREW')
      let id = ''
      for (const author of authors) {
        id = await author.say(VERSIONS, { trials: 30, successes: 30, receipts, engine })
      }
      assert.equal(await offered(db, id, 3), 10)
      await db.agent.cortex.hive.skills.adopt(id)
      assert.equal(await progressOf(db, id), 0.5)
      assert.deepEqual(db.agent.cortex.hive.skills.falseReceipts(), [])
      const insights = await db.agent.cortex.hive.getGlobalInsights()
      assert.deepEqual(
        insights.map((insight) => insight.id),
        [id]
      )
    } finally {
      await stop(authors)
    }
  })

  it('catch who claims a run that gives something else, for good, and no longer count its word', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let id = ''
    let caught: readonly unknown[] = []
    {
      await using db = await startHive({ dataDir })
      const authors = await startAuthors(db, 3)
      try {
        const engine = await sandbox.engine()
        const receipts = [{ input: '"1.2.3"', gave: LIE }]
        for (const author of authors) {
          id = await author.say(VERSIONS, { trials: 30, successes: 30, receipts, engine })
        }
        assert.equal(await offered(db, id, 3), 10)
        const told = once(db, 'author:distrust', { signal: signal() })
        await db.agent.cortex.hive.skills.adopt(id)
        const [lie] = await told
        const [honest] = await trueReceipts(VERSIONS, ['1.2.3'])
        assert.deepEqual(
          [lie.skill, lie.input, lie.claimed, lie.gave],
          [id, '"1.2.3"', LIE, honest?.gave]
        )
        assert.equal(await progressOf(db, id), 0)
        caught = db.agent.cortex.hive.skills.falseReceipts()
        assert.equal(caught.length, 3)
      } finally {
        await stop(authors)
      }
    }
    await using db = await startHive({ dataDir })
    assert.deepEqual(db.agent.cortex.hive.skills.falseReceipts(), caught)
    assert.equal(await progressOf(db, id), 0)
  })

  it('take back what a liar has contributed to other skills on trial, and nothing else', async () => {
    await using db = await startHive()
    const authors = await startAuthors(db, 4)
    try {
      const engine = await sandbox.engine()
      const other = { ...VERSIONS, description: 'Reads a version of a package, too.' }
      const receipts = await trueReceipts(VERSIONS, ['1.2.3'])
      const counts = { trials: 30, successes: 30, engine }
      let id = ''
      for (const author of authors) id = await author.say(VERSIONS, { ...counts, receipts })
      await offered(db, id, 4)
      const { capabilities, hive } = db.agent.cortex
      await hive.skills.adopt(id)
      await capabilities.invoke(id, '1.2.3')
      const before = await progressOf(db, id)
      assert.equal(before, 0.5)

      const [liar, ...honest] = authors
      const lies = [{ input: '"1.2.3"', gave: 'SKILL_THREW' }]
      let second = ''
      for (const author of honest) second = await author.say(other, { ...counts, receipts })
      await liar?.say(other, { ...counts, receipts: lies })
      await offered(db, second, 4)
      await hive.skills.adopt(second)
      assert.equal(hive.skills.falseReceipts().length, 1)
      // Three honest authors are left, who say the same.
      assert.equal(await progressOf(db, id), before)

      const third = { ...VERSIONS, description: 'Reads a version of a package as well.' }
      let last = ''
      for (const author of honest) last = await author.say(third, { ...counts, receipts: lies })
      await offered(db, last, 3)
      await hive.skills.adopt(last)
      assert.equal(hive.skills.falseReceipts().length, 4)
      const after = await progressOf(db, id)
      assert.equal(after, 0)
      assert.equal(await progressOf(db, second), 0)
    } finally {
      await stop(authors)
    }
  })

  it('accuse nobody of what may differ: another engine, limits of stack and time', async () => {
    await using db = await startHive({ skills: { audit: 1 } })
    const [author] = await startAuthors(db, 1)
    assert.ok(author !== undefined)
    try {
      const { skills } = db.agent.cortex.hive
      const engine = await sandbox.engine()
      const counts = { trials: 30, successes: 30 }
      const receipts = ['"deep"', '"ever"', '"none', ' "none"', '1e0'].map((input) => ({
        input,
        gave: LIE
      }))
      const depth = await author.say(DEPTH, { ...counts, receipts, engine })
      const lies = [{ input: '"1.2.3"', gave: LIE }]
      const foreign = await author.say(VERSIONS, { ...counts, receipts: lies, engine: 'other' })
      await offered(db, foreign, 1)
      await skills.adopt(depth)
      await skills.adopt(foreign)
      assert.deepEqual(skills.falseReceipts(), [])
      const more = [{ input: '"none"', gave: LIE }]
      const told = once(db, 'author:distrust', { signal: signal() })
      await author.say(DEPTH, { ...counts, receipts: more, engine })
      const [lie] = await told
      assert.equal(lie.skill, depth)
    } finally {
      await author[Symbol.asyncDispose]()
    }
  })

  it('have something to go by: receipts of runs that tell nothing of their makers, each under one key', async () => {
    let now = Date.UTC(2026, 5, 1)
    await using db = await startHive({
      clock: { now: () => now },
      skills: { receipts: 'runs' }
    })
    await using observer = await startNode({
      name: 'default',
      bootstrap: db.multiaddrs,
      syncInterval: 0
    })
    await gossiping(observer, signal())
    const { capabilities, hive } = db.agent.cortex
    const source = 'export default async (text, host) => host.more ? host.more(text) : text.length'
    const tests = [{ input: 'seven', output: 5 }]
    const { id } = await capabilities.registerCapability({ ...VERSIONS, source, tests })
    await capabilities.invoke(id, 'a letter to jane.doe@example.org')
    await capabilities.invoke(id, 'a long text'.repeat(100))
    await capabilities.invoke(id, 'e\u0301')
    await capabilities.invoke(id, 'not recorded', { record: false })
    await capabilities.invoke(id, 'seeded', { seed: 'x' })
    await capabilities.invoke(id, 'granted', { grants: { more: () => 1 } })
    const published = received(observer, id, 1)
    for (let i = 0; (await capabilities.get(id)).status !== 'verified'; i++) {
      await (i < 190
        ? capabilities.recordOutcome(id, { ok: true })
        : capabilities.invoke(id, 'text'))
    }
    await capabilities.invoke(id, 'after')
    const [first] = await published
    assert.deepEqual(first?.inputs.slice(0, 1), ['"seven"'])
    assert.ok(first?.inputs.every((input) => ['"seven"', '"text"'].includes(input)))

    now += 24 * 60 * 60 * 1000
    const again = received(observer, id, 1, first?.digest)
    assert.equal(await hive.skills.report(), 1)
    const [second] = await again
    assert.equal(second?.author, first?.author)
    assert.ok(second?.inputs.includes('"after"'))

    now += 8 * 24 * 60 * 60 * 1000
    await capabilities.invoke(id, 'much later')
    const other = received(observer, id, 2)
    assert.equal(await hive.skills.report(), 1)
    const third = (await other).find(({ author }) => author !== first?.author)
    assert.deepEqual(third?.inputs, ['"seven"', '"much later"'])
  })

  it('reach other nodes later where they could not be published at once', async () => {
    let now = Date.UTC(2026, 5, 1)
    const day = 24 * 60 * 60 * 1000
    const { database, failNext } = failingDatabase()
    await using db = await startHive({
      clock: { now: () => now },
      store: database,
      skills: { receipts: 'runs' }
    })
    await using observer = await startNode({ name: 'default', bootstrap: db.multiaddrs })
    await gossiping(observer, signal())
    const { capabilities, hive } = db.agent.cortex
    const source = 'export default (text) => text.length'
    const tests = [{ input: 'seven', output: 5 }]
    const { id } = await capabilities.registerCapability({ ...VERSIONS, source, tests })
    const published = received(observer, id, 1)
    while ((await capabilities.get(id)).status !== 'verified') {
      await capabilities.recordOutcome(id, { ok: true })
    }
    const [first] = await published
    await capabilities.invoke(id, 'before')
    now += day
    failNext('vouched')
    await assert.rejects(hive.skills.report(), { code: 'STORE_WRITE_FAILED' })
    await capabilities.invoke(id, 'after')
    now += day
    // Two days later the author has another key.
    const both = received(observer, id, 2)
    assert.equal(await hive.skills.report(), 1)
    const second = (await both).find(({ digest }) => digest !== first?.digest)
    assert.deepEqual(second?.inputs.toSorted(), ['"after"', '"before"', '"seven"'])
  })

  it('are of declared tests alone unless the uses may be told', async () => {
    await using db = await startHive()
    await using observer = await startNode({ name: 'default', bootstrap: db.multiaddrs })
    await gossiping(observer, signal())
    const { capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability(VERSIONS)
    const published = received(observer, id, 1)
    for (let i = 0; (await capabilities.get(id)).status !== 'verified'; i++) {
      await capabilities.invoke(id, `7.7.${i}`)
    }
    const [seen] = await published
    const tests = (VERSIONS.tests ?? []).map(({ input }) => JSON.stringify(input))
    assert.deepEqual(seen?.inputs, tests)
  })

  interface Seen {
    readonly digest: string
    readonly author: string
    readonly inputs: readonly string[]
  }

  /** The receipts that stand at a node, once there are so many, and the one of before is not among them. */
  function received(
    node: TestNode,
    id: string,
    count: number,
    before?: string
  ): Promise<readonly Seen[]> {
    const check = async (): Promise<readonly Seen[] | undefined> => {
      const seen: Seen[] = []
      for (const digest of await node.replica.claims(id, 'receipts')) {
        const state = await node.replica.get(digest)
        const [by] = await registersOf(node.replica, digest)
        if (state === undefined || by === undefined) continue
        const receipts = JSON.parse(state.record.content) as { input: string }[]
        const inputs = receipts.map(({ input }) => input)
        seen.push({ digest: toHex(digest), author: by.author, inputs })
      }
      const isThere = seen.length === count && seen.every(({ digest }) => digest !== before)
      return isThere ? seen : undefined
    }
    return until(node.replica, 'entry:admit', check, signal())
  }
})
