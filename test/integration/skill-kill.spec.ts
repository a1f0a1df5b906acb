import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createHive } from '../../src/index.ts'
import { identifySkill } from '../../src/skills/skill-identity.ts'
import { budget } from '../fixtures/budget.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode } from '../../src/index.ts'
import type { SkillNews } from '../fixtures/skill-user.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/skill-user.ts', import.meta.url))

/** A second or two each. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? budget(2, 10))

/** Deaths come after at most this many acknowledgements; the last one then, when skills are verified. */
const MAX_NEWS = 800

const ORDER = ['sandbox', 'experimental', 'pre-warming', 'verified']

interface Known {
  trials: number
  status: string
  /** Its removal was asked for, and acknowledged. */
  isRemoving: boolean
  isRemoved: boolean
}

describe('kill -9 of a node that learns skills', () => {
  it(`loses nothing acknowledged in ${ROUNDS} rounds, counts nothing twice and leaves nothing half`, async function () {
    this.timeout(600_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const known = new Map<string, Known>()
    for (let round = 0; round < ROUNDS; round++) {
      const isLast = round === ROUNDS - 1
      const after = isLast ? MAX_NEWS : 1 + Math.floor(Math.random() * MAX_NEWS)
      await killed(dataDir, round, after, known)
      await using db = await createHive({ dataDir, swarm: false })
      for (const [id, expected] of known) await check(db, id, expected)
      const all = await db.agent.cortex.capabilities.list()
      for (const { id } of all) await checkWhole(db, id)
      // One that each lane had not acknowledged yet may be there.
      const listed = all.filter(({ id }) => !known.has(id))
      assert.ok(listed.length <= 3 * (round + 1))
      assert.equal(db.status.damaged, 0)
    }
    const seen = [...known.values()]
    assert.ok(seen.some(({ status }) => status === 'verified'))
    assert.ok(seen.some(({ isRemoved }) => isRemoved))
  })
})

/** Runs the program until it has said so much, ends it, and adds what it said to `known`. */
async function killed(
  dataDir: string,
  round: number,
  after: number,
  known: Map<string, Known>
): Promise<void> {
  const options = ['--conditions=noormme-source', PROGRAM, dataDir, String(round)]
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let said = 0
  for await (const line of createInterface({ input: child.stdout })) {
    learn(known, JSON.parse(line) as SkillNews)
    said += 1
    if (said === after) child.kill('SIGKILL')
  }
  const [, signal] = await exit
  assert.equal(signal, 'SIGKILL')
}

function learn(known: Map<string, Known>, news: SkillNews): void {
  const none = { trials: 0, status: 'experimental', isRemoving: false, isRemoved: false }
  const one = known.get(news.id) ?? none
  known.set(news.id, one)
  if (news.did === 'use') {
    one.trials = news.trials
    one.status = news.status ?? one.status
  }
  if (news.did === 'removing') one.isRemoving = true
  if (news.did === 'remove') one.isRemoved = true
}

async function check(db: HiveNode, id: string, expected: Known): Promise<void> {
  const { capabilities } = db.agent.cortex
  const all = await capabilities.list()
  const found = all.find((each) => each.id === id)
  if (found === undefined) return assert.ok(expected.isRemoving, `${id} is lost`)
  assert.equal(expected.isRemoved, false, `${id} came back`)
  assert.ok(found.trials >= expected.trials, `${id} lost trials`)
  assert.ok(found.trials <= expected.trials + 1, `${id} counted a trial twice`)
  assert.ok(ORDER.indexOf(found.status) >= ORDER.indexOf(expected.status), `${id} lost a status`)
}

/** Its parts agree with each other. */
async function checkWhole(db: HiveNode, id: string): Promise<void> {
  const { capabilities } = db.agent.cortex
  const { skill, status, trials, successes } = await capabilities.get(id)
  assert.equal(identifySkill(skill).id, id)
  assert.equal(successes, trials)
  const history = await capabilities.history(id)
  let before = 'sandbox'
  for (const { from, to, evidence } of history) {
    assert.equal(from, before)
    assert.ok(evidence.trials <= trials)
    before = to
  }
  assert.equal(before, status)
}
