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
