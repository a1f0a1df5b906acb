import assert from 'node:assert/strict'
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '../../../../src/anonymity/words/given-names.ts'
import { PUBLIC_WORDS } from '../../../../src/anonymity/words/public-words.ts'
import { isMisspelt } from '../../../../src/anonymity/words/misspelt.ts'
import { isPackageWord, isPublicWord } from '../../../../src/anonymity/words/vocabulary.ts'
import { partsOf } from '../../../../src/anonymity/words/identifier-parts.ts'

describe('the public vocabulary', () => {
  it('has English words and all of our own list, and no coined ones', () => {
    assert.ok(isPublicWord('timeout') && isPublicWord('cache'))
    assert.deepEqual(
      PUBLIC_WORDS.filter((word) => !isPublicWord(word)),
      []
    )
    const coined = ['zorbaxil', 'kwildril', 'vrelzent', 'blixqorp', 'tymrgath', 'xandflim']
    assert.deepEqual(coined.filter(isPublicWord), [])
  })

  it('keeps names that are words as well apart from the others', () => {
    assert.deepEqual(
      [...AMBIGUOUS_NAMES].filter((name) => GIVEN_NAMES.has(name)),
      []
    )
  })

  it('has no frequent names of persons among the words of packages', () => {
    const names = ['virtanen', 'kowalczyk', 'haugen', 'oberbrunner', 'lindqvist', 'brekke']
    assert.deepEqual(names.filter(isPackageWord), [])
    assert.deepEqual(
      ['gson', 'thymeleaf', 'guice', 'rubinius'].filter((word) => !isPackageWord(word)),
      []
    )
  })

  it('knows common words with one mistake, and no coined ones', () => {
    const mistakes = ['commadn', 'tranlsate', 'unecessary', 'certficate', 'directtory']
    assert.deepEqual(
      mistakes.filter((word) => !isMisspelt(word)),
      []
    )
    const others = ['zorbax', 'kwildril', 'bluebird', 'gard', 'virtanen', 'lindqvist']
    assert.deepEqual(others.filter(isMisspelt), [])
  })

  it('reads identifiers by their parts', () => {
    assert.deepEqual(partsOf('parseHTTPHeader_v2'), ['parse', 'HTTP', 'Header', 'v'])
  })
})
