import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import {
  insertStep,
  markStep,
  moveStep,
  playbookDoc,
  removeStep,
  writeEntry,
  writeStep
} from '../../../crdt/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'

const goal = randomBytes(32)

/** One change by one of three replicas; what it refers to is chosen among the steps it sees. */
const change = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom(
    'insert',
    'insert',
    'write',
    'write',
    'title',
    'mark',
    'move',
    'remove',
    'rotate'
  ),
  at: fc.nat(20),
  to: fc.nat(20),
  text: fc.string({ unit: 'binary', maxLength: 20 })
})
const deliveries = fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 60 })

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** Makes the change: its entries, and the steps that it added or removed. */
async function make(
  replica: Replica,
  { what, at, to, text }: Change
): Promise<{ entries: Entry[]; added?: string; removed?: string }> {
  if (what === 'rotate') {
    replica.rotateAuthor()
    return { entries: [] }
  }
  const { steps } = await replica.playbook(goal)
  const step = steps[at % Math.max(1, steps.length)]
  if (what === 'insert' || step === undefined) {
    const { result, entries } = await replica.editPlaybook(goal, (doc) =>
      insertStep(doc, at % (steps.length + 1), { title: `step ${text}`, body: text })
    )
    return { entries, added: result }
  }
  const { id, body } = step
  const [from, until] = [at % (body.length + 1), to % (body.length + 1)].toSorted((a, b) => a - b)
  const range = { from: from ?? 0, to: until ?? 0, mark: 'bold' as const, on: at % 2 === 0 }
  const { entries } = await replica.editPlaybook(goal, (doc) => {
    if (what === 'write') {
      return writeStep(doc, id, { body: body.slice(0, range.from) + text + body.slice(range.to) })
    }
    if (what === 'title') return writeStep(doc, id, { title: text })
    if (what === 'mark') return range.from < range.to && markStep(doc, id, range)
    if (what === 'move') return moveStep(doc, id, to % steps.length)
    return removeStep(doc, id)
  })
  return { entries, removed: what === 'remove' ? id : undefined }
}

describe('a playbook', () => {
  it('is the same on three replicas, whatever was lost, doubled or shuffled, with all steps kept', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(change, fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 3 })), {
          minLength: 1,
          maxLength: 20
        }),
        deliveries,
        async (history, delivered) => {
          await using stack = new AsyncDisposableStack()
          const replicas = await Promise.all(
            [0, 1, 2].map(async () => stack.use(await replicaOn()).replica)
          )
          const wire: Uint8Array[] = []
          const steps = new Set<string>()
          const removed = new Set<string>()
          const send = async (which: number, to: number): Promise<void> => {
            const bytes = wire[which % Math.max(1, wire.length)]
            if (bytes !== undefined) await replicas[to]?.admit(bytes)
          }
          for (const [each, sent] of history) {
            const replica = replicas[each.who]
            assert.ok(replica !== undefined)
            const made = await make(replica, each)
            wire.push(...made.entries.map(writeEntry))
            if (made.added !== undefined) steps.add(made.added)
            if (made.removed !== undefined) removed.add(made.removed)
            for (const [which, to] of sent) await send(which, to)
          }
          for (const [which, to] of delivered) await send(which, to)
          for (const from of replicas) for (const to of replicas) await deliver(from, to)
          const [first, ...others] = await Promise.all(replicas.map((r) => r.playbook(goal)))
          for (const other of others) assert.deepEqual(other, first)
          assert.equal(first?.pendingEdits, 0)
          const kept = new Set(first?.steps.map(({ id }) => id))
          assert.equal(kept.size, first?.steps.length, 'a step stands twice')
          for (const id of steps) if (!removed.has(id)) assert.ok(kept.has(id), 'a step was lost')
          // And the same when it is read from disk, in another order of arrival.
          await using late = await replicaOn()
          for (const from of replicas.toReversed()) await deliver(from, late.replica)
          assert.deepEqual(await late.replica.playbook(goal), first)
          for (const { rejections } of replicas) assert.deepEqual(rejections.call(replicas[0]), {})
        }
      ),
      { numRuns: 150 }
    )
  })

  it('has what was written into a step while others put it elsewhere', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { result: id } = await a.replica.editPlaybook(goal, (doc) => {
      insertStep(doc, 0, { title: 'last', body: '' })
      return insertStep(doc, 0, { title: 'first', body: 'one two' })
    })
    await deliver(a.replica, b.replica)
    await a.replica.editPlaybook(goal, (doc) => moveStep(doc, id, 1))
    await b.replica.editPlaybook(goal, (doc) => writeStep(doc, id, { body: 'one and two' }))
    await deliver(a.replica, b.replica)
    await deliver(b.replica, a.replica)
    for (const { replica } of [a, b]) {
      const { steps } = await replica.playbook(goal)
      assert.deepEqual(
        steps.map(({ title, body }) => [title, body]),
        [
          ['last', ''],
          ['first', 'one and two']
        ]
      )
    }
  })

  it('is there after a restart, and goes on under another client', async () => {
    await using directory = await temporaryDirectory()
    const titles = ['one', 'two', 'three']
    for (const [i, title] of titles.entries()) {
      await using node = await replicaOn(directory.path)
      await node.replica.editPlaybook(goal, (doc) => insertStep(doc, i, { title, body: title }))
    }
    await using node = await replicaOn(directory.path)
    const { steps, acceptedEdits } = await node.replica.playbook(goal)
    assert.deepEqual(
      steps.map(({ title }) => title),
      titles
    )
    assert.equal(new Set(steps.map(({ id }) => id.split('-')[0])).size, 3)
    assert.equal(acceptedEdits, 3)
  })

  it('is read where an older version has kept its entries unread', async () => {
    await using directory = await temporaryDirectory()
    {
      await using node = await replicaOn(directory.path)
      await node.replica.editPlaybook(goal, (doc) =>
        insertStep(doc, 0, { title: 'one', body: 'two' })
      )
      await node.replica.publish([publication('a fact')])
      // Schema 3 knew neither the document of a feed nor format 3.
      const [feeds, meta] = [node.store.section('feeds'), node.store.section('meta')]
      const operations = [meta.put(Buffer.from('schema'), Uint8Array.of(3))]
      for await (const [key, feed] of feeds.entries()) {
        const isFact = Buffer.from(feed).includes('knowledge')
        const doc = isFact ? 'knowledge' : playbookDoc(goal)
        operations.push(feeds.put(key, feed.subarray(0, feed.length - doc.length - 1)))
      }
      await node.store.commit(operations)
    }
    for (let start = 0; start < 2; start++) {
      await using node = await replicaOn(directory.path)
      const { steps } = await node.replica.playbook(goal)
      assert.deepEqual(
        steps.map(({ title }) => title),
        ['one']
      )
      assert.equal(node.replica.heads().length, 2)
    }
  })

  it('keeps marks where two agents write and mark at once', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { result: id } = await a.replica.editPlaybook(goal, (doc) =>
      insertStep(doc, 0, { title: 'check', body: 'read it twice' })
    )
    await deliver(a.replica, b.replica)
    await a.replica.editPlaybook(goal, (doc) =>
      markStep(doc, id, { from: 8, to: 13, mark: 'bold', on: true })
    )
    await b.replica.editPlaybook(goal, (doc) =>
      writeStep(doc, id, { body: 'read all of it twice' })
    )
    await deliver(a.replica, b.replica)
    await deliver(b.replica, a.replica)
    for (const { replica } of [a, b]) {
      const { steps } = await replica.playbook(goal)
      assert.deepEqual(steps[0]?.spans, [
        { text: 'read all of it ', marks: [] },
        { text: 'twice', marks: ['bold'] }
      ])
    }
  })

  it('does not tell by its key who publishes, nor who edits another one', async () => {
    await using node = await replicaOn()
    await node.replica.publish([publication('a fact')])
    for (const each of [goal, randomBytes(32)]) {
      await node.replica.editPlaybook(each, (doc) => insertStep(doc, 0, { title: 'one', body: '' }))
    }
    assert.equal(node.replica.heads().length, 3)
  })

  it('is as it was when a change throws or changes nothing', async () => {
    await using node = await replicaOn()
    const { replica } = node
    const fail = (): never => {
      throw new Error('no')
    }
    await assert.rejects(replica.editPlaybook(goal, fail), /^Error: no$/)
    const { entries } = await replica.editPlaybook(goal, () => undefined)
    assert.deepEqual(entries, [])
    const { steps } = await replica.playbook(goal)
    assert.deepEqual(steps, [])
    assert.deepEqual(replica.heads(), [])
  })

  it('takes no edit larger than an entry, and loses nothing by it', async () => {
    await using node = await replicaOn()
    const body = randomBytes(50_000).toString('hex')
    await assert.rejects(
      node.replica.editPlaybook(goal, (doc) => insertStep(doc, 0, { title: 'one', body })),
      { code: 'PLAYBOOK_EDIT_TOO_LARGE' }
    )
    await node.replica.editPlaybook(goal, (doc) => insertStep(doc, 0, { title: 'one', body: '' }))
    assert.equal((await node.replica.playbook(goal)).steps.length, 1)
  })

  it('stays as it is when its nodes compact their feeds', async () => {
    await using node = await replicaOn()
    await using peer = await replicaOn()
    const { replica } = node
    const { records } = await replica.publish([publication('one'), publication('two')])
    for (const title of ['first', 'second']) {
      await replica.editPlaybook(goal, (doc) => insertStep(doc, 9, { title, body: '' }))
    }
    await replica.retract(records[0] ?? new Uint8Array())
    assert.equal((await replica.compact()).length, 1)
    await replica.whenCompacted()
    const before = await replica.playbook(goal)
    assert.equal(before.acceptedEdits, 2)
    await deliver(replica, peer.replica)
    assert.deepEqual(await peer.replica.playbook(goal), before)
  })

  it('shows nothing of an edit that could not be written, and is edited on', async () => {
    const { database, failNext } = failingDatabase()
    await using node = await replicaOn(database)
    const insert = (title: string): Promise<unknown> =>
      node.replica.editPlaybook(goal, (doc) => insertStep(doc, 9, { title, body: '' }))
    const titles = async (): Promise<string[]> =>
      (await node.replica.playbook(goal)).steps.map(({ title }) => title)
    await insert('one')
    failNext()
    const results = await Promise.allSettled([insert('lost'), insert('behind it')])
    assert.equal(results[0]?.status, 'rejected')
    const kept = results[1]?.status === 'fulfilled' ? ['one', 'behind it'] : ['one']
    assert.deepEqual(await titles(), kept)
    await insert('two')
    assert.deepEqual(await titles(), [...kept, 'two'])
    assert.equal((await node.replica.playbook(goal)).pendingEdits, 0)
  })

  it('is edited while many others are read', async () => {
    await using node = await replicaOn()
    const others = Array.from({ length: 20 }, () => randomBytes(32))
    for (let i = 0; i < 5; i++) {
      await Promise.all([
        node.replica.editPlaybook(goal, (doc) => insertStep(doc, 0, { title: `${i}`, body: '' })),
        ...others.map((other) => node.replica.playbook(other))
      ])
    }
    assert.equal((await node.replica.playbook(goal)).steps.length, 5)
  })

  it('is edited on under another key where the last one has no room left', async () => {
    await using node = await replicaOn()
    const { replica } = node
    const { result: id } = await replica.editPlaybook(goal, (doc) =>
      insertStep(doc, 0, { title: 'one', body: '' })
    )
    for (let i = 0; i < 12; i++) {
      const body = randomBytes(25_000).toString('hex')
      await replica.editPlaybook(goal, (doc) => writeStep(doc, id, { body }))
      const { steps } = await replica.playbook(goal)
      assert.equal(steps[0]?.body, body)
    }
    assert.equal(replica.heads().length, 2)
    const { acceptedEdits, pendingEdits } = await replica.playbook(goal)
    assert.deepEqual([acceptedEdits, pendingEdits], [13, 0])
  })
})
