import assert from 'node:assert/strict'
import { cleanText } from '../../../node/dashboard/parts/clean-text.ts'

describe('text of others in the dashboard', () => {
  it('loses what reorders, hides and controls, and shows where it was', () => {
    for (const sign of [
      '\u202E',
      '\u2066',
      '\u200B',
      '\u2060',
      '\u00AD',
      '\u061C',
      '\uFEFF',
      '\u2028',
      '\u0000',
      '\u001B',
      '\u009B',
      '\u{E0041}',
      '\u{E0101}',
      '\uD800',
      '\u{F0000}'
    ]) {
      assert.equal(cleanText(`a${sign}b`), 'a\uFFFDb', JSON.stringify(sign))
    }
  })

  it('keeps words of all languages, line ends and emoji', () => {
    const text = 'Grüße\n\tשלום مرحبا 你好 हिन्दी 👩‍💻 ❤\uFE0F <b>&amp;'
    assert.equal(cleanText(text), text)
  })

  it('is as fast for 100,000 signs as for words', () => {
    const began = performance.now()
    assert.equal(cleanText('\u202E'.repeat(100_000)).length, 100_000)
    assert.ok(performance.now() - began < 1_000)
  })
})
