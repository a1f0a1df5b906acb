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
  'Merge select-gc-2483'
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
    ['Tell ZORBAX about the variable', 'Tell <NAME_1> about the variable']
  ])
})
