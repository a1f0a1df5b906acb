import assert from 'node:assert/strict'
import {
  SECRET_ENDINGS,
  SECRET_WORDS,
  USER_WORDS
} from '../../../../src/anonymity/reading/context-words.ts'
import * as has from '../../../../src/anonymity/reading/text-features.ts'
import { OPAQUE, ScannedText, TOKEN } from '../../../../src/anonymity/reading/scanned-text.ts'
import * as shaped from '../../../../src/anonymity/reading/shapes.ts'

describe('reading a text', () => {
  const features: readonly (readonly [text: string, feature: number, other: string])[] = [
    ['Übel', has.UPPER, 'übel'],
    ['12 345 67', has.MANY_DIGITS, '12 345 6'],
    ['(030) 123-4567', has.DIGIT_CHAIN, '030 is 123-4567'],
    ['4111 1111 1111 1111', has.LONG_DIGIT_CHAIN, '4111 1111 1111'],
    ['abcdefghijklm1', has.LONG_WORD, 'abcdefghijklmn'],
    ['abcdefghijklmn', has.LONG_RUN, 'abcdefg hijklmn'],
    ['a -b', has.OPTION, 'a-b'],
    ['x.y/z', has.DOT_SLASH, 'x/y z.'],
    ['x/y.z', has.SLASH_DOT, 'x.y/z'],
    ['x/y:z', has.SLASH_COLON, 'x:y/z'],
    ['a/b/c/d', has.SLASHES, 'a/b c/d'],
    ['s e c r e t w o r d', has.SPELLED, 's e c r e tt w o r d'],
    ['a\u0007b', has.CONTROL, 'a\tb']
  ]
  for (const [text, feature, other] of features) {
    it(`tells ${JSON.stringify(text)} from ${JSON.stringify(other)}`, () => {
      assert.notEqual(new ScannedText(text).features & feature, 0)
      assert.equal(new ScannedText(other).features & feature, 0)
    })
  }

  it('says where words begin, and what shape they have', () => {
    const { text, words } = new ScannedText('GET v1.beta, 4bf9-x')
    const begin = Array.from(words.from.slice(0, words.count), (at) => text.slice(at))
    assert.deepEqual(begin, [
      'GET v1.beta, 4bf9-x',
      'v1.beta, 4bf9-x',
      'beta, 4bf9-x',
      '4bf9-x',
      'x'
    ])
    const shapes: number[] = [
      shaped.UPPER_FIRST | shaped.LINE_START | shaped.THREE | shaped.THEN_SPACE,
      shaped.LOWER_FIRST | shaped.HAS_DIGIT | shaped.TWO | shaped.THEN_DOT,
      shaped.LOWER_FIRST | shaped.LABEL | shaped.FOUR,
      shaped.DIGIT_FIRST | shaped.ONLY_HEX | shaped.THEN_DASH,
      shaped.LOWER_FIRST | shaped.ONE | shaped.THEN_SPACE
    ]
    for (const [i, shape] of shapes.entries()) assert.equal((words.shape[i] ?? 0) & shape, shape)
  })

  it('knows announcing words within others, and by how a word ends', () => {
    const { words } = new ScannedText('x dbPassword')
    assert.equal(words.from[2], 4)
    assert.notEqual((words.groups[2] ?? 0) & SECRET_WORDS, 0)
    assert.notEqual(new ScannedText('mydbpassword').groups & SECRET_ENDINGS, 0)
    assert.equal(new ScannedText('a passage').groups & SECRET_ENDINGS, 0)
    assert.notEqual(new ScannedText('UserName').groups & USER_WORDS, 0)
  })

  it('lists long words, with what they may be', () => {
    const token = ['ghp', 'aB3dE5gH7jK9mN1'].join('_')
    const { long } = new ScannedText(`of internationalisation ${token}`)
    assert.deepEqual(long, [3, 23, 0, 24, 24 + token.length, OPAQUE | TOKEN])
  })
})
