import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { createHive, restoreBackup } from '../../../src/index.ts'
import { restOf } from '../../../node/operations/formats/cq-mapping.ts'
import { adoptUnitFile, jsonValues, localCalls } from '../../../node/operations/index.ts'
import { main } from '../../../node/main.ts'
import { storedUnits } from '../../../node/cq-database.ts'
import { startDiskNode } from '../../fixtures/disk-node.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { DiskNode } from '../../fixtures/disk-node.ts'
import type { Call, CqUnit } from '../../../node/operations/index.ts'

const UNITS = new URL('../../fixtures/cq/', import.meta.url)

async function exampleUnits(): Promise<CqUnit[]> {
  const names = (await readdir(UNITS)).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, UNITS), 'utf8')))
  return texts.map((text) => JSON.parse(text) as CqUnit)
}

type Node = DiskNode & { readonly call: Call }

async function startNode(): Promise<Node> {
  const node = await startDiskNode()
  return { ...node, call: localCalls({ db: node.db, dataDir: node.dataDir, running: false }) }
}

interface Exported {
  readonly units: CqUnit[]
  readonly withheld: readonly { readonly id: string; readonly reason: string }[]
  readonly omitted: number
}

async function exportUnits(call: Call): Promise<Exported> {
  const units: CqUnit[] = []
  const { withheld = [], omitted = 0 } = await call(
    'export',
    { format: 'cq' },
    { onItem: (unit) => Promise.resolve(void units.push(unit as CqUnit)) }
  )
  return { units, withheld, omitted }
}

const byId = (a: CqUnit, b: CqUnit): number => a.id.localeCompare(b.id)

/** A unit as cq reads it: defaults are set, and absent is absent. */
function read(unit: CqUnit): CqUnit {
  const { context, evidence, extensions = {}, created_by: author, superseded_by: next } = unit
  const own = Object.entries(extensions).filter(([key]) => !key.startsWith('noormme-hive:'))
  return {
    ...unit,
    version: unit.version ?? 1,
    context: { languages: [], frameworks: [], pattern: '', ...context },
    evidence: {
      confidence: evidence?.confidence ?? 0.5,
      confirmations: evidence?.confirmations ?? 1,
      first_observed: evidence?.first_observed,
      last_confirmed: evidence?.last_confirmed
    },
    tier: unit.tier ?? 'private',
    created_by: author ?? '',
    superseded_by: next ?? undefined,
    extensions: Object.fromEntries(own),
    flags: unit.flags ?? []
  }
}

describe('units of cq', () => {
  it('come back as they were imported, but for what no longer holds', async () => {
    await using node = await startNode()
    const units = await exampleUnits()
    const report = await node.call('import', { format: 'cq', items: units })
    assert.deepEqual(
      { ...report, seconds: 0 },
      {
        read: units.length,
        new: units.length,
        duplicate: 0,
        corroborated: 0,
        rejected: [],
        seconds: 0
      }
    )
    const { units: exported, withheld, omitted } = await exportUnits(node.call)
    // One unit was called stale more often than it was confirmed.
    assert.deepEqual(
      withheld.map(({ reason }) => reason),
      ['the fact is stale']
    )
    // The anonymiser takes "ku_flagged00001" in the detail of a flag for an id of a person.
    assert.equal(omitted, 1)
    const stale = 'ku_00000000000000000000000000000002'
    const expected = units
      .filter(({ id }) => id !== stale)
      .map(({ flags = [], insight, ...unit }) => ({
        ...unit,
        // The path of a request looks like one of this machine.
        insight: {
          ...insight,
          action: insight.action.replace('/{repo}/releases/latest', '<PATH_1>')
        },
        flags: flags.map(({ detail: _detail, ...flag }) => flag)
      }))
    assert.deepEqual(exported.toSorted(byId).map(read), expected.toSorted(byId).map(read))
    // A second time adds nothing.
    const same = exported.filter(({ insight: { action } }) => !action.includes('<PATH_1>'))
    const again = await node.call('import', { format: 'cq', items: same })
    assert.equal(again.duplicate, same.length)
    assert.equal((await exportUnits(node.call)).units.length, exported.length)
    assert.equal((await node.call('import', { format: 'cq', items: units })).new, 0)
  })

  it('are in a backup, and forgotten with their lesson', async () => {
    await using node = await startNode()
    const units = await exampleUnits()
    await node.call('import', { format: 'cq', items: units })
    const { units: exported } = await exportUnits(node.call)
    const backup = join(node.dataDir, '..', 'backup')
    await node.call('backup', { directory: backup })
    const restored = join(node.dataDir, '..', 'restored')
    await restoreBackup(backup, restored)
    await using db = await createHive({ dataDir: restored, swarm: false })
    const call = localCalls({ db, dataDir: restored, running: false })
    assert.deepEqual((await exportUnits(call)).units.toSorted(byId), exported.toSorted(byId))

    const [{ fact } = assert.fail()] = (await call('recall', { query: 'Stripe 402', limit: 1 }))
      .items
    const { id: unitId } = exported.find(({ insight }) => insight.summary === fact.entity) ?? {}
    await call('forget', { id: fact.id })
    const { kind, entity, content, action, confidence, tags, source } = fact
    const again = { kind, entity, content, action, confidence, tags, source }
    await call('distill', { facts: [again] })
    const { units: later } = await exportUnits(call)
    assert.equal(later.length, exported.length)
    assert.ok(
      later.every(({ id }) => id !== unitId),
      'nothing of the unit was left'
    )
  })

  it('of an earlier version are taken over from their file', async () => {
    await using node = await startNode()
    const [unit = assert.fail(), gone = assert.fail()] = await exampleUnits()
    await node.call('import', { format: 'cq', items: [unit] })
    const [fact = assert.fail()] = await Array.fromAsync(node.db.agent.cortex.knowledge.export())
    const id = node.db.agent.cortex.knowledge.identify(fact)
    const lines = [
      { fact: id, rest: restOf({ ...unit, id: `ku_${'1'.repeat(32)}` }) },
      { fact: id, rest: restOf({ ...unit, id: `ku_${'2'.repeat(32)}` }) },
      { fact: 'ef'.repeat(32), rest: restOf(gone) }
    ]
    const file = join(node.dataDir, 'cq-units.jsonl')
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    await writeFile(file, `\n${text}\n{"fact":"${id}","re`)
    await adoptUnitFile({ db: node.db, dataDir: node.dataDir, running: false })
    const { units } = await exportUnits(node.call)
    assert.deepEqual(
      units.map((each) => each.id),
      [`ku_${'2'.repeat(32)}`]
    )
    await assert.rejects(stat(file), { code: 'ENOENT' })
  })

  it('become lessons whose confirmations count as one author at 0.5 at most', async () => {
    await using node = await startNode()
    await node.call('import', { format: 'cq', items: await exampleUnits() })
    const { items } = await node.call('recall', { query: 'Stripe 402 expired cards', limit: 1 })
    const [{ fact } = assert.fail()] = items
    assert.equal(fact.kind, 'lesson')
    assert.equal(fact.entity, 'Stripe API returns 402 for expired cards')
    assert.equal(fact.content, 'The error code is card_declined, not payment_failed.')
    assert.equal(fact.action, 'Check error.code, not error.type, when handling card errors.')
    assert.equal(fact.confidence, 0.5)
    assert.deepEqual(fact.tags, [
      'api',
      'error-handling',
      'framework:fastapi',
      'language:python',
      'pattern:api-integration',
      'stripe'
    ])
    assert.match(fact.source ?? '', /^cq ku_a1b2c3d4e5f60718293a4b5c6d7e8f90 by agent:claude-code$/)
  })

  it('are refused one by one, with their lines and reasons', async () => {
    await using node = await startNode()
    const [unit = assert.fail()] = await exampleUnits()
    const lines = [
      JSON.stringify({ ...unit, id: 'ku_1' }),
      '',
      '{',
      JSON.stringify({ ...unit, insight: { summary: 's', detail: '', action: '' } }),
      JSON.stringify(unit)
    ]
    const report = await node.call(
      'import',
      { format: 'cq', items: [] },
      { lines: Readable.from([lines.join('\n')]) }
    )
    assert.equal(report.new, 1)
    assert.deepEqual(
      report.rejected.map(({ line }) => line),
      [1, 3, 4]
    )
    assert.match(report.rejected[0]?.reason ?? '', /^id: must be ku_/)
    assert.match(report.rejected[1]?.reason ?? '', /^not JSON/)
  })

  it('leave through the anonymiser only', async () => {
    await using node = await startNode()
    const unit = (await exampleUnits()).find(({ domains }) => domains.includes('stripe'))
    assert.ok(unit !== undefined)
    const named = {
      ...unit,
      created_by: 'ada.lovelace@example.org',
      extensions: { 'x:path': '/home/ada/secret', 'x:level': 'high' }
    }
    await node.call('import', { format: 'cq', items: [named] })
    await node.call('learn', { summary: 'Deploys fail', detail: 'Ask grace.hopper@example.org.' })
    await node.call('learn', {
      summary: 'Token of the shop',
      detail: 'It is ghp_16C7e42F292c6912E7710c838347Ae178B4a.',
      private: true
    })
    await node.call('distill', { facts: [{ entity: 'e', content: 'c', confidence: 1 }] })
    const { units, withheld, omitted } = await exportUnits(node.call)
    const text = JSON.stringify(units)
    assert.doesNotMatch(text, /ada|grace|ghp_/)
    assert.match(text, /"x:level":"high"/)
    assert.equal(omitted, 2)
    assert.deepEqual(withheld.map(({ reason }) => reason).toSorted(), [
      'only lessons are units of cq',
      'the fact is private'
    ])
  })

  it('of an import that is cancelled are refused no more', async () => {
    await using node = await startNode()
    const units = await exampleUnits()
    const cancel = new AbortController()
    const lines = async function* (): AsyncGenerator<string> {
      for (const unit of units) yield `${JSON.stringify(unit)}\n`
      cancel.abort(new Error('enough'))
      yield '{}\n'
    }
    const call = node.call(
      'import',
      { format: 'cq', items: [] },
      { lines: lines(), signal: cancel.signal }
    )
    await assert.rejects(call, /enough/)
  })

  it('with long summaries and many words keep all of them', async () => {
    await using node = await startNode()
    const summary = '\u{6f22}\u{5b57} '.repeat(120).trim()
    const words = Array.from({ length: 16 }, (_, i) => `word-${i}`)
    const unit = {
      id: `ku_${'ab'.repeat(16)}`,
      domains: words,
      insight: { summary, detail: 'detail', action: 'Act.' },
      context: { languages: words, frameworks: [], pattern: '' }
    }
    await node.call('import', { format: 'cq', items: [unit] })
    const { units } = await exportUnits(node.call)
    const [exported = assert.fail()] = units
    assert.deepEqual(exported.domains, words)
    assert.deepEqual(exported.context?.languages, words)
    assert.ok(exported.insight.detail.startsWith(summary))
  })
})

describe('hive import and hive export', () => {
  it('take the format cq, and a file', async () => {
    await using directory = await temporaryDirectory()
    const place = ['--format', 'cq', '--data-dir', join(directory.path, 'node')]
    const written: string[] = []
    const { stdout } = process
    const { write } = stdout
    stdout.write = (chunk: string | Uint8Array): boolean => written.push(String(chunk)) > 0
    try {
      const file = fileURLToPath(new URL('valid-unit.json', UNITS))
      assert.equal(await main(['import', file, ...place]), 0)
      assert.equal(await main(['export', ...place]), 0)
      assert.equal(await main(['export', '--format', 'other']), 2)
    } finally {
      stdout.write = write
    }
    const [report = '', unit = ''] = written
    assert.match(report, /^1 read: 1 new/)
    const [expected] = (await exampleUnits()).filter(({ domains }) => domains.includes('stripe'))
    assert.ok(expected !== undefined)
    assert.deepEqual(read(JSON.parse(unit) as CqUnit), read(expected))
  })
})

describe('a file of cq', () => {
  const collect = (...chunks: string[]): Promise<string[]> =>
    Array.fromAsync(jsonValues(Readable.from(chunks)))

  it('is JSON in any form, however it is cut', async () => {
    const values = [{ a: 'x "[{,' }, { b: [1, { c: '\\' }] }, { d: {} }]
    const forms = [
      values.map((value) => JSON.stringify(value)).join('\n'),
      values.map((value) => JSON.stringify(value, undefined, 2)).join('\n'),
      JSON.stringify(values),
      JSON.stringify(values, undefined, 2),
      JSON.stringify({ data: values }),
      JSON.stringify({ data: values }, undefined, 2)
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...forms),
        fc.array(fc.nat(200), { maxLength: 6 }),
        async (text, cuts) => {
          const points = [0, ...cuts.toSorted((a, b) => a - b), text.length]
          const chunks = points.slice(1).map((end, i) => text.slice(points[i], end))
          const lines = (await collect(...chunks)).join('').trim().split('\n')
          assert.deepEqual(
            lines.map((line): unknown => JSON.parse(line)),
            values
          )
        }
      )
    )
  })

  it('that is broken is passed on, so that its reader refuses it', async () => {
    assert.match((await collect('{"a": 1')).join(''), /\{"a": 1/)
    assert.match((await collect('{"a":1}\n{"b"\n{"c":2}\n')).join(''), /\{"c":2\}/)
  })

  it('may be the store of its clients', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'local.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE knowledge_units (id TEXT PRIMARY KEY, data TEXT NOT NULL)')
    const insert = database.prepare('INSERT INTO knowledge_units VALUES (?, ?)')
    insert.run('a', '{"id": "a"}')
    insert.run('b', '{\n"id": "b"}')
    database.close()
    const units = await Array.fromAsync(storedUnits(Readable.from([await readFile(path)]), path))
    assert.deepEqual(
      units.map((unit): unknown => JSON.parse(unit)),
      [{ id: 'a' }, { id: 'b' }]
    )
  })
})
