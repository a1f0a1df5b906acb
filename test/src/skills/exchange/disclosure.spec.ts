import assert from 'node:assert/strict'
import { anonymizer } from '../../../../src/anonymity/index.ts'
import { disclosureIn } from '../../../../src/skills/exchange/disclosure.ts'
import { identifySkill } from '../../../../src/skills/skill-identity.ts'
import type { SkillInit } from '../../../../src/index.ts'

const PLAIN: SkillInit = {
  name: 'slugify',
  description: 'Turns a title into a slug.',
  kind: 'code',
  source: `// Words in lower case, joined by hyphens.
const PATTERN = /[^a-z0-9]+/g
const LIMITS = { words: 12, 'max-length': 80 }
export default function slugify(title) {
  const token = title.toLowerCase().replace(PATTERN, '-')
  return \`\${token.split('-').slice(0, LIMITS.words).join('-')}\`
}`,
  inputSchema: { type: 'string', description: 'A title in any case.', maxLength: 200 },
  outputSchema: { type: 'string' },
  licence: 'Apache-2.0',
  tests: [{ input: 'Hello World', output: 'hello-world' }]
}

function reasonFor(changes: Partial<SkillInit>): string | undefined {
  return disclosureIn(identifySkill({ ...PLAIN, ...changes }).skill, anonymizer())
}

const body = (code: string): Partial<SkillInit> => ({
  source: `export default (x) => {\n${code}\nreturn x }`
})

describe('what a skill discloses', () => {
  it('is nothing for an ordinary one', () => assert.equal(reasonFor({}), undefined))

  it('is nothing for one that reads tokens of a language', () => {
    const code = `const token = x.split(' ').at(-1)
if (token === 'plus' || x.token !== 'minus') return x.token
switch (token) { case 'times': return token.toLowerCase() }`
    assert.equal(reasonFor(body(code)), undefined)
    const schema = { properties: { token: { enum: ['plus', 'minus'] } } }
    assert.equal(reasonFor({ inputSchema: schema }), undefined)
  })

  const cases: Readonly<Record<string, Partial<SkillInit>>> = {
    'a quoted key': body(`const roles = { 'alice.smith@acme-internal.com': 'owner' }`),
    'a token as a key': body(`const r = { 'ghp_16C7e42F292c6912E7710c838347Ae178B4a': 1 }`),
    'the name of a method': body(`const r = { 'bob@acme-internal.com'() { return 1 } }`),
    'the name of a field': body(`class A { 'bob@acme-internal.com' = 1 }`),
    'a pattern': body(`if (/^bob\\.jones@acme-internal\\.com$/.test(x)) return 'boss'`),
    'a number': body(`if (x === 4111_1111_1111_1111) return 'card'`),
    'joined texts': body(`const to = 'alice.smith' + '@acme-internal' + '.com'`),
    'a text behind the name of a variable': body(`const password = 'sunflower7'`),
    'a text behind the name of a property': body('const login = { password: `sunflower7` }'),
    'a text behind an assignment': body(`let o = {}; o.apiKey = 'abcd1234efgh'`),
    'a default value': body(`const f = (password = 'sunflower7') => password`),
    'a text that a variable may have': body(`const password = x.p ?? 'sunflower7'`),
    'a text of a choice': body(`const password = x ? 'sunflower7' : ''`),
    'a text in a list': body(`const passwords = ['sunflower7']`),
    'a comparison': body(`if (x.password === 'sunflower') return 1`),
    'a comparison with its text first': body(`if ('sunflower' !== x.password) return 1`),
    'a case': body(`switch (x.password) { case 'sunflower': return 1 }`),
    'the name of a property that is read': body('return x.acmeZorbaxLedger'),
    'a template': body('const a = `mail alice.smith@acme-internal.com ${x}`'),
    'a comment': body('// Ask alice.smith@acme-internal.com'),
    'the schema of the input': {
      inputSchema: { type: 'string', description: 'as carol.white@acme-internal.com' }
    },
    'the schema of the output': { outputSchema: { enum: ['carol.white@acme-internal.com'] } },
    'a default of the schema': {
      inputSchema: { properties: { password: { type: 'string', default: 'sunflower7' } } }
    },
    'a constant of the schema': {
      inputSchema: { properties: { password: { const: 'sunflower' } } }
    },
    'a list of the schema': { inputSchema: { properties: { password: { enum: ['sunflower'] } } } },
    'the licence': { licence: 'Proprietary of dave.black@acme-internal.com' },
    'a key in a test': { tests: [{ input: { 'carol@acme-internal.com': 1 }, output: 'x' }] }
  }
  for (const [where, changes] of Object.entries(cases)) {
    it(`is found in ${where}`, () => assert.match(reasonFor(changes) ?? '', /private text/))
  }
})
