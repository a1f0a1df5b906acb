import { becomes } from '../../../fixtures/anonymized.ts'

/** `@` is the secret: a word, which nothing but its place betrays. */
const COMMANDS = [
  'net user ada @ /add',
  'cmdkey /generic:name /pass:@',
  'schtasks /Create /TN job /RU ada /RP @ /TR job',
  'signtool sign /f file.pfx /p "@" file',
  'xfreerdp /u:ada /p:@ /f',
  'winrs -u:ada -p:@ dir',
  'PsExec -u ada -p @ cmd',
  'sshpass -p @ ssh -V',
  "sshpass -p '@' ssh -V",
  'sshpass -p@ ssh -V',
  'mysql -u root -p@ shop',
  'mysql --password=@ shop',
  'mongosh -u ada -p @',
  'docker login -u ada -p @',
  'az login -u ada -p @',
  'unzip -P @ file.zip',
  '7z x -p@ file.7z',
  'sqlcmd -S server -U ada -P "@" -Q x',
  'ssh-keygen -P @ -f key',
  'ssh-keygen -t ed25519 -N @ -f key',
  'redis-cli -a @ ping',
  'snmpwalk -v 3 -A @ -v',
  'openssl enc -aes-256-cbc -k @ -in file',
  'keytool -storepass @ -list',
  'tool -password @',
  'tool --apiKey @',
  'tool --pass "@"',
  'security add-generic-password -s name -w @',
  'gh secret set KEY --body @',
  'plink -pw @ -V',
  'rabbitmqctl add_user ada @',
  'pdftk in.pdf input_pw @ output out.pdf',
  'aws configure set aws_secret_access_key @',
  'kubectl create secret generic x --from-literal=key=@',
  'nmcli dev wifi connect net password @',
  'echo @ | sudo -S reboot',
  'echo "@" | docker login -u ada --password-stdin',
  "printf '%s' '@' | gh auth login --with-token",
  'sudo -S reboot <<< "@"'
]

/** With the user, whose name has a secret behind it. */
const PAIRS = ['curl -U ada:@ -v', 'http --auth ada:@ get', 'lftp -u ada,@']

const ORDINARY = [
  'The --password option is new',
  'Pass the --secret flag first',
  'Use mysql -p in the script',
  'Read unzip -P in the manual',
  'Run unzip -p file.zip first',
  'Run docker run -u node:node image',
  'Run docker run -p 8080:80 image',
  'Run grep -A 100 and grep -P first',
  'Run msbuild /p:Configuration=Release first',
  'The net user growth slows down',
  'Run snmpwalk -v2c -c public first',
  'Run tool --password $(cat file) first',
  'Run echo text | sudo tee file first',
  'Run echo "$TOKEN" | docker login --password-stdin',
  'The -bypass switch and --no-pass work'
]

describe('secrets that a command takes', () => {
  becomes([
    ...[...COMMANDS, ...PAIRS].map((command): [string, string] => [
      `Run this: ${command.replace('@', 'sunflower')}`,
      `Run this: ${command.replace('@', '<SECRET_1>')}`
    ]),
    [
      'Run net use Z: \\\\files\\share sunflower /user:ada',
      'Run net use Z: <PATH_1> <SECRET_1> /user:<USER_1>'
    ],
    [
      'Run net use \\\\files\\share "sunflower" /USER:ada',
      'Run net use <PATH_1> "<SECRET_1>" /USER:<USER_1>'
    ],
    [
      'Run net use \\\\files\\share /user:ada sunflower',
      'Run net use <PATH_1> /user:<USER_1> <SECRET_1>'
    ],
    ['Run vault kv put kv/x value=sunflower', 'Run vault kv put kv/x value=<SECRET_1>'],
    ['Run curl --user ada:sunflower -v', 'Run curl --user <USER_1>:<SECRET_1> -v'],
    [
      'Run keytool -storepass sunflower -keypass marigold',
      'Run keytool -storepass <SECRET_1> -keypass <SECRET_2>'
    ],
    ...ORDINARY.map((text): [string, string] => [text, text])
  ])
})
