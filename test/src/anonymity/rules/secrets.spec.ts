import assert from 'node:assert/strict'
import fc from 'fast-check'
import { anonymizer } from '../../../../src/anonymity/index.ts'
import { becomes } from '../../../fixtures/anonymized.ts'

const { anonymize } = anonymizer()

/** Put together here, so that no scanner takes this file for a leak. */
const random = (length: number, alphabet: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length })
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const HEX = '0123456789abcdef'
const PRIVATE = ['PRI', 'VATE'].join('')
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const token = (prefix: string, length: number, alphabet = BASE62): fc.Arbitrary<string> =>
  random(length, alphabet).map((rest) => `${prefix}${rest}`)

const SECRETS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'an AWS access key': token('AKIA', 16, UPPER),
  'a GitHub token': token('ghp_', 36),
  'a fine-grained GitHub token': token('github_pat_', 60),
  'a GitLab token': token('glpat-', 20),
  'a Slack token': token('xoxb-', 24),
  'a Stripe key': token('sk_live_', 24),
  'an OpenAI key': token('sk-proj-', 48),
  'an Anthropic key': token('sk-ant-api03-', 60),
  'a Google key': token('AIza', 35),
  'an npm token': token('npm_', 36),
  'a SendGrid key': fc
    .tuple(random(22, BASE62), random(43, BASE62))
    .map(([a, b]) => `SG.${a}.${b}`),
  'a Twilio key': token('SK', 32, HEX),
  'a Hugging Face token': token('hf_', 34),
  'a JSON Web Token': fc
    .tuple(random(20, BASE62), random(30, BASE62), random(43, BASE62))
    .map(([a, b, c]) => `eyJ${a}.eyJ${b}.${c}`),
  'a SHA-256 or another long hexadecimal': random(64, HEX),
  'a private key': random(200, BASE62).map(
    (body) => `-----BEGIN ${PRIVATE} KEY----- ${body} -----END ${PRIVATE} KEY-----`
  )
}

/** Where secrets are found. */
const CONTEXTS: readonly ((secret: string) => string)[] = [
  (secret) => `Deploy with ${secret} and it works.`,
  (secret) => `export API_TOKEN=${secret}`,
  (secret) => `{"apiKey": "${secret}", "retries": 3}`,
  (secret) => `curl -H 'Authorization: Bearer ${secret}' to see the list`,
  (secret) => `2026-01-01 12:00:00 WARN login failed key=${secret} after 3 tries`,
  (secret) => `const client = new Client('${secret}') // works`
]

describe('secrets', () => {
  for (const [name, secrets] of Object.entries(SECRETS)) {
    it(`never leave a node: ${name}, in any context`, () => {
      fc.assert(
        fc.property(secrets, fc.nat(CONTEXTS.length - 1), (secret, index) => {
          const content = CONTEXTS[index]?.(secret) ?? secret
          const result = anonymize({ entity: secret, content })
          assert.ok(!JSON.stringify(result).includes(secret))
          if (result.verdict === 'clear') assert.match(result.record.content, /<SECRET_1>/)
        }),
        { numRuns: 50 }
      )
    })
  }

  it('are found where a word announces them', () => {
    for (const text of ['password is hunter2', 'DB_PASSWORD=swordfish!', 'secret: "a1b2c3d4"']) {
      const result = anonymize({ entity: 'login', content: `Use ${text} for the test` })
      assert.ok(result.verdict === 'clear', text)
      assert.match(result.record.content, /<SECRET_1>/)
    }
  })

  it('are not suspected in words about secrets', () => {
    for (const content of [
      'The token: string is optional.',
      'A secret is required.',
      'Basic authentication works.'
    ]) {
      assert.deepEqual(anonymize({ entity: 'auth', content }), {
        verdict: 'clear',
        record: { entity: 'auth', content, tags: [] },
        findings: [],
        score: 0
      })
    }
  })

  it('withhold a record in which only a part of one can be seen', () => {
    const half = anonymize({
      entity: 'x',
      content: `It begins -----BEGIN RSA ${PRIVATE} KEY----- MIIEow`
    })
    assert.deepEqual([half.verdict, 'reason' in half && half.reason], ['withheld', 'key-fragment'])
  })
})

describe('secrets that a declaration or a command announces', () => {
  becomes([
    [
      'The log has {\\"password\\":\\"sunflower7\\"} in it',
      'The log has {\\"password\\":\\"<SECRET_1>\\"} in it'
    ],
    ['The file has ENV DB_PASS sunflower7 in it', 'The file has ENV DB_PASS <SECRET_1> in it'],
    ['Run setx API_KEY sunflower7 first', 'Run setx API_KEY <SECRET_1> first'],
    [
      'Call setProperty("db.password", "sunflower7") first',
      'Call setProperty("db.password", "<SECRET_1>") first'
    ],
    ['Run smbclient -U ada%sunflower7 first', 'Run smbclient -U ada%<SECRET_1> first'],
    ['Run ldapsearch -x -w sunflower7 first', 'Run ldapsearch -x -w <SECRET_1> first'],
    ['Run echo "ada:sunflower7" | chpasswd first', 'Run echo "<SECRET_1>" | chpasswd first'],
    ['Run htpasswd -b file ada sunflower7 first', 'Run htpasswd -b file ada <SECRET_1> first'],
    ['Scan WIFI:S:Zorbax;T:WPA;P:sunflower7;; first', 'Scan <SECRET_1> first'],
    ...[
      'Set ENV NODE_ENV production there',
      'Call input("password", "text") and t("token", "Token")',
      'It lists ["password", "token", "email2"] there',
      'Use /user: in the pattern and -U for upgrades'
    ].map((text): [string, string] => [text, text])
  ])
})
