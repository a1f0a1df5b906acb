import assert from 'node:assert/strict'
import { anonymizer } from '../../../src/anonymity/index.ts'
import type { AnonymizerInput } from '../../../src/anonymity/anonymizer.ts'

const { anonymize } = anonymizer()
const NOTE = { entity: 'note', content: 'It is set.' }

/** All that leaves of a record, or why it is withheld. */
function left(fields: Partial<AnonymizerInput>): string {
  const result = anonymize({ ...NOTE, ...fields })
  return result.verdict === 'clear' ? JSON.stringify(result.record) : result.reason
}

describe('a field that another one announces', () => {
  const secrets: readonly (readonly [Partial<AnonymizerInput>, string])[] = [
    [{ attribute: 'password', value: 'sunflower' }, 'sunflower'],
    [{ attribute: 'PIN', value: '4711' }, '4711'],
    [{ attribute: 'api key', value: 'abcd1234efgh' }, 'abcd1234efgh'],
    [{ attribute: 'phone', value: '5550134' }, '5550134'],
    [{ attribute: 'hostname', value: 'mercury' }, 'mercury'],
    [{ attribute: 'username', value: 'zorba' }, 'zorba'],
    [{ attribute: 'customer number', value: '8812034' }, '8812034'],
    [{ attribute: '密码', value: 'abc12345' }, 'abc12345'],
    [{ entity: 'router password', attribute: 'value', value: 'sunflower' }, 'sunflower'],
    [{ entity: 'Password of the router', content: 'sunflower7' }, 'sunflower7'],
    [{ entity: 'Password of the router', action: 'sunflower7' }, 'sunflower7'],
    [{ tags: ['pin-4711'] }, '4711'],
    [{ tags: ['api_key_abcd1234'] }, 'abcd1234'],
    [{ attribute: 'password', value: 'sunflower', tags: ['sunflower', 'shop'] }, 'sunflower']
  ]
  for (const [fields, secret] of secrets) {
    it(`does not leave: ${JSON.stringify(fields)}`, () => {
      assert.ok(!left(fields).includes(secret), left(fields))
    })
  }

  const kept: readonly Partial<AnonymizerInput>[] = [
    { attribute: 'stable', value: '120' },
    { attribute: 'runtime', value: 'Node 24' },
    { attribute: 'port', value: '8080' },
    { attribute: 'token lifetime', value: '15 minutes' },
    { attribute: 'password', value: 'required' },
    { attribute: 'license', value: 'MIT' },
    { attribute: 'host', value: 'localhost' },
    { entity: 'token', attribute: 'format', value: 'JWT' },
    { tags: ['release-2024', 'password-reset', 'node-24.1.0'] }
  ]
  for (const fields of kept) {
    it(`stays where it tells nothing: ${JSON.stringify(fields)}`, () => {
      const result = anonymize({ ...NOTE, ...fields })
      assert.ok(result.verdict === 'clear')
      assert.deepEqual(result.record, { ...NOTE, tags: [], ...fields })
    })
  }

  it('is found behind what the secret is for', () => {
    for (const content of [
      'The password of the router is sunflower7',
      'The API key for our gateway = abcd1234efgh',
      'The PIN for the front door: 4711'
    ]) {
      assert.match(left({ content }), /_1>/)
    }
    for (const content of [
      'The password for the user is stored in the vault.',
      'The token for the API is short.'
    ]) {
      assert.equal(left({ content }), JSON.stringify({ entity: 'note', content, tags: [] }))
    }
  })
})
