import assert from 'node:assert/strict'
import { readQuestion } from '../../../src/search/error-text.ts'
import { relevancesOf } from '../../../src/search/relevance.ts'
import type { ComparedText } from '../../../src/search/relevance.ts'
import type { TermCounts } from '../../../src/search/search-query.ts'

const GAP: ComparedText = {
  entity: 'CSS gap',
  content: 'Flex containers support gap in every current browser.'
}
const KAFKA: ComparedText = {
  entity: 'Kafka',
  content: 'Consumers rebalance for a minute when a member of the group restarts.'
}

async function relevanceOf(
  question: string,
  text: ComparedText,
  counts?: TermCounts
): Promise<number> {
  const [relevance = Number.NaN] = await relevancesOf(readQuestion(question), [text], counts)
  return relevance
}

describe('relevance', () => {
  it('is greater the more of the telling words an item has', async () => {
    const all = await relevanceOf('gap in flex containers', GAP)
    const some = await relevanceOf('gap in quantum chromodynamics', GAP)
    const none = await relevanceOf('quantum chromodynamics', GAP)
    assert.ok(all > some && some > none, `${all} ${some} ${none}`)
    assert.equal(none, 0)
  })

  it('is none for words that say nothing in any language', async () => {
    for (const words of ['in every', 'for a', 'when the', 'und oder', 'avec les', 'и в', 'こと']) {
      const text = { entity: 'note', content: `${words} ${GAP.content}` }
      assert.equal(await relevanceOf(words, text), 0, words)
    }
  })

  it('counts words in a large part of the items as nothing, but not in a small store', async () => {
    const question = 'flex containers'
    const few = { items: 5, bound: 5_000, counts: [5, 5] }
    const many = { items: 10_000, bound: 5_000, counts: [1_500, 1_500] }
    const uncounted = { items: 1_000_000, bound: 10_000, counts: [10_001, 10_001] }
    assert.ok((await relevanceOf(question, GAP, few)) > 0.1)
    assert.equal(await relevanceOf(question, GAP, many), 0)
    assert.equal(await relevanceOf(question, GAP, uncounted), 0)
  })

  it('is greater for the item that has more than any other one', async () => {
    const question = readQuestion('gap in flex containers')
    const close = { entity: 'CSS grid', content: 'Grid containers support gap and flex items.' }
    const [alone = 0] = await relevancesOf(question, [GAP, KAFKA])
    const [beside = 0] = await relevancesOf(question, [GAP, close])
    assert.ok(alone > beside, `${alone} ${beside}`)
  })

  it('is less if the item is about another code of the same tool', async () => {
    const error = (code: string): string =>
      `error[${code}]: use of moved value: list\n --> a.rs:1:2`
    const item = (code: string): ComparedText => ({
      entity: 'borrow',
      content: `error[${code}]: use of moved value. Clone the list first.`
    })
    const same = await relevanceOf(error('E0382'), item('E0382'))
    const unnamed = await relevanceOf(
      'error: use of moved value: list\n --> a.rs:1:2',
      item('E0382')
    )
    const other = await relevanceOf(error('E0505'), item('E0382'))
    assert.ok(same > unnamed && unnamed > other, `${same} ${unnamed} ${other}`)
    assert.ok(other < 0.5, String(other))
  })

  it('compares many long texts in several turns of the event loop', async () => {
    const texts = Array.from({ length: 100 }, () => ({ ...GAP, content: 'gap '.repeat(800) }))
    let turns = 0
    const count = (): void => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    await relevancesOf(readQuestion('gap in flex containers'), texts)
    clearImmediate(next)
    assert.ok(turns >= 4, `${turns} turns for 320 kB`)
  })

  it('is 1 for a question without words', async () => {
    assert.equal(await relevanceOf('', GAP), 1)
  })

  it('is found in text of any script, and in words that end differently', async () => {
    assert.ok((await relevanceOf('flexible container gaps', GAP)) > 0)
    const notes = [
      ['缓存的大小', '缓存大小由配置决定。'],
      ['размер кэша', 'Размер кэша задаётся в настройках.'],
      ['größe des zwischenspeichers', 'Die Größe des Zwischenspeichers steht in der Konfiguration.']
    ] as const
    for (const [question, content] of notes) {
      assert.ok((await relevanceOf(question, { entity: 'x', content })) > 0.3, question)
    }
  })
})
