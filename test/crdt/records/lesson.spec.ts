import assert from 'node:assert/strict'
import { MemoryLevel } from 'memory-level'
import fc from 'fast-check'
import { createAuthor, digestOf, MalformedError, writeEntry } from '../../../crdt/index.ts'
import { readAll, toHex } from '../../../crdt/bytes/index.ts'
import { ENCODING } from '../../../crdt/store/database.ts'
import { LESSON_FORMAT, MAX_ACTION_BYTES, MAX_RECORD_BYTES } from '../../../crdt/constants.ts'
import {
  canonicalLines,
  canonicalRecord,
  encodeRecord,
  readRecord
} from '../../../crdt/records/record.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import { lessons, lines, recordValue } from '../../fixtures/values.ts'
import { author, first } from '../../fixtures/honest-playbook.ts'
import { forge } from '../../fixtures/forgery.ts'
import type { HiveRecord } from '../../../crdt/index.ts'

const LESSON: HiveRecord = {
  kind: 'lesson',
  entity: 'npm ci fails with EUSAGE',
  content: 'The lock file is of another npm.\n\n  npm 10 writes version 3.',
  action: 'npm install --package-lock-only\nnpm ci',
  versions: 'npm >=10 <12',
  verify: 'ab'.repeat(32)
}
const DAY = 20_000

describe('lessons', () => {
  it('are read as they were written, with their line breaks', () => {
    fc.assert(
      fc.property(lessons, (lesson) => {
        assert.deepEqual(readAll(encodeRecord(lesson), readRecord), lesson)
        assert.deepEqual(canonicalRecord(lesson), lesson)
      })
    )
    assert.deepEqual(readAll(encodeRecord(LESSON), readRecord), LESSON)
  })

  it('have one form for all line ends, and for white space that nobody sees', () => {
    fc.assert(
      fc.property(lines, (text) => {
        const canonical = canonicalLines(text)
        assert.equal(canonicalLines(canonical), canonical)
        assert.equal(canonicalLines(`\n \n${text.replaceAll(/\r\n|\r/g, '\n')}  \n\n`), canonical)
      })
    )
    assert.equal(canonicalLines('\r\n  if x:\r\n\ty()  \r\r\n'), '  if x:\n\ty()')
  })

  it('leave the bytes of the other kinds as they were', () => {
    const fact: HiveRecord = { kind: 'fact', entity: 'CSS gap', content: 'Works  in\nflex.' }
    assert.equal(
      toHex(digestOf(fact)),
      toHex(digestOf({ kind: 'fact', entity: 'CSS gap', content: 'Works in flex.' }))
    )
    assert.equal(
      Buffer.from(encodeRecord(canonicalRecord(fact))).toString('hex'),
      `0107${Buffer.from('CSS gap').toString('hex')}0e${Buffer.from('Works in flex.').toString('hex')}00`
    )
  })

  for (const [problem, change] of [
    ['no summary', { entity: ' ' }],
    ['neither detail nor action', { content: ' \n', action: '' }],
    ['a long action', { action: 'x'.repeat(MAX_ACTION_BYTES + 1) }],
    ['long versions', { versions: 'x'.repeat(256) }],
    ['a command line in place of a skill', { verify: 'rm -rf ~' }],
    ['half a surrogate pair', { action: '\ud800' }]
  ] as const) {
    it(`refuse ${problem}`, () => {
      const record = canonicalRecord({ ...LESSON, ...change })
      assert.throws(() => encodeRecord(record), { name: 'LimitError' })
    })
  }

  it('have the size limit of all records', () => {
    const room = MAX_RECORD_BYTES - encodeRecord({ ...LESSON, content: '' }).length - 2
    assert.equal(encodeRecord({ ...LESSON, content: 'x'.repeat(room) }).length, MAX_RECORD_BYTES)
    assert.throws(() => encodeRecord({ ...LESSON, content: 'x'.repeat(room + 1) }), {
      code: 'RECORD_TOO_LARGE'
    })
  })

  it('of a stranger are refused if a field is too large or missing', () => {
    const text = (bytes: number): Buffer => Buffer.concat([uint(bytes), Buffer.alloc(bytes, 'x')])
    const rest = [text(1), Buffer.of(0)]
    for (const fields of [
      [text(1), text(1), text(MAX_ACTION_BYTES + 1), ...rest],
      [text(1), text(1), text(1), text(256), Buffer.of(0)],
      [text(1), text(1), text(1), text(1), Buffer.of(2)],
      [text(1), text(1), text(1), text(1), Buffer.of(1), Buffer.alloc(31)],
      [text(0), text(1), text(1), ...rest],
      [text(1), text(0), text(0), ...rest],
      [text(512), text(MAX_RECORD_BYTES - 600), text(600), ...rest],
      [text(1), text(1), text(1), ...rest, Buffer.of(0)]
    ]) {
      const bytes = Buffer.concat([Buffer.of(5), ...fields])
      assert.throws(() => readAll(bytes, readRecord), MalformedError)
    }
    assert.ok(
      readAll(Buffer.concat([Buffer.of(5), text(1), text(1), text(1), ...rest]), readRecord)
    )
  })

  it('travel in entries that versions without lessons store unread', async () => {
    await using a = await replicaOn()
    const fact = { kind: 'fact', entity: 'e', content: 'c' } as const
    const { entries } = await a.replica.publish([{ record: fact, confidence: 0.9, day: DAY }])
    const second = await a.replica.publish([{ record: LESSON, confidence: 0.9, day: DAY }])
    const third = await a.replica.publish([
      { record: { ...fact, content: 'd' }, confidence: 0.9, day: DAY }
    ])
    const formats = [...entries, ...second.entries, ...third.entries].map(({ format }) => format)
    assert.deepEqual(formats, [1, LESSON_FORMAT, LESSON_FORMAT])
    await using b = await replicaOn()
    await deliver(a.replica, b.replica)
    assert.deepEqual((await b.replica.get(digestOf(LESSON)))?.record, LESSON)
  })

  it('in an entry of a lower format end the feed, as they do for versions without lessons', async () => {
    for (const [format, outcome] of [
      [1, 'rejected'],
      [2, 'rejected'],
      [LESSON_FORMAT, 'admitted']
    ] as const) {
      await using a = await replicaOn()
      const entry = forge({
        author: createAuthor(),
        seq: 1,
        prev: new Uint8Array(32),
        format,
        values: [recordValue(LESSON)]
      })
      const admission = await a.replica.admit(writeEntry(entry))
      assert.equal(admission.outcome, outcome)
      if (outcome === 'rejected') assert.deepEqual(a.replica.rejections(), { structure: 1 })
    }
  })

  it('cannot continue the feed of a playbook', async () => {
    await using a = await replicaOn()
    assert.equal((await a.replica.admit(writeEntry(first))).outcome, 'admitted')
    const next = forge({
      author,
      seq: 2,
      prev: first.hash,
      values: [recordValue(LESSON)],
      format: LESSON_FORMAT
    })
    assert.equal((await a.replica.admit(writeEntry(next))).outcome, 'rejected')
    assert.deepEqual(a.replica.rejections(), { document: 1 })
  })

  it('that an older version stored unread are read when the store is opened', async () => {
    const database = new MemoryLevel<Uint8Array, Uint8Array>(ENCODING)
    const digest = digestOf(LESSON)
    {
      await using a = await replicaOn(database)
      await a.replica.publish([{ record: LESSON, confidence: 0.9, day: DAY }])
      const { store } = a
      await store.commit([
        store.section('meta').put(Buffer.from('schema'), Uint8Array.of(5)),
        ...['records', 'standings'].map((name) => store.section(name).del(digest))
      ])
    }
    await using b = await replicaOn(database)
    const attested = await b.replica.get(digest)
    assert.deepEqual([attested?.record, attested?.standing.vouches], [LESSON, 1])
  })
})

describe('stale votes', () => {
  it('count once a node, are taken back, and leave the vouches of others', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const digest = digestOf(LESSON)
    const vote = { record: LESSON, confidence: 0.9, day: DAY }
    await a.replica.publish([vote])
    await deliver(a.replica, b.replica)
    await b.replica.publish([{ ...vote, vote: 'stale' }])
    assert.equal(await b.replica.voteOn(digest), 'stale')
    b.replica.rotateAuthor()
    const { unchanged } = await b.replica.publish([{ ...vote, vote: 'stale' }])
    assert.equal(unchanged.length, 1)
    await deliver(b.replica, a.replica)
    const standing = async (): Promise<unknown> => {
      const { vouches, disputes, stales, opinions } = (await a.replica.get(digest))?.standing ?? {}
      return { vouches, disputes, stales, opinions }
    }
    const opinions = [[900, 1]]
    assert.deepEqual(await standing(), { vouches: 1, disputes: 0, stales: 1, opinions })
    await b.replica.retract(digest)
    await deliver(b.replica, a.replica)
    assert.deepEqual(await standing(), { vouches: 1, disputes: 0, stales: 0, opinions })
  })

  it('are kept over a restart', async () => {
    await using a = await replicaOn()
    await a.replica.publish([{ record: LESSON, confidence: 0.9, day: DAY, vote: 'dispute' }])
    assert.equal(await a.replica.voteOn(digestOf(LESSON)), 'dispute')
    await a.replica.retract(digestOf(LESSON))
    await a.replica.publish([{ record: LESSON, confidence: 0.9, day: DAY, vote: 'stale' }])
    assert.equal(await a.replica.voteOn(digestOf(LESSON)), 'stale')
  })
})

function uint(number: number): Buffer {
  const bytes: number[] = []
  let rest = number
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
