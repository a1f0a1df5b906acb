import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Draft } from '../../../../src/anonymity/reading/draft.ts'
import { ScannedText } from '../../../../src/anonymity/reading/scanned-text.ts'

const MARK = '\ue000'

describe('a draft', () => {
  it('has all words of the text that it has become', () => {
    const text = fc
      .array(fc.constantFrom('ab', 'Cd', '7', '12', '-', '.', '_', '$', '/', ' ', '\n', 'é'), {
        minLength: 2,
        maxLength: 40
      })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), fc.nat(), (content, a, b, c) => {
        const [first, second, third] = [a, b, c]
          .map((at) => at % (content.length + 1))
          .toSorted((x, y) => x - y) as [number, number, number]
        const draft = new Draft(content)
        if (second > first) draft.replace(first, second, MARK)
        if (content.length > third) draft.replace(third, content.length, MARK)
        draft.commit()
        const read = new ScannedText(draft.text)
        assert.equal(draft.words.count, read.words.count)
        for (let i = 0; i < read.words.count; i++) {
          assert.equal(draft.words.from[i], read.words.from[i])
          // What is not any more may still be said, but nothing may be missing.
          const shape = read.words.shape[i] ?? 0
          assert.equal((draft.words.shape[i] ?? 0) & shape, shape)
        }
        assert.equal(draft.features & read.features, read.features)
        assert.deepEqual(draft.long, read.long)
      })
    )
  })
})
