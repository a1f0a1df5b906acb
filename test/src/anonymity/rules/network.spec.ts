import { becomes } from '../../../fixtures/anonymized.ts'

describe('machines and accounts', () => {
  becomes([
    ['Clone git@git.example.com:shop/billing.git first', 'Clone <REPOSITORY_1> first'],
    ['Pull registry.example.io:5000/team/api:1.2 first', 'Pull <REPOSITORY_1> first'],
    ['See shop/billing#12 about it', 'See <REPOSITORY_1> about it'],
    ['The host zorba-db-01 is down', 'The host <HOST_1> is down'],
    ['The disk of DB7.PROD.INTERNAL is full', 'The disk of <HOST_1> is full'],
    ['Reach ::ffff:10.1.2.3 or 010.001.002.003', 'Reach <IP_1> or <IP_2>'],
    ['Run it as user=zorbax on port 80', 'Run it as user=<USER_1> on port 80'],
    ['kubectl -n zorbax-prod get pods', 'kubectl -n <HOST_1> get pods'],
    ['Grant arn:aws:s3:::zorbax-backups the role', 'Grant <ID_1> the role'],
    ['Stop i-0abc123def4567890 at night', 'Stop <ID_1> at night'],
    ['Ticket ZORB-1234 has more, UTF-8 too', 'Ticket <ID_1> has more, UTF-8 too'],
    ['The trace id 4bf92f3577b34da6 is slow', 'The trace id <SECRET_1> is slow'],
    ['Use --branch=zorbax-fix there', 'Use --branch=<REPOSITORY_1> there'],
    [
      'Report-Only of http.headers and css.types.image.image-set stay',
      'Report-Only of http.headers and css.types.image.image-set stay'
    ],
    ['java.net and socket.io stay', 'java.net and socket.io stay']
  ])
})

describe('domains behind a dot or a wildcard', () => {
  becomes([
    ['Set NO_PROXY=.zorbax.internal before the build', 'Set NO_PROXY=.<HOST_1> before the build'],
    ['Set NO_PROXY=localhost,.zorbax.com first', 'Set NO_PROXY=localhost,.<HOST_1> first'],
    [
      'The certificate is valid for *.zorbax.io only',
      'The certificate is valid for *.<HOST_1> only'
    ],
    ['Cookies need Domain=.zorbax.de; Path=/', 'Cookies need Domain=.<HOST_1>; Path=/'],
    ['Names under .corp.zorbax.local are slow', 'Names under .<HOST_1> are slow'],
    ['Call https://{tenant}.zorbax.internal first', 'Call https://{tenant}.<HOST_1> first'],
    ['Call https://<tenant>.zorbax.com first', 'Call https://<tenant>.<HOST_1> first'],
    ...[
      'Copy .env.local to .env and ignore *.local files',
      'Rename .env.production.local and .env.example there',
      'The class .btn.primary and the rule .card.shop are red',
      'Pods end in .svc.cluster.local there',
      'Only *.github.com and .mozilla.org are allowed',
      'It calls map().flat.at and a?.com there'
    ].map((text): [string, string] => [text, text])
  ])
})

describe('distinguished names of a directory', () => {
  becomes([
    ['Search dc=zorbax,dc=com for it', 'Search <HOST_1> for it'],
    [
      'The base OU=Users,DC=corp,DC=zorbax,DC=local is empty',
      'The base OU=Users,<HOST_1> is empty'
    ],
    ['Search dc=example,dc=com for it', 'Search dc=example,dc=com for it'],
    ['Set dc=1 and ac=2 there', 'Set dc=1 and ac=2 there']
  ])
})
