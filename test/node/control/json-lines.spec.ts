import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { factsFromJsonLines } from '../../../node/control/json-lines.ts'
import type { FactInput } from '../../../src/index.ts'

async function read(...chunks: (string | Buffer)[]): Promise<(FactInput | string)[]> {
  const facts = await Array.fromAsync(factsFromJsonLines(Readable.from(chunks)))
  return facts.map((fact) => (fact instanceof Error ? fact.message : fact))
}

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
    const lines = [line('one'), 'nonsense', '[]', '{"entity":"e"}', '', line('six')]
    const facts = await read(lines.join('\n'))
    assert.equal(facts.length, 6)
    assert.deepEqual([facts[0], facts[5]], [fact('one'), fact('six')])
    assert.match(JSON.stringify(facts[1]), /not JSON/)
    assert.match(JSON.stringify(facts[3]), /content/)
  })

  it('are bounded in length', async () => {
    const facts = await read('x'.repeat(100_000), 'x'.repeat(100_000), `\n${line('after')}`)
    assert.match(JSON.stringify(facts[0]), /longer than/)
    assert.deepEqual(facts[1], fact('after'))
  })

  it('carry dates as text', async () => {
    const [first] = await read(JSON.stringify({ ...fact('c'), validFrom: '2024-05-01' }))
    assert.ok(typeof first === 'object')
    assert.deepEqual(first.validFrom, new Date('2024-05-01'))
  })
})
