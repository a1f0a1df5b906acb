import assert from 'node:assert/strict'
import { Draft } from '../../../../src/anonymity/reading/draft.ts'
import { knownNames } from '../../../../src/anonymity/rules/known-names.ts'

describe('names of this machine', () => {
  it('are taken out whatever their case, the longer before the shorter', () => {
    const found: string[] = []
    const draft = new Draft('On Zorba.local and ZORBA, not on zorbas')
    knownNames({ hosts: ['zorba', 'zorba.local'] })(draft, (hit, kind) => {
      found.push(`${kind} ${hit}`)
      return '#'
    })
    assert.equal(draft.text, 'On # and #, not on zorbas')
    assert.deepEqual(found, ['host Zorba.local', 'host ZORBA'])
  })
})
