import assert from 'node:assert/strict'
import { entropyOf, isOpaque, isRandom } from '../../../../src/anonymity/words/entropy.ts'

describe('how random a token is', () => {
  it('is measured in bits a character', () => {
    assert.equal(entropyOf('aaaa'), 0)
    assert.equal(entropyOf('abab'), 1)
    assert.equal(entropyOf('abcdefgh'), 3)
  })

  it('tells keys from names that somebody wrote', () => {
    assert.ok(isRandom('Xk29LmQ8vTz41RbW'))
    assert.ok(!isRandom('parseHttpHeader2024'))
    assert.ok(!isRandom('a1a1a1a1a1a1a1a1'))
    assert.ok(!isRandom('Xk29LmQ8'))
    assert.ok(!isRandom('com/cockroachdb/logtags/v2') && !isRandom('com/cpuguy83/go-md2man/v2'))
    assert.ok(!isRandom('x/crypto/blake2b'))
  })

  it('tells values from words', () => {
    assert.ok(isOpaque('hunter2') && isOpaque('a+b') && isOpaque('a'.repeat(20)))
    assert.ok(!isOpaque('required'))
  })
})
