import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createHive } from '../../src/index.ts'
import { budget } from '../fixtures/budget.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import type { HiveNode } from '../../src/index.ts'
import type { PersonaNews } from '../fixtures/persona-user.ts'

const PROGRAM = fileURLToPath(new URL('../fixtures/persona-user.ts', import.meta.url))
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? budget(2, 50))

/** Deaths come after at most this many acknowledgements. */
const MAX_NEWS = 150

describe('kill -9 of a node whose agents change and record', () => {
  it(`loses nothing acknowledged in ${ROUNDS} rounds, and leaves nothing half`, async function () {
    this.timeout(600_000)
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    const versions = new Map<string, number>()
    const records = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round++) {
      const options = ['--conditions=noormme-source', PROGRAM, dataDir, String(round)]
      const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      const after = 1 + Math.floor(Math.random() * MAX_NEWS)
      let said = 0
      for await (const line of createInterface({ input: child.stdout })) {
        const news = JSON.parse(line) as PersonaNews
        if (news.did === 'version') versions.set(news.agent, news.number)
        else records.set(`${news.agent} ${news.id}`, news.count)
        said += 1
        if (said === after) child.kill('SIGKILL')
      }
      assert.equal((await exit)[1], 'SIGKILL')
      await using db = await createHive({ dataDir, swarm: false })
      for (const [agent, number] of versions) await checkVersions(db, agent, number)
      for (const [key, count] of records) await checkSession(db, key.split(' '), count)
      assert.equal(db.status.damaged, 0)
    }
    assert.ok(versions.size > 0 && records.size > 0)
  })
})

/** One change that was not acknowledged may be there, whole. */
async function checkVersions(db: HiveNode, name: string, acknowledged: number): Promise<void> {
  const { persona } = await db.agents.open(name)
  const head = await persona.version()
  assert.ok(head === acknowledged || head === acknowledged + 1, `${head} of ${acknowledged}`)
  const trait = (await persona.get())?.traits['n']
  assert.equal(trait?.value, head - 1)
  const history = await persona.history({ limit: 1_000 })
  assert.deepEqual(
    history.map(({ number }) => number),
    Array.from({ length: head }, (_, i) => head - i)
  )
}

async function checkSession(
  db: HiveNode,
  [name = '', id = '']: readonly string[],
  acknowledged: number
): Promise<void> {
  const session = await (await db.agents.open(name)).resumeSession(id)
  const { interactions, stored } = await session.state()
  assert.ok(interactions === acknowledged || interactions === acknowledged + 1)
  const contents = (await session.interactions()).map(({ content }) => Number(content))
  assert.equal(contents.length, stored)
  assert.deepEqual([contents[0], contents.at(-1)], [1, interactions])
}
