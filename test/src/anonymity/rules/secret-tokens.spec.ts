import assert from 'node:assert/strict'
import { Draft } from '../../../../src/anonymity/reading/draft.ts'
import { TOKEN_FORMATS } from '../../../../src/anonymity/rules/providers.ts'
import { MARKED_FORMATS } from '../../../../src/anonymity/reading/token-beginnings.ts'
import { hasToken, tokens } from '../../../../src/anonymity/rules/secret-tokens.ts'

const KEY = ['ghp', 'aB3dE5gH7jK9mN1pQ3sT'].join('_')
const OTHER = ['shpat', '0123456789abcdef0123'].join('_')

describe('tokens of known formats', () => {
  it('are found after a sign, and where one is written on to another', () => {
    assert.equal(marked(`x=${KEY}, then`), 'x=#, then')
    assert.equal(marked(`Use ${OTHER}${KEY} then`), 'Use ## then')
    assert.equal(marked(`Use x${KEY} then`), `Use x${KEY} then`)
  })

  it('are seen in a text at all', () => {
    assert.ok(hasToken(new Draft(`Use ${KEY} then`)))
    assert.ok(!hasToken(new Draft('Use the ghp_ prefix of tokens then')))
  })

  it('are known by how they begin, unless that is too short to tell', () => {
    assert.ok(MARKED_FORMATS.length > TOKEN_FORMATS.length * 0.8)
    for (const { id, keywords } of MARKED_FORMATS) {
      for (const keyword of keywords) assert.ok(keyword.length >= 3, id)
    }
  })
})

function marked(text: string): string {
  const draft = new Draft(text)
  tokens(draft, () => '#')
  return draft.text
}
