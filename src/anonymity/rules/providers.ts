/**
 * Token formats, one row for each format of an issuer: its literals (a text without any of them is
 * not searched), its pattern, and a minimum entropy if the pattern alone would match words. Lengths
 * are lower bounds, since a truncated token is a leak too.
 */

export interface TokenFormat {
  readonly id: string
  readonly provider: string
  readonly keywords: readonly string[]
  readonly pattern: RegExp
  /** Bits a character. */
  readonly entropy?: number
}

function format(
  id: string,
  provider: string,
  keywords: string,
  pattern: RegExp,
  entropy?: number
): TokenFormat {
  return { id, provider, keywords: keywords.split(' '), pattern, entropy }
}

export const TOKEN_FORMATS: readonly TokenFormat[] = [
  format('1password-secret-key', '1Password', 'A3-', /A3-[A-Z0-9]{6}-[A-Z0-9-]{20,40}/, 3),
  format('1password-service-account', '1Password', 'ops_ey', /ops_ey[\w+/=-]{20,}/),
  format('adobe-client-secret', 'Adobe', 'p8e-', /p8e-[A-Za-z0-9]{16,}/),
  format('age-secret-key', 'age', 'AGE-SECRET-KEY-', /AGE-SECRET-KEY-1[A-Z0-9]{20,}/),
  format('airtable-pat', 'Airtable', 'pat', /pat[A-Za-z0-9]{14}\.[a-f0-9]{32,}/),
  format('alibaba-access-key', 'Alibaba Cloud', 'LTAI', /LTAI[A-Za-z0-9]{12,}/),
  format('anthropic-key', 'Anthropic', 'sk-ant-', /sk-ant-[\w-]{12,}/),
  format('artifactory-key', 'JFrog', 'AKCp', /AKCp[A-Za-z0-9]{20,}/),
  format('artifactory-reference', 'JFrog', 'cmVmd', /cmVmd[A-Za-z0-9]{20,}/),
  format('asana-pat', 'Asana', '1/ 2/', /[12]\/\d{13,}(?:\/\d{13,})?:[a-f0-9]{20,}/),
  format('atlassian-token', 'Atlassian', 'ATATT3 ATCTT3 ATBB', /(?:AT[AC]TT3|ATBB)[\w=-]{16,}/),
  format(
    'authress-key',
    'Authress',
    'sc_ ext_ scauth_ authress_',
    /(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{20,}/
  ),
  format(
    'aws-access-key',
    'AWS',
    'AKIA ASIA ABIA ACCA AROA AIDA AGPA ANPA A3T',
    /(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,}/
  ),
  format(
    'aws-bedrock-key',
    'AWS',
    'ABSK bedrock-api-key-',
    /(?:ABSK|bedrock-api-key-)[\w+/=]{20,}/
  ),
  format('azure-ad-secret', 'Azure', 'Q~', /[\w.~-]{3}\dQ~[\w.~-]{20,}/),
  format('azure-storage-key', 'Azure', 'AccountKey=', /AccountKey=[A-Za-z0-9+/=]{20,}/),
  format('azure-sas', 'Azure', 'sig=', /sig=[\w%+/=-]{16,}/),
  format('beamer-token', 'Beamer', 'b_', /b_[A-Za-z0-9=_-]{44}/, 3.5),
  format('buildkite-token', 'Buildkite', 'bkua_', /bkua_[a-z0-9]{20,}/),
  format('clickhouse-key', 'ClickHouse', '4b1d', /4b1d[A-Za-z0-9]{30,}/),
  format('clojars-token', 'Clojars', 'CLOJARS_', /CLOJARS_[A-Za-z0-9]{20,}/),
  format('cloudflare-origin-ca', 'Cloudflare', 'v1.0-', /v1\.0-[a-f0-9]{24}-[a-f0-9]{40,}/),
  format('cloudflare-token', 'Cloudflare', 'cfk_ cfut_ cfat_', /cf(?:k|ut|at)_[A-Za-z0-9]{20,}/),
  format('databricks-token', 'Databricks', 'dapi', /dapi[a-f0-9]{20,}(?:-\d)?/),
  format('defined-networking', 'Defined Networking', 'dnkey-', /dnkey-[\w=-]{20,}/),
  format(
    'digitalocean-token',
    'DigitalOcean',
    'doo_v1_ dop_v1_ dor_v1_',
    /do[opr]_v1_[a-f0-9]{20,}/
  ),
  format('discord-bot-token', 'Discord', 'M N O', /[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}/, 4),
  format('docker-pat', 'Docker', 'dckr_pat_ dckr_oat_', /dckr_[po]at_[\w-]{16,}/),
  format('doppler-token', 'Doppler', 'dp.', /dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}/),
  format('dropbox-token', 'Dropbox', 'sl.', /sl\.[\w=-]{40,}/),
  format('duffel-token', 'Duffel', 'duffel_', /duffel_(?:test|live)_[\w=-]{20,}/),
  format('dynatrace-token', 'Dynatrace', 'dt0', /dt0[a-z]\d\d\.[A-Za-z0-9]{20,}\.[A-Za-z0-9]{20,}/),
  format('easypost-key', 'EasyPost', 'EZAK EZTK', /EZ[AT]K[A-Za-z0-9]{30,}/),
  format('facebook-token', 'Facebook', 'EAA', /EAA[A-Za-z0-9]{30,}/),
  format('facebook-app-token', 'Facebook', '|', /\d{15,16}\|[\w-]{20,40}/),
  format('figma-token', 'Figma', 'figd_ figu_ figo_', /fig[duo]_[\w-]{20,}/),
  format(
    'flutterwave-key',
    'Flutterwave',
    'FLWSECK FLWPUBK',
    /FLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z0-9]{10,}(?:-X)?/
  ),
  format('flyio-token', 'Fly.io', 'fo1_ fm1a_ fm1r_ fm2_', /(?:fo1|fm1[ar]|fm2)_[\w+/=-]{20,}/),
  format('frameio-token', 'Frame.io', 'fio-u-', /fio-u-[\w=-]{20,}/),
  format('gcp-api-key', 'Google', 'AIza', /AIza[\w-]{20,}/),
  format('google-oauth', 'Google', 'ya29. GOCSPX- 1//0', /(?:ya29\.|GOCSPX-|1\/\/0)[\w-]{20,}/),
  format(
    'github-token',
    'GitHub',
    'ghp_ gho_ ghu_ ghs_ ghr_ github_pat_',
    /(?:gh[pousr]|github_pat)_[\w.-]{16,}/
  ),
  format(
    'gitlab-token',
    'GitLab',
    'glpat- glptt- glrt- glrtr- gldt- glcbt- glft- glsoat- glagent- glffct- glimt- GR1348941',
    /(?:gl(?:pat|ptt|rtr?|dt|cbt|ft|soat|agent|ffct|imt)-|GR1348941)[\w.-]{16,}/
  ),
  format('grafana-token', 'Grafana', 'glsa_ glc_ eyJrIjoi', /(?:gl(?:sa|c)_|eyJrIjoi)[\w+/=]{20,}/),
  format('groq-key', 'Groq', 'gsk_', /gsk_[A-Za-z0-9]{20,}/),
  format(
    'harness-key',
    'Harness',
    'pat. sat.',
    /[ps]at\.[\w-]{16,}\.[A-Za-z0-9]{16,}\.[A-Za-z0-9]{16,}/
  ),
  format('terraform-token', 'HashiCorp', '.atlasv1.', /[A-Za-z0-9]{10,20}\.atlasv1\.[\w=-]{20,}/),
  format('vault-token', 'HashiCorp', 'hvs. hvb. hvr.', /hv[sbr]\.[\w-]{16,}/),
  format('vault-legacy-token', 'HashiCorp', 's.', /s\.(?=[A-Za-z]*\d)[A-Za-z0-9]{24}/),
  format('heroku-key', 'Heroku', 'HRKU-', /HRKU-[\w-]{20,}/),
  format('hubspot-token', 'HubSpot', 'pat-na pat-eu', /pat-(?:na|eu)\d-[a-f0-9-]{20,}/),
  format('huggingface-token', 'Hugging Face', 'hf_ api_org_', /(?:hf|api_org)_[A-Za-z0-9]{20,}/),
  format('infracost-token', 'Infracost', 'ico-', /ico-[A-Za-z0-9]{24,}/),
  format('intra42-secret', 'Intra42', 's-s4t2', /s-s4t2(?:ud|af)-[a-f0-9]{20,}/),
  format('jwt', 'JSON Web Token', 'eyJ', /eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}/),
  format('jwt-base64', 'JSON Web Token', 'ZXlK', /ZXlK[A-Za-z0-9+/=_-]{30,}/),
  format(
    'launchdarkly-key',
    'LaunchDarkly',
    'api- sdk- mob-',
    /(?:api|sdk|mob)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9-]{14,}/
  ),
  format('linear-key', 'Linear', 'lin_api_ lin_oauth_', /lin_(?:api|oauth)_[A-Za-z0-9]{20,}/),
  format('lob-key', 'Lob', 'live_ test_', /(?:live|test)_(?:pub_)?[a-f0-9]{28,}/),
  format('gocardless-token', 'GoCardless', 'live_', /live_[\w=-]{32,}/, 3.5),
  format('mailchimp-key', 'Mailchimp', '-us', /[a-f0-9]{32}-us\d{1,2}/),
  format('mailgun-key', 'Mailgun', 'key- pubkey-', /(?:pub)?key-[a-f0-9]{24,}/),
  format('mailgun-signing', 'Mailgun', '-', /[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}/),
  format('mapbox-token', 'Mapbox', 'pk. sk. tk.', /[pst]k\.[A-Za-z0-9]{40,}\.[\w-]{16,}/),
  format('maxmind-key', 'MaxMind', '_mmk', /[A-Za-z0-9]{6}_[A-Za-z0-9]{20,29}_mmk/),
  format('netlify-token', 'Netlify', 'nfp_ nfc_', /nf[pc]_[A-Za-z0-9]{20,}/),
  format(
    'new-relic-key',
    'New Relic',
    'NRJS- NRII- NRAK- NRRA- NRIQ-',
    /NR(?:JS|II|AK|RA|IQ)-[A-Za-z0-9-]{16,}/
  ),
  format('notion-token', 'Notion', 'ntn_ secret_', /(?:ntn|secret)_[A-Za-z0-9]{24,}/),
  format('npm-token', 'npm', 'npm_', /npm_[A-Za-z0-9]{20,}/),
  format('octopus-key', 'Octopus Deploy', 'API-', /API-[A-Z0-9]{20,}/),
  format('okta-token', 'Okta', '00', /00[\w-]{40}/, 4),
  format('openai-key', 'OpenAI', 'sk-', /sk-[\w-]{16,}/, 3),
  format('openshift-token', 'OpenShift', 'sha256~', /sha256~[\w-]{20,}/),
  format(
    'paypal-braintree',
    'PayPal',
    'access_token$',
    /access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}/
  ),
  format('perplexity-key', 'Perplexity', 'pplx-', /pplx-[A-Za-z0-9]{20,}/),
  format(
    'plaid-token',
    'Plaid',
    'access-',
    /access-(?:sandbox|development|production)-[a-f0-9-]{20,}/
  ),
  format('planetscale', 'PlanetScale', 'pscale_', /pscale_(?:tkn|oauth|pw)_[\w=.-]{16,}/),
  format('posthog-key', 'PostHog', 'phc_ phx_', /ph[cx]_[A-Za-z0-9]{20,}/),
  format('postman-key', 'Postman', 'PMAK-', /PMAK-[a-fA-F0-9-]{20,}/),
  format('prefect-token', 'Prefect', 'pnu_', /pnu_[A-Za-z0-9]{20,}/),
  format('pulumi-token', 'Pulumi', 'pul-', /pul-[a-f0-9]{20,}/),
  format('pypi-token', 'PyPI', 'pypi-', /pypi-[\w-]{32,}/),
  format('readme-key', 'ReadMe', 'rdme_', /rdme_[a-z0-9]{20,}/),
  format('replicate-token', 'Replicate', 'r8_', /r8_[A-Za-z0-9]{20,}/),
  format('rubygems-key', 'RubyGems', 'rubygems_', /rubygems_[a-f0-9]{20,}/),
  format('scalingo-token', 'Scalingo', 'tk-us-', /tk-us-[\w-]{20,}/),
  format('sendgrid-key', 'SendGrid', 'SG.', /SG\.[\w=.-]{20,}/),
  format(
    'sendinblue-key',
    'Sendinblue',
    'xkeysib- xsmtpsib-',
    /x(?:key|smtp)sib-[a-f0-9]{20,}(?:-[A-Za-z0-9]+)?/
  ),
  format('sentry-token', 'Sentry', 'sntrys_ sntryu_', /sntry[su]_[\w+/=-]{20,}/),
  format(
    'settlemint-token',
    'SettleMint',
    'sm_aat_ sm_pat_ sm_sat_',
    /sm_[aps]at_[A-Za-z0-9]{12,}/
  ),
  format('shippo-token', 'Shippo', 'shippo_', /shippo_(?:live|test)_[a-fA-F0-9]{20,}/),
  format(
    'shopify-token',
    'Shopify',
    'shpat_ shpca_ shppa_ shpss_ shptka_',
    /shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{16,}/
  ),
  format(
    'slack-token',
    'Slack',
    'xox xapp-',
    /(?:xoxe\.)?(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{10,}/
  ),
  format(
    'slack-webhook',
    'Slack',
    'hooks.slack',
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w+/-]{10,}/
  ),
  format(
    'teams-webhook',
    'Microsoft Teams',
    'webhook.office',
    /[a-z0-9]+\.webhook\.office\.com\/[\w@/-]{10,}/
  ),
  format(
    'discord-webhook',
    'Discord',
    '/api/webhooks/',
    /(?:discord|discordapp)\.com\/api\/webhooks\/[\w/-]{10,}/
  ),
  format('sonar-token', 'Sonar', 'sqp_ squ_ sqa_', /sq[pua]_[a-f0-9]{20,}/),
  format(
    'sourcegraph-token',
    'Sourcegraph',
    'sgp_',
    /sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{20,}/
  ),
  format(
    'square-token',
    'Square',
    'EAAA sq0atp- sq0csp- sq0idp-',
    /(?:EAAA|sq0[a-z]{3}-)[\w-]{16,}/
  ),
  format(
    'stripe-key',
    'Stripe',
    'sk_ rk_ pk_ whsec_',
    /(?:[srp]k_(?:live|test|prod)|whsec)_[\w+/=]{8,}/
  ),
  format('supabase-key', 'Supabase', 'sbp_ sb_secret_', /(?:sbp|sb_secret)_[\w-]{16,}/),
  format('sumologic-id', 'Sumo Logic', 'su', /su[A-Za-z0-9]{12}(?![A-Za-z0-9])/, 3.5),
  format('tailscale-key', 'Tailscale', 'tskey-', /tskey-[\w-]{12,}/),
  format('telegram-token', 'Telegram', ':A', /\d{5,16}:A[\w-]{30,}/),
  format('twilio-key', 'Twilio', 'AC SK', /(?:AC|SK)[0-9a-fA-F]{32}/),
  format('twitter-bearer', 'Twitter', 'AAAAAAAA', /A{16,}[A-Za-z0-9%]{20,}/),
  format('typeform-token', 'Typeform', 'tfp_', /tfp_[\w.=-]{20,}/),
  format(
    'vercel-token',
    'Vercel',
    'vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_',
    /(?:vc[piark]|vercel_blob_rw)_[A-Za-z0-9_]{16,}/
  ),
  format('xai-key', 'xAI', 'xai-', /xai-[A-Za-z0-9]{20,}/),
  format(
    'yandex-token',
    'Yandex',
    't1. AQVN YC',
    /(?:t1\.[\w-]+={0,2}\.[\w-]{40,}={0,2}|AQVN[\w-]{24,}|YC[\w-]{38})/
  )
]

/** Issuers whose keys have no format of their own: their name announces a value instead. */
export const PROVIDER_KEYWORDS: readonly string[] =
  'adafruit adobe airtable algolia alibaba asana atlassian beamer bitbucket bittrex cisco meraki cloudflare codecov cohere coinbase confluence confluent contentful datadog discord droneci dropbox etsy facebook fastly finicity finnhub flickr freshbooks freemius gitter gocardless heroku hubspot intercom jfrog artifactory bintray xray jira kraken kucoin launchdarkly linear linkedin linked_in linked-in lob looker mailchimp mailgun mapbox mattermost messagebird message_bird message-bird mistral deepseek gemini netlify newrelic new_relic new-relic nuget nytimes newyorktimes okta plaid privateai private_ai private-ai rapidapi sendbird sentry sidekiq contribsys snyk sonar sourcegraph square squarespace sumo sumologic telegram travis twilio twitch twitter typeform yandex zendesk bittrex pagerduty opsgenie grafana vault clickup monday trello auth0 pinecone weaviate elevenlabs together fireworks openrouter azure aws gcp stripe paypal braintree adyen razorpay'.split(
    ' '
  )
