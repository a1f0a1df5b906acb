import assert from 'node:assert/strict'
import { toHex } from '../../../../crdt/bytes/index.ts'
import { SkillChanges } from '../../../../src/skills/exchange/skill-changes.ts'
import { deliver, replicaOn } from '../../../fixtures/replicas.ts'
import type { HiveRecord, Publication } from '../../../../crdt/index.ts'

function said(record: HiveRecord): Publication {
  return { record, confidence: 0.9, day: 20_000 }
}

const SKILL = said({ kind: 'skill', entity: 'one', content: '{}' })
const RECEIPTS = said({
  kind: 'skill',
  entity: 'one',
  content: '[]',
  attribute: 'receipts',
  value: 'engine'
})

function insights(count: number): Publication[] {
  return Array.from({ length: count }, (_, i) =>
    said({ kind: 'insight', entity: 'a', content: `insight ${i}` })
  )
}

describe('the skills among what changes', () => {
  const signal = new AbortController().signal

  async function read(changes: SkillChanges): Promise<string[]> {
    return (await Array.fromAsync(changes.read(signal))).map(toHex).toSorted()
  }

  it('are found once each, and nothing else is', async () => {
    await using peer = await replicaOn()
    await using own = await replicaOn()
    await peer.replica.publish([...insights(150), SKILL, RECEIPTS, SKILL])
    const changes = new SkillChanges(own)
    assert.deepEqual(await read(changes), [])
    await deliver(peer.replica, own.replica)
    const found = await read(changes)
    const records = await own.replica.getMany(found.map((id) => Buffer.from(id, 'hex')))
    const names = records.map(({ record: { kind, attribute = 'none' } }) => `${kind} ${attribute}`)
    assert.deepEqual(names.toSorted(), ['skill none', 'skill receipts'])
    assert.deepEqual(await read(changes), [])
  })

  it('are found again after a vote of another author, which brings no text', async () => {
    await using one = await replicaOn()
    await using other = await replicaOn()
    await using own = await replicaOn()
    await one.replica.publish([SKILL])
    await other.replica.publish([SKILL])
    await deliver(one.replica, own.replica)
    const changes = new SkillChanges(own)
    await deliver(other.replica, own.replica)
    assert.equal((await read(changes)).length, 1)
  })

  it('are found by the next run where the one before ended first, and only then', async () => {
    await using one = await replicaOn()
    await using own = await replicaOn()
    await read(new SkillChanges(own))
    await one.replica.publish([SKILL])
    await deliver(one.replica, own.replica)
    assert.equal((await read(new SkillChanges(own))).length, 1)
    assert.deepEqual(await read(new SkillChanges(own)), [])
  })

  it('end where the node stops', async () => {
    await using own = await replicaOn()
    const changes = new SkillChanges(own)
    await own.replica.publish([SKILL])
    assert.deepEqual(await Array.fromAsync(changes.read(AbortSignal.abort())), [])
    assert.equal((await read(changes)).length, 1)
  })
})
