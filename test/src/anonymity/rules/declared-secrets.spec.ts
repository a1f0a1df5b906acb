import { becomes } from '../../../fixtures/anonymized.ts'

/** `@` is the secret: a word, which nothing but its place betrays. */
const DECLARED = [
  'password: !!str @',
  'password: !!str "@"',
  'password: !secret @',
  'password: !vault @',
  'password: !<tag:yaml.org,2002:str> @',
  'password: !secret\n  @',
  'password: |\n  @',
  'password: >-\n  @',
  'password: !vault |\n  @',
  'password: !!binary |\n    @',
  'db_password: "@"',
  '{"name": "DB_PASSWORD", "value": "@"}',
  '- name: DB_PASSWORD\n  value: @',
  'const password: string = "@"',
  'let token: &str = "@"',
  'var password string = "@"',
  "password = r'@'",
  'password = b"@"',
  'password = ("@")',
  "password = env('PASSWORD', '@')",
  "password: {{ vaulted | default('@') }}",
  'ConvertTo-SecureString "@" -AsPlainText',
  'new NetworkCredential("ada", "@")',
  'ALTER USER ada IDENTIFIED BY "@"',
  "SET PASSWORD FOR ada = PASSWORD('@');",
  '<Password><Value>@</Value></Password>'
]

const ORDINARY = [
  'The token: &str is borrowed',
  'let token: &str = name;',
  'password: !Ref DbPassword',
  'password: !GetAtt Secret.Value',
  'password: !Sub "${Password}"',
  'The token: string = "" is optional',
  'Users are identified by name',
  '{"name": "token", "value": "string"}',
  '- name: DB_PASSWORD\n  valueFrom: secret',
  'prompt.password("Your password");',
  'Read the token: |'
]

describe('secrets that a declaration names', () => {
  becomes([
    ...DECLARED.map((text): [string, string] => [
      `The file has this:\n${text.replace('@', 'sunflower')}`,
      `The file has this:\n${text.replace('@', '<SECRET_1>')}`
    ]),
    [
      'It is:\npassword: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n  6364\nuser: root',
      'It is:\npassword: !vault |\n  <SECRET_1>\nuser: root'
    ],
    ['It is:\npassword: !mine sunflower\nport: 1', 'It is:\npassword: <SECRET_1>\nport: 1'],
    ['Use password: !swordfish for the test', 'Use password: <SECRET_1> for the test'],
    ['Set requirepass sunflower7 there', 'Set requirepass <SECRET_1> there'],
    ['Say send "sunflower7\\r" first', 'Say send "<SECRET_1>\\r" first'],
    ...ORDINARY.map((text): [string, string] => [text, text])
  ])
})
