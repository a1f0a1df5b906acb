import assert from 'node:assert/strict'
import { seal } from '../../../crdt/bytes/index.ts'
import { AgentDays } from '../../../src/models/spending/agent-days.ts'
import { agentDifferences } from '../../../src/models/spending/ledger-audit.ts'
import { addUncertain, UsageRows } from '../../../src/models/spending/usage-rows.ts'
import { governedNode, WHY } from './governed-node.ts'
import type { GovernedNode } from './governed-node.ts'

type Found = readonly (readonly [probe: string, id: string, text: string])[]

async function found(node: GovernedNode): Promise<Found> {
  const reports = await node.db.agent.cortex.governor.probeAll()
  assert.equal(reports.length, 5)
  return reports.flatMap(({ findings }) => findings.map(({ probe, id, text }) => [probe, id, text]))
}

/** The key of a section in the database. */
function keyOf(section: string, key: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(`!${section}!`), Buffer.from(key)])
}

async function published(node: GovernedNode): Promise<readonly [fact: string, record: string]> {
  const { knowledge, hive } = node.agent('ada').cortex
  for (let i = 0; i < 40; i++) {
    await knowledge.distill(`entity ${i}`, `Statement number ${i} of the sample.`, 0.5)
  }
  const { id } = await knowledge.distill('sky', 'It is blue on clear days.', 0.95)
  await hive.broadcastKnowledge()
  const record = (await node.promoted()).get(id)
  assert.ok(record !== undefined)
  return [id, record]
}

describe('probes', function () {
  this.timeout(120_000)

  it('find nothing in a node that works', async () => {
    await using node = await governedNode()
    const [id] = await published(node)
    const { governor, knowledge } = node.db.agent.cortex
    await knowledge.forget(id)
    await governor.contain({ agent: 'ada', from: new Date(0) }, WHY)
    await knowledge.distill('sea', 'It is salt.', 0.95)
    assert.deepEqual(await found(node), [])
    await node.restart()
    assert.deepEqual(await found(node), [])
  })

  it('find a private and a forgotten fact that are published', async () => {
    await using node = await governedNode()
    const [id, record] = await published(node)
    const { database } = node.files
    const key = keyOf('facts', Buffer.from(id, 'hex'))
    const stored = await database.get(key)
    assert.ok(stored !== undefined)
    // The flags stand behind the seal.
    const hidden = Buffer.from(stored.subarray(4))
    hidden.writeUInt8(hidden.readUInt8(0) | 1)
    await database.put(key, seal(Buffer.from(id, 'hex'), hidden))
    assert.deepEqual(await found(node), [
      ['published', id, `A private fact is published as ${record}.`]
    ])
    await database.del(key)
    const [first] = (await found(node)).filter(([probe]) => probe === 'published')
    assert.deepEqual(first, ['published', id, `A forgotten fact is published as ${record}.`])
  })

  it('find a publication without agent or time, and a vote without a fact', async () => {
    await using node = await governedNode()
    const [id, record] = await published(node)
    assert.deepEqual(await found(node), [])
    const { database } = node.files
    const range = { gt: keyOf('publications', '\x02'), lt: keyOf('publications', '\x03') }
    await database.clear(range)
    assert.deepEqual(await found(node), [
      ['published', id, `The publication of ${record} has no agent or time.`]
    ])
    await database.clear({ gt: keyOf('publications', '\x01'), lt: keyOf('publications', '\x02') })
    const probes = (await found(node)).map(([probe, about]) => [probe, about])
    assert.deepEqual(probes, [
      ['published', id],
      ['votes', record]
    ])
  })

  it('find a fact that is counted and gone, in all and by agent', async () => {
    await using node = await governedNode()
    const [id] = await published(node)
    await node.db.agent.cortex.hive.retract((await node.promoted()).get(id) ?? '')
    await node.files.database.del(keyOf('facts', Buffer.from(id, 'hex')))
    assert.deepEqual(await found(node), [
      ['counts', 'all', '41 facts are counted, and 40 are stored.'],
      ['counts', 'ada', '41 facts are counted for the agent, and 40 are stored.']
    ])
  })

  it('find a fact that the index does not have', async () => {
    await using node = await governedNode()
    const { database } = node.files
    const { knowledge } = node.db.agent.cortex
    const { id } = await knowledge.distill('sky', 'It is blue on clear days.', 0.95)
    await knowledge.recall('sky', { maxWait: Infinity })
    const key = keyOf('facts', Buffer.from(id, 'hex'))
    const stored = await database.get(key)
    const other = await knowledge.distill('sea', 'It is green near the coast.', 0.95)
    const altered = await database.get(keyOf('facts', Buffer.from(other.id, 'hex')))
    assert.ok(stored !== undefined && altered !== undefined)
    await knowledge.recall('sea', { maxWait: Infinity })
    // A fact under an id that the log does not name.
    const unknown = Buffer.alloc(32, 0xff)
    await database.put(keyOf('facts', unknown), seal(unknown, Buffer.from(altered.subarray(4))))
    const findings: Found[number][] = []
    for (let round = 0; round < 200 && findings.length === 0; round++) {
      findings.push(...(await found(node)).filter(([probe]) => probe === 'index'))
    }
    assert.deepEqual(
      findings.map(([probe, about]) => [probe, about]),
      [['index', unknown.toString('hex')]]
    )
  })

  it('find spending that the ledger does not have', async () => {
    await using node = await governedNode()
    const messages = [{ role: 'user' as const, content: 'Summarise: it is slow.' }]
    await node.db.agent.cortex.models.generate({ task: 'summarise', messages })
    await node.restart()
    assert.deepEqual(await found(node), [])
    const { database } = node.files
    const rows = { gt: keyOf('models', 'u/'), lt: keyOf('models', 'u0') }
    for await (const [key, value] of database.iterator(rows)) {
      const text = Buffer.from(value).subarray(4).toString().replace('"calls":1', '"calls":7')
      const plain = Buffer.from(key).subarray('!models!'.length)
      await database.put(key, seal(plain, Buffer.from(text)))
    }
    const [finding, ...others] = await found(node)
    assert.deepEqual([finding?.[0], finding?.[1], others], ['ledger', 'default', []])
    await node.restart()
    assert.deepEqual(await found(node), [], 'what is on disk is the truth')
  })

  it('find limits that count less than the ledger has', () => {
    const days = new AgentDays(() => ({ calls: 1 }))
    const rows = new UsageRows()
    const names = { hour: 24, agent: 'ada', task: 'summarise', model: 'f/one' }
    addUncertain(rows.of(names), undefined, 5)
    const counter = days.at('ada', 86_400_000)
    assert.deepEqual(
      agentDifferences(days, rows).map(({ of }) => of),
      ['ada']
    )
    counter.spend(0n, 5)
    assert.deepEqual(agentDifferences(days, rows), [])
  })

  it('take slices of a few milliseconds, and go on after a restart', async () => {
    await using node = await governedNode()
    await published(node)
    const { governor } = node.db.agent.cortex
    const order: string[] = []
    for (let i = 0; i < 200 && new Set(order).size < 5; i++)
      order.push((await governor.probe()).probe)
    assert.equal(new Set(order).size, 5)
    while ((await node.db.agent.cortex.governor.probe()).probe !== 'votes');
    await node.restart()
    assert.equal((await node.db.agent.cortex.governor.probe()).probe, 'ledger')
  })
})
