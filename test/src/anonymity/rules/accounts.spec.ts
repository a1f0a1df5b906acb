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

describe('hosts that a command or a verb reaches', () => {
  becomes([
    ['SSH to zorbaxil', 'SSH to <HOST_1>'],
    ['ssh into zorbaxil and restart it', 'ssh into <HOST_1> and restart it'],
    ['Then ping zorbaxil first', 'Then ping <HOST_1> first'],
    ['scp the whole file to zorbaxil', 'scp the whole file to <HOST_1>'],
    ['curl zorbaxil for the status', 'curl <HOST_1> for the status'],
    ['telnet to zorbaxil 25', 'telnet to <HOST_1> 25'],
    ['connect to zorbaxil over ssh', 'connect to <HOST_1> over ssh'],
    ...[
      'SSH to the server',
      'ssh into containers',
      'rsync to staging',
      'ping the maintainers',
      'curl the endpoint',
      'Handle curl easy handles'
    ].map((text): [string, string] => [text, text])
  ])
})

describe('persons in identifiers that a word announces', () => {
  becomes([
    ['user jenkins_smith may deploy', 'user <USER_1> may deploy'],
    ['author jenkins_smith', 'author <USER_1>'],
    ['login as jenkins_smith', 'login as <USER_1>'],
    ['the owner is jenkins_smith', 'the owner is <USER_1>'],
    ['created by jenkins_smith', 'created by <USER_1>'],
    ['assigned to martin-kelly', 'assigned to <USER_1>'],
    ['jenkins_smith is the owner', '<USER_1> is the owner'],
    ['logged in as jenkinsSmith', 'logged in as <USER_1>'],
    ...[
      'user jenkins_pipeline may deploy',
      'author display_name',
      'user mark_read',
      'created by cassandra_driver'
    ].map((text): [string, string] => [text, text])
  ])
})

describe('users that an option or an operand of a command names', () => {
  becomes([
    ['Connect with psql -U zorba first', 'Connect with psql -U <USER_1> first'],
    ['Connect with mysql -u zorba -p first', 'Connect with mysql -u <USER_1> -p first'],
    [
      'Connect with mysql -h localhost -uzorba first',
      'Connect with mysql -h localhost -u<USER_1> first'
    ],
    ['Connect with ssh -l zorba build-7 first', 'Connect with ssh -l <USER_1> <HOST_1> first'],
    ['Run crontab -u zorba -l first', 'Run crontab -u <USER_1> -l first'],
    ['Run runuser -u zorba -- make first', 'Run runuser -u <USER_1> -- make first'],
    ['Run chown zorba:zorba data first', 'Run chown <USER_1> data first'],
    ['Run chown -R zorba:staff data first', 'Run chown -R <USER_1> data first'],
    ['Run usermod -aG docker zorba first', 'Run usermod -aG docker <USER_1> first'],
    ['Run loginctl enable-linger zorba first', 'Run loginctl enable-linger <USER_1> first'],
    ...[
      'Run chown -R root:root data first',
      'Run chown -R www-data data first',
      'Connect with psql -U postgres first',
      'Connect with mysql -u root -p first',
      'Run sort -u file there'
    ].map((text): [string, string] => [text, text])
  ])
})
