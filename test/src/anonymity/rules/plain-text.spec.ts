import assert from 'node:assert/strict'
import { becomes, reasonFor } from '../../../fixtures/anonymized.ts'

describe('hidden and disguised text', () => {
  const G = ['gh', 'p_'].join('')
  const REST = 'aZ9kQ2mXw7Lr4TnB8vYc3HdJ6sPf1GuE5oWi'
  becomes([
    [`Use g\u200bhp_${REST} now`, 'Use <SECRET_1> now'],
    [`Use \uff47\uff48\uff50_${REST} now`, 'Use <SECRET_1> now'],
    [`Use g\u04bbp_${REST} now`, 'Use <SECRET_1> now'],
    [`Use ${G}\u00ad${REST} now`, 'Use <SECRET_1> now'],
    ['Ask b\u043eb@example.com first', 'Ask <EMAIL_1> first'],
    ['The straße, café and москва stay words', 'The straße, café and москва stay words']
  ])

  it('is withheld where a reader could not see it', () => {
    for (const content of [
      'a \u{e0041} tag',
      'left \u202e right',
      'bell \u0007',
      'private \ue000 use'
    ]) {
      assert.equal(reasonFor(content), 'hidden-text')
    }
  })
})
