import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { factLines } from '../../../node/operations/json-lines.ts'
import { withDefaults } from '../../../node/operations/line-reader.ts'
import type { FactInput } from '../../../src/index.ts'

async function read(...chunks: (string | Buffer)[]): Promise<(FactInput | string)[]> {
  const facts = await Array.fromAsync(factLines(Readable.from(chunks)))
  return facts.map((fact) => (fact instanceof Error ? fact.message : fact))
}

const messageOf = (item: FactInput | Error | undefined): string =>
  item instanceof Error ? item.message : ''

const line = (content: string): string => JSON.stringify({ entity: 'e', content, confidence: 1 })
const fact = (content: string): FactInput => ({
  entity: 'e',
  content,
  confidence: 1,
  enableBloomHeuristic: true
})

describe('JSON Lines of facts', () => {
  it('are read however they are cut into chunks, in the middle of a character too', async () => {
    const bytes = Buffer.from(`${line('caf\u00e9 \u{1f41d}')}\r\n${line('two')}\n`)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const points = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const chunks = points.slice(1).map((end, i) => bytes.subarray(points[i], end))
        assert.deepEqual(await read(...chunks), [fact('caf\u00e9 \u{1f41d}'), fact('two')])
      })
    )
  })

  it('cost only themselves when they are bad, and keep their numbers', async () => {
    const texts = [line('one'), 'nonsense', '[]', '', '{"entity":"e"}', ' ', line('seven')]
    const lines = factLines(Readable.from([texts.join('\n')]))
    const facts = await Array.fromAsync(lines)
    assert.equal(facts.length, 5)
    assert.deepEqual([facts[0], facts[4]], [fact('one'), fact('seven')])
    assert.match(messageOf(facts[1]), /not JSON/)
    assert.match(messageOf(facts[3]), /content/)
    // Empty lines are no items, but an error names the line of the file.
    assert.deepEqual(
      facts.map((_, i) => lines.lineOf(i + 1)),
      [1, 2, 3, 5, 7]
    )
  })

  it('are bounded in length', async () => {
    const facts = await read('x'.repeat(200_000), 'x'.repeat(200_000), `\n${line('after')}`)
    assert.match(JSON.stringify(facts[0]), /longer than/)
    assert.deepEqual(facts[1], fact('after'))
  })

  it('are read with a byte order mark, in UTF-16 and with ends of Windows', async () => {
    const text = `${line('eins \u{1f41d}')}\r\n\r\n${line('zwei')}\r\n`
    const big = Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    for (const bytes of [
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(text, 'utf16le'),
      big,
      big.subarray(2)
    ]) {
      const expected = [fact('eins \u{1f41d}'), fact('zwei')]
      assert.deepEqual(await read(bytes), expected)
      for (const cut of [1, 5]) {
        assert.deepEqual(await read(bytes.subarray(0, cut), bytes.subarray(cut)), expected)
      }
    }
    assert.deepEqual(await read(`\ufeff${line('a')}\n\ufeff${line('b')}`), [fact('a'), fact('b')])
  })

  it('take fields from defaults where they have none', async () => {
    const texts = ['{"entity":"e","content":"a"}', line('b'), 'nonsense', '', 'x'.repeat(400_000)]
    const merged = withDefaults(Readable.from([texts.join('\n')]), {
      confidence: 0.5,
      tags: ['t']
    })
    const facts = await read(...(await Array.fromAsync(merged)))
    assert.deepEqual(facts.slice(0, 2), [
      { ...fact('a'), confidence: 0.5, tags: ['t'] },
      { ...fact('b'), tags: ['t'] }
    ])
    assert.match(JSON.stringify(facts[2]), /not JSON/)
    assert.match(JSON.stringify(facts[3]), /longer than/)
  })

  it('carry times as text or milliseconds, and refuse what would be guessed', async () => {
    const at = async (validFrom: unknown): Promise<FactInput | string | undefined> =>
      (await read(JSON.stringify({ ...fact('c'), validFrom })))[0]
    for (const [given, expected] of [
      ['2024-05-01', '2024-05-01T00:00:00.000Z'],
      ['2024-02-29', '2024-02-29T00:00:00.000Z'],
      ['2024-05-01T08:30:00Z', '2024-05-01T08:30:00.000Z'],
      ['2024-05-01T08:30+02:00', '2024-05-01T06:30:00.000Z'],
      ['2024-05-01T08:30:05.25-05:30', '2024-05-01T14:00:05.250Z'],
      ['0099-01-01', '0099-01-01T00:00:00.000Z'],
      [1_714_521_600_000, '2024-05-01T00:00:00.000Z']
    ] as const) {
      const found = await at(given)
      assert.ok(typeof found === 'object', `${given}: ${JSON.stringify(found)}`)
      assert.equal(found.validFrom?.toISOString(), expected)
    }
    const refused = [
      null,
      true,
      '1',
      '',
      '2024-02-30',
      '2023-02-29',
      '2024-13-01',
      '03/04/2024',
      '2024-05-01 08:30',
      '2024-05-01T08:30:00',
      '2024-05-01T25:00:00Z',
      '2024-05-01T08:60:00Z',
      '2024-05-01T08:30:00+24:00',
      'May 1, 2024',
      1_714_521_600,
      0,
      -1,
      1.5e12 + 0.5,
      1e300,
      {},
      ['2024-05-01']
    ]
    for (const each of refused) {
      const found = await at(each)
      assert.ok(typeof found === 'string', JSON.stringify(each))
      assert.match(found, /validFrom: must be a date/, JSON.stringify(each))
    }
  })
})
