import { becomes } from '../../../fixtures/anonymized.ts'

describe('accounts and single-label hosts', () => {
  becomes([
    ['It runs as ACME\\zorba today', 'It runs as <USER_1> today'],
    ['Log in with user=zorba first', 'Log in with user=<USER_1> first'],
    ['Run sudo -u zorba make, then wait', 'Run sudo -u <USER_1> make, then wait'],
    ['Start it with --user zorba, then wait', 'Start it with --user <USER_1>, then wait'],
    ['Start it with --host db-zorba, then wait', 'Start it with --host <HOST_1>, then wait'],
    ['Connect with host = zorba first', 'Connect with host = <HOST_1> first'],
    ['It was fixed by @zorbax again', 'It was fixed by <USER_1> again'],
    ['It fails on build-17 only', 'It fails on <HOST_1> only'],
    [
      'Mar  3 10:11:12 zorba sshd[7]: connection closed',
      'Mar  3 10:11:12 <HOST_1> sshd[7]: connection closed'
    ],
    ['Files of ~zorbax are kept', 'Files of <USER_1> are kept'],
    ['Use react@latest on node 24 by user name', 'Use react@latest on node 24 by user name']
  ])
})
