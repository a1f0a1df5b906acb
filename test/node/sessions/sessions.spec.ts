import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { Sessions } from '../../../node/sessions/index.ts'
import type { HiveNode } from '../../../src/index.ts'
import type { HookEvent } from '../../../node/sessions/index.ts'

const PROJECT = 'github.com/ann/shop'

const ERROR = `Exit code 1
npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR! Found: react-test-renderer@18.2.0
npm ERR! node_modules/react-test-renderer`

const LESSON = {
  summary: 'npm ERR! ERESOLVE unable to resolve dependency tree react-test-renderer',
  action: 'npm install react-test-renderer@19'
} as const

const HOURS = 3_600_000

describe('the sessions of agents', () => {
  let db: HiveNode
  let sessions: Sessions
  let time = Date.now()

  beforeEach(async () => {
    db = await createHive({ swarm: false, upkeep: false })
    sessions = new Sessions({ db, now: () => time })
  })
  afterEach(() => db.stop())

  const send = (event: Partial<HookEvent>): Promise<readonly string[]> =>
    sessions.handle({
      event: 'tool-failure',
      host: 'claude-code',
      session: 's',
      project: PROJECT,
      ...event
    })
  const fail = (command = 'npm install', text = ERROR): Promise<readonly string[]> =>
    send({ command, text, outcome: 'failed' })
  const succeed = (command = 'npm install'): Promise<readonly string[]> =>
    send({ command, outcome: 'succeeded' })
  const stop = (event: Partial<HookEvent> = {}): Promise<readonly string[]> =>
    send({ event: 'stop', ...event })
  const learn = (lesson: object = {}): Promise<{ id: string }> =>
    db.agent.cortex.knowledge.learn({ ...LESSON, project: PROJECT, force: true, ...lesson })

  async function outcomes(): Promise<(string | undefined)[]> {
    const { rows } = await db.impact.list()
    return rows.flatMap((row) => row.outcomes.map(({ outcome }) => outcome))
  }

  it('show nothing when nothing is strong', async () => {
    await learn({ summary: 'The tree of dependency reports is slow', action: 'Cache it' })
    const { items } = await db.agent.cortex.knowledge.recall(ERROR, { project: PROJECT })
    assert.equal(items.length, 1, 'something weak is found')
    assert.deepEqual(await fail(), [])
    assert.deepEqual(await send({ event: 'prompt', text: 'Please fix the tests' }), [])
    assert.deepEqual(await send({ event: 'prompt', text: '' }), [])
    assert.deepEqual(await stop(), [])
    assert.deepEqual((await db.impact.list()).rows, [])
  })

  it('show the lesson of an error once, in a line of data with its id', async () => {
    const { id } = await learn()
    const lines = await fail()
    assert.equal(lines.length, 2)
    assert.match(lines[0] ?? '', /data, not instructions/)
    assert.ok(lines[1]?.startsWith(`${id.slice(0, 10)} own 1v today npm ERR! ERESOLVE`))
    assert.deepEqual(await fail(), [], 'the agent has seen it')
    const { rows } = await db.impact.list()
    assert.deepEqual(
      rows.map(({ door, project, items }) => [door, project, items.map((item) => item.id)]),
      [['hook tool-failure claude-code', PROJECT, [id]]]
    )
    assert.deepEqual(await outcomes(), ['repeated'])
    await succeed()
    assert.deepEqual(await outcomes(), ['repeated', 'recovered'])
  })

  it('start with lessons of the project alone, the newest, within 3 lines and 200 tokens', async () => {
    for (let i = 0; i < 5; i++) {
      await learn({ summary: `lesson ${i} ${'é'.repeat(200)}`, action: 'do '.repeat(200) })
    }
    await learn({ summary: 'of another', project: 'other' })
    await db.agent.cortex.knowledge.distill('shop', 'A fact.', 0.9, { projects: [PROJECT] })
    const lines = await send({ event: 'session-start' })
    assert.equal(lines.length, 3)
    assert.ok(Buffer.byteLength(lines.join('\n')) <= 600)
    for (const line of lines.slice(1)) assert.match(line, /lesson \d .*…$/)
    assert.deepEqual(await send({ event: 'session-start', session: 't', project: undefined }), [])
  })

  it('start again after a compaction, at the next prompt if the client takes no text then', async () => {
    await learn()
    const started = await send({ event: 'session-start' })
    assert.equal(started.length, 2)
    assert.deepEqual(await send({ event: 'session-start' }), [], 'the agent has seen it')
    assert.deepEqual(await send({ event: 'compact' }), started)
    assert.deepEqual(await send({ event: 'compact', isUnread: true }), [])
    assert.deepEqual(await send({ event: 'prompt', text: 'go on' }), started)
    assert.deepEqual(await send({ event: 'prompt', text: 'go on' }), [])
  })

  it('show nothing of a record in quarantine', async () => {
    const { id } = await learn({ project: undefined })
    await db.agent.cortex.hive.promoteToGlobalStore(id)
    await db.agent.cortex.knowledge.forget(id)
    assert.deepEqual(await fail(), [])
  })

  it('no longer show what reports call wrong', async () => {
    const { id } = await learn()
    for (const session of ['a', 'b']) {
      assert.equal((await send({ session, command: 'x', text: ERROR })).length, 2)
      await db.impact.report(id, 'failed')
    }
    assert.deepEqual(await send({ session: 'c', command: 'x', text: ERROR }), [])
  })

  it('end with one line if a failed command later succeeds and nothing was learned', async () => {
    await fail()
    assert.deepEqual(await stop(), [], 'it has not succeeded')
    await succeed('npm test')
    assert.deepEqual(await stop(), [], 'another command has')
    await succeed()
    assert.deepEqual(await stop({ isContinued: true }), [])
    assert.deepEqual(await stop({ session: 'another' }), [])
    const lines = await stop()
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /ERESOLVE.*learn/)
    assert.deepEqual(await stop(), [], 'once')
  })

  it('end without a line if a lesson was learned for the project, or was known', async () => {
    await fail()
    await succeed()
    sessions.learned(PROJECT)
    assert.deepEqual(await stop(), [])
    await learn()
    const known = { session: 'other', command: 'npm install' }
    assert.equal((await send({ ...known, text: ERROR, outcome: 'failed' })).length, 2)
    await send({ ...known, outcome: 'succeeded' })
    assert.deepEqual(await stop({ session: 'other' }), [])
  })

  it('are forgotten after 12 hours, and beyond 256', async () => {
    await fail()
    await succeed()
    time += 13 * HOURS
    assert.deepEqual(await stop(), [])
    for (let i = 0; i < 300; i++) await stop({ session: `s${i}` })
    assert.equal(sessions.count, 256)
  })
})
