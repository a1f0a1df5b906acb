import assert from 'node:assert/strict'
import { browserFacts } from '../../../examples/demo/demo-facts.ts'
import { recordVariantKey } from '../../../src/knowledge/record-variant.ts'
import { areVariants } from '../../../src/knowledge/variants.ts'
import { randomOf } from '../../fixtures/random.ts'
import { readmeTexts } from '../../fixtures/readme-texts.ts'
import { CODE_TEXTS, LOST, OTHER_TEXTS, SAME_TEXTS } from '../../fixtures/closing-marks.ts'
import { ALLOWED, FORBIDDEN } from '../../fixtures/text-pairs.ts'

const PAIRS = 100_000

describe('variants', () => {
  const texts = browserFacts(20_000).map(({ content }) => content)
  const random = randomOf(7)
  const pick = (): string => texts[Math.floor(random() * texts.length)] ?? ''

  it(`are never texts that differ in a number, sign, unit, negation, date, name or identifier: 0 of ${PAIRS}`, function () {
    this.timeout(60_000)
    const changes = Object.entries(FORBIDDEN)
    let checked = 0
    for (let i = 0; checked < PAIRS; i++) {
      const text = pick()
      const [what, change = (same: string): string => same] = changes[i % changes.length] ?? []
      const other = change(text, random)
      if (other === text) continue
      checked += 1
      assert.equal(areVariants(text, other), false, `${what}: "${text}" and "${other}"`)
    }
  })

  for (const [what, change] of Object.entries(ALLOWED)) {
    it(`are texts that differ in ${what}`, () => {
      for (let i = 0; i < 2_000; i++) {
        const text = pick()
        const other = change(text, random)
        assert.equal(areVariants(text, other), true, `"${text}" and "${other}"`)
      }
    })
  }

  for (const [a, b] of [
    ['C++ is fast', 'C is fast'],
    ['A = 5 in the equation', 'a = 5 in the equation'],
    ['A is larger than B', 'a is larger than B'],
    ['git push \u2014force', 'git push -force'],
    ['use `\u2014help`', 'use `-help`'],
    ['test ! Ready', 'test ! ready'],
    ['x ? Foo : Bar', 'x ? foo : Bar'],
    ['it is -5 degrees', 'it is 5 degrees'],
    ['it is - 18 degrees', 'it is 18 degrees'],
    ['call gap()', 'call gap'],
    ['x is 5!', 'x is 5'],
    ['use node:sqlite', 'use node sqlite'],
    ['1,000 rows', '1.000 rows'],
    ['a >= b', 'a <= b'],
    ['AbortController', 'abortcontroller'],
    ['10\u2076 rows', '106 rows'],
    ['$5 a day', '\u20ac5 a day'],
    ['dogs chase cats', 'cats chase dogs'],
    ['it works', 'it works?'],
    ['the limit is 5 MB', 'the limit is 5 Mb'],
    ['a turn takes 3 ms', 'a turn takes 3 MS'],
    ['a heat of 3 mW', 'a heat of 3 MW'],
    ['test [ ! -f x ] first', 'test [ -f x ] first'],
    ['test ! -f x', 'test -f x'],
    ['x is in [0, 1)', 'x is in [0, 1]'],
    ['x is in (0, 1]', 'x is in [0, 1]'],
    ['the default is []', 'the default is {}'],
    ["the default is ''", 'the default is []'],
    ["the default is ''", 'the default is'],
    ['run cd ..', 'run cd .'],
    ['run cd ..', 'run cd'],
    ['clean ./build', 'clean /build'],
    ['clean build/', 'clean build'],
    ['git checkout -- main', 'git checkout main'],
    ['git checkout - main', 'git checkout main'],
    ['git log a..b', 'git log a...b'],
    ['echo "$x"', 'echo $x'],
    ["echo '$x'", 'echo "$x"'],
    ['echo `x`', 'echo x'],
    ['f(x)', 'f[x]'],
    ['ship it to US', 'ship it to us'],
    ['set PATH first', 'set path first'],
    ['ask WHO first', 'ask who first'],
    ['polish the table', 'a Polish table'],
    ['eat turkey there', 'eat Turkey there'],
    ['Paris - London', 'London - Paris'],
    ['lint, test, build', 'test, build, lint'],
    ['only we cache it', 'we only cache it'],
    ['we cache only it', 'we only cache it'],
    ['Let us eat, Ada', 'Let us eat Ada'],
    ['set a=1, b=2', 'set a=1 b=2'],
    ['-v is verbose', '--v is verbose'],
    ['it is #1', 'it is 1'],
    ['match *.ts', 'match .ts'],
    ['match a|b', 'match ab'],
    ['a && b', 'a & b'],
    ['5\u2032 long', '5\u2033 long'],
    ['\u7981\u6b62\u7f13\u5b58', '\u5141\u8bb8\u7f13\u5b58'],
    ['\u4f7f\u7528Redis', '\u4f7f\u7528redis'],
    ['na\u00efve', 'naive'],
    ['\u0441ache', 'cache'],
    ['Stra\u00dfe', 'Strasse'],
    ['the ISS', 'the iss'],
    ['v1.2', 'v12'],
    ['x = y', 'x == y'],
    ['a -> b', 'a <- b'],
    ['5 %', '5'],
    ['on :8080', 'on 8080'],
    ['@ada wrote it', 'ada wrote it'],
    ['see ~/x', 'see /x'],
    ['NULL', 'null'],
    ['tab\tnew', 'tabnew']
  ] as const) {
    it(`are not "${a}" and "${b}"`, () => assert.equal(areVariants(a, b), false))
  }

  for (const [a, b] of [
    ['\u201cit works\u201d, he said', '"it works", he said'],
    ['well\u2014known', 'well-known'],
    ['git push \u2014force', 'git push --force'],
    ['Since 84 it works.', 'since 84 it works'],
    ['It works! It is fast.', 'it works! it is fast'],
    ['A cache helps.', 'a cache helps'],
    ["It's here", 'it\u2019s here'],
    ['it works...', 'it works\u2026'],
    ['it is 5 %.', 'it is 5 %'],
    ['the call is slow.', 'the call is slow'],
    ['\u7f13\u5b58\u5f88\u5feb\u3002', '\u7f13\u5b58\u5f88\u5feb'],
    ['\u662f\u5417\uff1f', '\u662f\u5417?'],
    ['\u0647\u0644 \u064a\u0639\u0645\u0644\u061f', '\u0647\u0644 \u064a\u0639\u0645\u0644?'],
    [
      '\u092f\u0939 \u0920\u0940\u0915 \u0939\u0948\u0964',
      '\u092f\u0939 \u0920\u0940\u0915 \u0939\u0948'
    ],
    ['one\u3000two', 'one two'],
    ['cafe\u0301', 'caf\u00e9']
  ] as const) {
    it(`are "${a}" and "${b}"`, () => assert.equal(areVariants(a, b), true))
  }

  it(`with a mark at the end of code are other texts: 0 of ${OTHER_TEXTS.length} pairs`, () => {
    const taken = OTHER_TEXTS.filter(([a, b]) => areVariants(a, b))
    assert.deepEqual(taken, [])
  })

  it(`with a stop behind code of any kind are other texts: 0 of ${CODE_TEXTS.length}`, () => {
    const taken = CODE_TEXTS.filter((text) =>
      ['.', '\u3002', '\uff0e'].some((stop) => areVariants(text, text + stop))
    )
    assert.deepEqual(taken, [])
  })

  it('with a stop are found in four of five sentences of real documents, and in no line of code', () => {
    const { sentences, lines } = readmeTexts()
    assert.ok(sentences.length > 3_000 && lines.length > 3_000)
    const found = sentences.filter((text) => areVariants(text, text.slice(0, -1)))
    assert.ok(found.length > 0.8 * sentences.length, `${found.length} of ${sentences.length}`)
    assert.deepEqual(
      lines.filter((line) => areVariants(line, `${line}.`)),
      []
    )
  })

  it(`with a mark at the end of prose are found, but ${LOST} of ${SAME_TEXTS.length} pairs`, () => {
    const lost = SAME_TEXTS.filter(([a, b]) => !areVariants(a, b))
    assert.deepEqual(lost, SAME_TEXTS.slice(-LOST))
  })

  it('of facts have one entity with all its marks; titles of goals are prose', () => {
    const keyOf = (entity: string, kind?: 'goal'): string =>
      recordVariantKey({ entity, content: 'Raises if invalid', ...(kind && { kind }) })
    for (const entity of ['User.save', 'println', 'the end', 'example.com']) {
      for (const mark of ['!', '?', '.', '...']) {
        assert.notEqual(keyOf(entity), keyOf(entity + mark))
      }
    }
    assert.equal(keyOf('The  end'), keyOf('the end'))
    assert.equal(keyOf('Fix the login.', 'goal'), keyOf('fix the login', 'goal'))
    assert.equal(keyOf('fix caf\u00e9!', 'goal'), keyOf('fix cafe\u0301', 'goal'))
  })
})
