import assert from 'node:assert/strict'
import { anonymizer } from '../../../../src/anonymity/index.ts'
import { seeded } from '../../../fixtures/canaries.ts'

/**
 * What gitleaks 8.24 and secretlint 13 look for, as `provider: format`; `{n}` is n random characters of
 * base62, `{nx}` hexadecimal, `{nd}` digits, `{nu}` capitals and digits. Split where a scanner of this
 * repository would take it for a token.
 */
const TOKENS = `
1password: A3-{6u}-{11u}-{5u}-{5u}-{5u}|1password: ops|_eyJ{250}|adobe: p8e-{32}|age: AGE-SECRET|-KEY-1{58u}
airtable: pat{14}.{64x}|alibaba: LTAI{20}|anthropic: sk-ant|-api03-{93}AA|anthropic admin: sk-ant|-admin01-{93}AA
artifactory: AKCp{69}|artifactory reference: cmVmd{59}|atlassian: ATATT3{186}|authress: sc_{10}.{4}.acc-{12x}.{40}
aws: AK|IA{16u}|aws temporary: AS|IA{16u}|aws bedrock: ABSK{109}|azure ad: {3}8Q~{34}|buildkite: bkua_{40x}
clickhouse: 4b1d{38}|clojars: CLOJARS_{60}|cloudflare origin: v1.0-{24x}-{146x}|cloudflare: cfut_{40}{8x}
databricks: dapi{32x}|defined networking: dnkey-{26}-{52}|digitalocean: dop_v1|_{64x}|digitalocean oauth: doo_v1|_{64x}
digitalocean refresh: dor_v1|_{64x}|docker: dckr_pat_{27}|doppler: dp.pt.{43}|dropbox: sl.{135}|duffel: duffel_test_{43}
dynatrace: dt0c01.{24u}.{64u}|easypost: EZAK{54}|easypost test: EZTK{54}|facebook page: EAAM{120}|facebook: {16d}%7C{30}
figma: figd_{40}|flutterwave: FLWSECK_TEST-{12x}|flutterwave public: FLWPUBK_TEST-{32x}-X|flyio: fo1_{43}
flyio macaroon: fm2_{100}|frameio: fio-u-{64}|gcp: AI|za{35}|github: gh|p_{36}|github oauth: gh|o_{36}
github app: gh|u_{36}|github server: gh|s_{36}|github refresh: gh|r_{36}|github fine: github|_pat_{82}
gitlab: gl|pat-{20}|gitlab deploy: gl|dt-{20}|gitlab runner: gl|rt-{20}|gitlab trigger: gl|ptt-{40x}|gitlab feed: gl|ft-{20}
gitlab scim: gl|soat-{20}|gitlab agent: gl|agent-{50}|gitlab incoming: gl|imt-{25}|gitlab job: gl|cbt-{2}_{20}
gitlab flag: gl|ffct-{20}|gitlab old runner: GR1348941{20}|gitlab cookie: _gitlab_session={32x}
grafana: eyJrIjoi{70}|grafana cloud: glc_{40}|grafana service: glsa_{32}_{8x}|groq: gsk_{52}
harness: pat.{22}.{24}.{20}|terraform: {14}.atlasv1.{65}|heroku: HRKU-AA{58}|hugging face: hf_{34}
hugging face organisation: api_org_{34}|infracost: ico-{32}|intra42: s-s4t2ud-{64x}|jwt: ey|J{20}.ey|J{40}.{43}
linear: lin_api_{40}|mailchimp: {32x}-us12|mailgun: key-{32x}|mailgun public: pubkey-{32x}|mailgun signing: {32x}-{8x}-{8x}
mapbox: pk.{60}.{22}|maxmind: {6}_{29}_mmk|netlify: nfp_{40}|new relic user: NRAK-{27u}|new relic insert: NRII-{32}
new relic browser: NRJS-{19x}|notion: ntn_{11d}{35}|npm: npm|_{36}|octopus: API-{26u}|openai: sk-proj|-{74}T3BlbkFJ{74}
openai old: sk|-{20}T3BlbkFJ{20}|openshift: sha256~{43}|perplexity: pplx-{48}|plaid: access-sandbox-{8x}-{4x}-{4x}-{4x}-{12x}
planetscale: pscale_tkn_{43}|planetscale oauth: pscale_oauth_{43}|planetscale password: pscale_pw_{43}
postman: PMAK-{24x}-{34x}|prefect: pnu_{36}|pulumi: pul-{40x}|pypi: pypi|-AgEIcHlwaS5vcmc{60}|readme: rdme_{70}
rubygems: rubygems_{48x}|scalingo: tk-us-{48}|sendgrid: SG|.{22}.{43}|sendinblue: xkeysib-{64x}-{16}
sentry: sntryu_{64x}|sentry organisation: sntrys_eyJpYXQiO{60}=_{43}|settlemint: sm_aat_{16}|settlemint personal: sm_pat_{16}
settlemint service: sm_sat_{16}|shippo: shippo_live_{40x}|shopify: shp|at_{32x}|shopify custom: shp|ca_{32x}
shopify private: shp|pa_{32x}|shopify shared: shp|ss_{32x}|slack bot: xox|b-{12d}-{12d}-{24}|slack user: xox|p-{12d}-{12d}-{12d}-{32}
slack app: xapp|-1-{11u}-{13d}-{64x}|slack configuration: xoxe|.xoxp-1-{163u}|slack refresh: xox|e-1-{146u}
slack workspace: xox|a-2-{20}|slack legacy: xox|o-{12d}-{12d}-{12d}-{10x}|slack webhook: hooks.slack|.com/services/{44}
sonar: sqp_{40x}|sourcegraph: sgp_{16x}_{40x}|square: EAAA{60}|square oauth: sq0atp-{22}|stripe: sk_live|_{24}
stripe restricted: rk_live|_{24}|stripe test: sk_test|_{24}|sumo logic: su{12}|tailscale: tskey-auth-{16}-{32}
teams: x.webhook.office.com/webhookb2/{8x}-{4x}-{4x}-{4x}-{12x}@{8x}/IncomingWebhook/{32x}|telegram: {10d}:A{34}
twilio: SK{32x}|twitter bearer: AAAAAAAAAAAAAAAAAAAAAA{80}|typeform: tfp_{59}|vault: hvs.{95}|vault batch: hvb.{140}
vercel: vcp_{24}|yandex: t1.{20}.{86}|yandex key: AQVN{37}|yandex aws: YC{38}|ssh private: {40}
`

/** Keys without a form of their own: the provider's name announces them. */
const ANNOUNCED = `
adafruit:{32}|adobe_client_id:{32x}|airtable:{17}|algolia:{32}|alibaba:{30}|asana:{16d}|asana_secret:{32}|atlassian:{24}
aws_secret:{40}|beamer:b_{44}|bitbucket:{32}|bitbucket_secret:{64}|bittrex:{32}|cisco_meraki:{40x}|cloudflare:{40}
cloudflare_global:{37x}|codecov:{32}|cohere:{40}|coinbase:{64}|confluent:{16}|confluent_secret:{64}|contentful:{43}
datadog:{40}|discord:{64x}|discord_client:{18d}|discord_secret:{32}|droneci:{32}|dropbox:{15}|etsy:{24}|facebook:{32x}
fastly:{32}|finicity:{32x}|finicity_secret:{20}|finnhub:{20}|flickr:{32}|freemius_secret_key:sk_{29}|freshbooks:{64}|gitter:{40}
gocardless:live_{40}|heroku:{8x}-{4x}-{4x}-{4x}-{12x}|hubspot:{8x}-{4x}-{4x}-{4x}-{12x}|intercom:{60}|jfrog:{73}
kraken:{86}|kucoin:{24x}|launchdarkly:{40}|linear_client_secret:{32x}|linkedin:{14}|linkedin_secret:{16}|lob:live_{35x}
looker_client_secret:{24}|mattermost:{26}|messagebird:{25}|netlify:{40}|newrelic:{64}|nytimes:{32}|okta:00{40}|plaid:{24}
plaid_secret:{30}|privateai:{32}|rapidapi:{50}|sendbird:{40x}|sentry:{64x}|sidekiq_contribsys:{8x}:{8x}
snyk_token:{8x}-{4x}-{4x}-{4x}-{12x}|sonar_token:{40}|squarespace:{8x}-{4x}-{4x}-{4x}-{12x}|sumologic:{64}|travis:{22}
twitch:{30}|twitter:{25}|twitter_secret:{50}|twitter_access:{20d}-{30}|zendesk:{40}
`

const ALPHABETS: Readonly<Record<string, string>> = {
  '': 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  x: '0123456789abcdef',
  d: '0123456789',
  u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
}

const random = seeded(42)

interface Example {
  readonly token: string
  /** What of it is random, and must not leave. */
  readonly parts: readonly string[]
}

function example(format: string): Example {
  const parts: string[] = []
  const token = format
    .replaceAll('|', '')
    .replaceAll(/\{(\d+)([xdu]?)\}/g, (_, length: string, alphabet: string) => {
      const part = random.text(Number(length), ALPHABETS[alphabet] ?? '')
      parts.push(part)
      return part
    })
  return { token, parts }
}

/** Lines and bars part the rows; a bar inside a format only parts a token. */
function rows(text: string): (readonly [provider: string, format: string])[] {
  return text
    .trim()
    .split(/\n|\|(?=[a-z0-9_ ]+: ?\S)/)
    .map((row) => {
      const at = row.indexOf(':')
      return [row.slice(0, at).trim(), row.slice(at + 1).trim()] as const
    })
}

const { anonymize } = anonymizer()

/** Whether a stretch of eight characters of what was random is left. */
function remains({ parts }: Example, left: string): boolean {
  return parts.some((part) => {
    for (let at = 0; at + 8 <= part.length; at += 4) {
      if (left.includes(part.slice(at, at + 8))) return true
    }
    return false
  })
}

describe('the token formats of providers', () => {
  it('are many', () => {
    assert.ok(rows(TOKENS).length >= 120, `${rows(TOKENS).length}`)
    assert.ok(rows(ANNOUNCED).length >= 60, `${rows(ANNOUNCED).length}`)
  })

  for (const [provider, format] of rows(TOKENS)) {
    it(`are found in prose, code and logs: ${provider}`, () => {
      for (let i = 0; i < 5; i++) {
        const secret = example(format)
        const { token } = secret
        for (const content of [
          `Deploy with ${token} and it works.`,
          `const client = new Client('${token}') // works`,
          `2026-03-04 10:11:12 WARN refused (${token}) after three tries`
        ]) {
          const result = anonymize({ entity: 'deploy', content })
          const left = result.verdict === 'clear' ? result.record.content : ''
          assert.ok(!remains(secret, left), `${content}\n${left}`)
        }
      }
    })
  }

  for (const [provider, format] of rows(ANNOUNCED)) {
    it(`are found where the provider's name announces a key: ${provider}`, () => {
      for (let i = 0; i < 5; i++) {
        const secret = example(format)
        const { token } = secret
        for (const content of [
          `Set ${provider.toUpperCase()}_KEY=${token} before the run.`,
          `{"${provider}_token": "${token}", "retries": 3}`
        ]) {
          const result = anonymize({ entity: 'deploy', content })
          const left = result.verdict === 'clear' ? result.record.content : ''
          assert.ok(!remains(secret, left), `${content}\n${left}`)
        }
      }
    })
  }
})
