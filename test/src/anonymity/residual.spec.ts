import assert from 'node:assert/strict'
import { anonymize, reasonFor } from '../../fixtures/anonymized.ts'

describe('residual risk', () => {
  it('withholds what only shows when pieces are joined', () => {
    const [half, rest] = [['gh', 'p_aZ9k'].join(''), 'Q2mXw7Lr4TnB8vYc3HdJ6sPf1GuE5oWi']
    assert.equal(
      reasonFor(`Use ${half}\\\n${rest.toLowerCase().replaceAll(/\d/g, 'a')} now`),
      'split-secret'
    )
  })

  it('withholds documents on somebody: many kinds, and little else', () => {
    const content =
      'Ada Zorbax ada@zorbax.org +49 30 12345678 4111 1111 1111 1111 10.1.2.3 /home/ada/x 512-34-6789'
    const result = anonymize({ entity: 'x', content })
    assert.equal(result.verdict, 'withheld')
    assert.ok(result.score >= 0.6)
  })

  it('is zero for ordinary text, and never reaches the limit for what leaves', () => {
    const plain = anonymize({ entity: 'css', content: 'Flex containers support gap.' })
    assert.deepEqual([plain.verdict, plain.score], ['clear', 0])
    const foreign = anonymize({ entity: 'css', content: 'Контейнеры поддерживают отступы.' })
    assert.ok(foreign.verdict === 'clear' && foreign.score > 0 && foreign.score < 0.6)
  })
})
