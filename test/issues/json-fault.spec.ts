import assert from 'node:assert/strict'
import fc from 'fast-check'
import { jsonFault } from '../../src/issues/index.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the fault of a text that is not JSON', () => {
  it('is where the text stops being JSON', () => {
    const cases: readonly (readonly [string, string | undefined])[] = [
      ['{"a": [1, -2.5e3, "\\u00e9\\n"], "b": {}}', undefined],
      ['', 'line 1, column 1'],
      ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3'],
      ['[1,\n 2,,]', 'line 2, column 4'],
      ['[1, 2,]', 'line 1, column 7'],
      ['{"a": }', 'line 1, column 7'],
      ['{"a" 1}', 'line 1, column 6'],
      ["{'a': 1}", 'line 1, column 2'],
      ['{"a": tru}', 'line 1, column 7'],
      ['{"a": 1', 'line 1, column 8'],
      ['"a\nb"', 'line 1, column 3'],
      ['"\\x"', 'line 1, column 2'],
      ['1 2', 'line 1, column 3'],
      ['01', 'line 1, column 2']
    ]
    for (const [text, fault] of cases) {
      assert.equal(jsonFault(text), fault, text)
      assert.equal(isJson(text), fault === undefined, text)
    }
  })

  it('is found exactly where JSON.parse refuses a text', () => {
    const signs = fc.constantFrom(
      ...'{}[],:"\\/ \n\t\u0001-+.eE0123tfn'.split(''),
      'true',
      'null',
      '"a"',
      '\\u12'
    )
    fc.assert(
      fc.property(fc.json(), fc.array(signs), fc.nat(), fc.nat(3), (json, added, at, length) => {
        const place = at % (json.length + 1)
        const text = json.slice(0, place) + added.join('') + json.slice(place + length)
        assert.equal(jsonFault(text) === undefined, isJson(text), text)
      }),
      { numRuns: 2_000 }
    )
    assert.equal(jsonFault('['.repeat(200_000)), 'line 1, column 200001')
  })
})
