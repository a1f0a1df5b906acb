import { becomes } from '../../fixtures/anonymized.ts'

/** Sentences as in commits and documentation; what identifies somebody stays in them, too. */
const ORDINARY = [
  'Fix ssh handling when the agent is missing',
  'Improve ping timeouts on slow links',
  'Pin token==5.2.0 in the requirements',
  'First pass to reword the security page',
  'Compile with pcre2 and drop unittest2',
  'Add Jython support and fix the Werkzeug import',
  'Respect the PYTHONSTARTUP variable',
  'Splited tests into separate files',
  'Listen on 0.0.0.0:8080 or 127.0.0.1 by default',
  'Revert ea8df6ff because it broke the build',
  'Backport GHSA-7hmr-442f-qc8j to the branch',
  'Read golang.org/x/net and pkg.go.dev first',
  'Lower ns/op is better here',
  'Install it with MacPorts if you can',
  'It had 1 allocation for 167 routes (167 allocs for 203 routes)',
  'operator: Document how to read the logs',
  'Deploy from junegunn/fzf@55d5b153e627784fa43982fa3c01d0ab86ef0224',
  'Revert 55d5b153e627784fa43982fa3c01d0ab86ef0224',
  'Move the image from v2.6.1 to main-ec0bf70',
  'Bump golang.org/x/sys to 0.0.0-20220811171246-fbc7d0a398ab',
  'Upgrade to Ruby 2.6.3',
  'Merge select-gc-2483',
  'Add t3420-rebase-autostash to the tests',
  'Document SSL_OP_MSIE_SSLV2_RSA_PADDING again',
  'Move to RELEASE.2025-02-28T09-55-16Z first',
  'Added tag 2.5 for changeset 3f3eadf15f61',
  'Vendor containerd/cgroups 0b889c03f102012f1d93a97ddd3ef71cd6f4f510',
  'Update containerd to b382b6fe0bdbf7604c0a4f5c2089c0b159ad58b2.',
  'KAFKA-10417: read the offset first, see KIP-150',
  'Update the test suite to nightly-2025-02-07',
  'Upgrade from Log4j2 to HttpCore5',
  'Keep releases back to 0.8.2.2 working',
  'Upgrade to SQLite JDBC 3.51.3.0',
  'Set `gen_ai.agent.name` in spans',
  'Bump the version to 1.0.1.dev',
  'Fix a typo in docs/debugging.rst:72',
  'Forward io.containerd.runc.v1 and com.diffplug.spotless',
  'Read net.ipv4.tcp_tw_reuse first',
  'Run echo ansible-vault with -n as without it you get a newline',
  'Document SFTP quote and the ssh retry option',
  'Upgrade to Dropwizard Metrics 4.1.26',
  'Commadn line: fix unkownInfo and acme_certficate',
  'Ooops, missed one',
  'Use Gson and Guice instead of Thymeleaf',
  'Remove jackson-databind from the build'
]

describe('ordinary text about software', () => {
  becomes(ORDINARY.map((text) => [text, text]))
})

describe('text beside which ordinary text stays', () => {
  becomes([
    ['Reach it by ssh zorbax today', 'Reach it by ssh <HOST_1> today'],
    ['Set token=zorbax5.2 first', 'Set token=<SECRET_1> first'],
    ['Ask Zorbaxed for it', 'Ask <NAME_1> for it'],
    ['Listen on 10.1.2.3:8080 by default', 'Listen on <IP_1> by default'],
    ['Open github.com/zorbax/billing first', 'Open <HOST_1> first'],
    ['operator: zorbax', 'operator: <USER_1>'],
    ['The key is 55d5b153e627784fa43982fa3c01d0ab86ef0224', 'The key is <SECRET_1>'],
    ['Ask Ruby to review it', 'Ask <NAME_1> to review it'],
    ['Tell ZORBAX about the variable', 'Tell <NAME_1> about the variable'],
    ['Restart the box 3f3eadf15f61 today', 'Restart the box <ID_1> today'],
    [
      'Update the deploy token to b382b6fe0bdbf7604c0a4f5c2089c0b159ad58b2',
      'Update the deploy token to <SECRET_1>'
    ],
    ['Update API_KEY to b382b6fe0bdbf7604c0a4f5c2089c0b159ad58b2', 'Update API_KEY to <SECRET_1>'],
    [
      'Bump deploy/AUTH_token b382b6fe0bdbf7604c0a4f5c2089c0b159ad58b2',
      'Bump deploy/AUTH_token <SECRET_1>'
    ],
    ['Read ada.lovelace.name first', 'Read <HOST_1> first'],
    ['Read prod.payments.network first', 'Read <HOST_1> first'],
    ['Import org.acme.billing and net.acme.api', 'Import <IDENTIFIER_1> and <IDENTIFIER_2>'],
    ['Copy it from Prod3 to Mercury7', 'Copy it from <HOST_1> to <HOST_2>'],
    ['Deploy it for ZORBAX today', 'Deploy it for <NAME_1> today'],
    ['Zzzorbax is a customer', '<NAME_1> is a customer'],
    ['Thanks to Cassandra it works', 'Thanks to <NAME_1> it works'],
    ['Fixed by ZORBAX last week', 'Fixed by <NAME_1> last week'],
    ['Close ZORBAX-4711 and SHOP-4711 first', 'Close <ID_1> and <ID_2> first'],
    ['Copy it from zorbax3 today', 'Copy it from <HOST_1> today'],
    ['Upgrade the server to 10.4.3.2 today', 'Upgrade the server to <IP_1> today'],
    ['Read printer.office.local first', 'Read <HOST_1> first'],
    ['Pull billing/worker:stable first', 'Pull <REPOSITORY_1> first'],
    ['Import com.zorbax.billing first', 'Import <IDENTIFIER_1> first'],
    ['See acme/billing#4711 first', 'See <REPOSITORY_1> first'],
    ['Import com.acme.billing first', 'Import <IDENTIFIER_1> first'],
    ['Run kubectl get pods -n zorbax now', 'Run kubectl get pods -n <HOST_1> now'],
    ['Run ssh mercury now', 'Run ssh <HOST_1> now'],
    ['Ask Mertin Zorbaxson about it', 'Ask <NAME_1> about it'],
    ['Ask Catalina Jackson about it', 'Ask <NAME_1> about it']
  ])
})
