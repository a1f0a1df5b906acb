/** Layer 1: secrets that a command takes: behind an option, as an operand, or on its input. */
import { isOpaque } from '../words/entropy.ts'
import { BACKSLASH, LESS, OPTION, SLASH } from '../reading/text-features.ts'
import { isCommandValue, isMachineValue } from './secret-values.ts'
import type { Rule } from './rule.ts'

/** Whole if it is quoted; not the output of another command, nor the next option. */
const VALUE = `(?:"(?<hit>[^"\\n]{3,256})"|'(?<hit>[^'\\n]{3,256})'|(?!\\$[({])(?<hit>[^\\s"'|<>(/-][^\\s"']{2,256}))`

/**
 * Options that take a secret, by their commands: of other commands `-p` is a port or a path. A space
 * at the end of an option is optional: `-pSECRET`.
 */
const OPTIONS: readonly (readonly [option: string, commands: string])[] = [
  [
    '-p ',
    'sshpass|(?i:psexec(?:64)?)|mongo(?:sh|dump|restore|import|export|stat|top)?|(?:docker|podman|nerdctl|oras|crane|skopeo|az|oc|helm registry|tsh) login|rdesktop|ncftp\\w{0,4}|cqlsh|cypher-shell|hydra|crackmapexec|nxc|netexec|evil-winrm|twine|certutil|usermod|useradd|unlock-keychain'
  ],
  // With a space the secret is asked for.
  ['-p', 'mysql\\w{0,16}|mariadb(?:-\\w{1,16})?|mytop|7z[ar]?|7zz|rar|unrar'],
  ['-p:', 'winrs'],
  ['-P ', 'zip|unzip|zipcloak|sqlcmd|osql|bcp|ipmitool|mosquitto_(?:pub|sub|rr)|ssh-keygen'],
  ['-N ', 'ssh-keygen'],
  ['-a ', 'redis-cli'],
  ['-w ', 'ldap(?:search|modify|add|delete|passwd|whoami|compare)|\\w{2,8}-generic-password'],
  ['-s ', 'ldappasswd'],
  ['-k ', 'openssl enc'],
  ['-[AXc] ', 'snmp(?:walk|get|getnext|set|bulkwalk|table|trap|inform|status|v3)?'],
  ['-pw ', 'plink|pscp|psftp|putty|kitty|klink'],
  ['(?:-b|--body)[ =]?', 'gh secret set'],
  ['(?i:/rp) ', '(?i:schtasks)(?:\\.exe)?'],
  ['(?i:/p) ', '(?i:signtool)(?:\\.exe)?'],
  ['/p:', '(?:x|w|sdl-?)?freerdp\\d?']
]

/** Of an option of any command: `--password`, `--client-secret`, `--apiKey`. */
const ENDING = '(?:[Pp]ass(?:word|wd|phrase)?|[Pp]wd|[Tt]oken|[Ss]ecret|[Kk]ey)'

/** Before it, with one dash: `-storepass`. Not `-bypass`. */
const BEGINNING =
  '(?:store|key|src(?:store)?|dest(?:store|key)?|export|import|new|old|user|db|admin|sa|smtp|vnc|http|proxy|cert|pfx|root)'

/** A user and a secret in one value, by the sign between them. */
const PAIRS: readonly (readonly [options: string, sign: string, commands: string])[] = [
  ['-[uU]|--(?:proxy-)?user', ':', 'curl|wget|wcurl'],
  ['-[aA]|--auth', ':', 'https?|xhs?|ab|siege'],
  ['-u|--user', ',', 'lftp'],
  ['-U|--user', '%', 'smbclient|rpcclient|net|smbget|smbcacls|nmblookup|winexe|wmic']
]

/** The command stands before the option in the same line. */
function behind(commands: string): string {
  return `(?<=\\b(?:${commands})\\b[^\\n;]{0,200})`
}

const OPTION_OF_COMMAND = OPTIONS.map(
  ([options, commands]) => `${options.replace(/ $/, '\\s{0,2}')}${behind(commands)}`
)

const PAIR_OF_COMMAND = PAIRS.map(
  ([options, sign, commands]) =>
    `(?:${options})${behind(commands)}[ =]{0,2}["']?[\\w.\\\\@+-]{1,64}${sign}(?<hit>[^\\s"']{2,128})`
)

/** Commands that read a secret from their input. */
const READERS =
  '(?:sudo [^\\n|]{0,32}-S\\b|[^\\n|]{0,96}(?:--(?:password-)?stdin\\b|--with-token\\b|--passphrase-fd\\b)|(?:sudo )?(?:kinit|cryptsetup|smbpasswd|vncpasswd|htpasswd -\\w{0,4}i|secret-tool|(?:docker|podman) secret create)\\b)'

/** They take a secret as a here-string. */
const HERE_STRING =
  '(?:sudo [^\\n<]{0,32}-S\\b|su -|kinit|cryptsetup|smbpasswd|vncpasswd|secret-tool|chpasswd|--(?:password-)?stdin|--with-token)[^\\n<]{0,96}'

export const COMMAND_SECRET_RULES: readonly Rule[] = [
  {
    name: 'command-option',
    kind: 'secret',
    needs: OPTION,
    pattern: new RegExp(
      `(?<=\\s)(?:--[\\w-]{0,24}${ENDING}(?:=|\\s{1,3})|-${BEGINNING}?(?:[Pp]ass(?:word|wd|phrase)?|[Pp]wd)(?:[=:]|\\s{1,3})|-p\\s{0,1}(?=\\S*[\\d!@#$%^&*])|-a\\s(?=\\S*[\\d!@#$%^&*])|-u\\s{0,2}(?=[\\w.@-]{1,64}:))${VALUE}`,
      'g'
    ),
    accept: (hit) => isCommandValue(hit) && !isNumbersOrNames(hit)
  },
  {
    name: 'option-of-command',
    kind: 'secret',
    needsAny: OPTION | SLASH,
    pattern: new RegExp(`(?<=\\s)(?:${OPTION_OF_COMMAND.join('|')})${VALUE}`, 'g'),
    accept: isCommandValue
  },
  {
    name: 'pair-of-command',
    kind: 'secret',
    needs: OPTION,
    pattern: new RegExp(`(?<=\\s)(?:${PAIR_OF_COMMAND.join('|')})`, 'g'),
    accept: isCommandValue
  },
  {
    name: 'operand-of-command',
    kind: 'secret',
    literals: ['/user:', ' -U', 'chpasswd', 'htpasswd'],
    pattern:
      /\s\/user:\S{1,64} (?<hit>[^\s/"'][^\s"']{2,128})|\s-U ?[\w.\\@-]{1,64}%(?<hit>\S{2,128})|["']?(?<hit>[\w.-]{1,32}:[^\s"'|]{3,128})["']? ?\| ?(?:sudo )?chpasswd\b|\bhtpasswd (?:-\w{1,8} ){0,3}-\w{0,8}b\w{0,8} (?:-\w{1,8} ){0,3}\S{1,128} \S{1,64} (?<hit>\S{3,128})/g,
    accept: isMachineValue
  },
  {
    name: 'net-use',
    kind: 'secret',
    needs: BACKSLASH,
    // `net use Z: \\host\share SECRET /user:name`, or the secret behind the user.
    pattern: new RegExp(
      `\\bnet1?(?:\\.exe)? use (?:(?:[a-z]:|\\*) )?["']?\\\\{2,4}[^\\s"']{1,256}["']? (?:/u(?:ser)?:\\S{1,64} )?${VALUE}`,
      'gi'
    ),
    accept: isCommandValue
  },
  {
    name: 'operand-of-command',
    kind: 'secret',
    literals: [
      'net user ',
      'NET USER ',
      'rabbitmqctl',
      'samba-tool',
      'mosquitto_passwd',
      '_pw ',
      '--encrypt ',
      'wpa_passphrase',
      'sqlplus ',
      'iwconfig',
      'configure set',
      'nmcli',
      'netsh',
      'config set',
      'vault ',
      'pypi-token.',
      'set-initial-password',
      'http-basic.',
      'from-literal='
    ],
    pattern: new RegExp(
      `\\b(?:${[
        'net1? user (?:"[^"\\n]{1,64}"|[^\\s/]{1,64}) (?=\\S{1,128} /\\w|[^\\s/]{0,64}[\\d!@#$%^&*])',
        'rabbitmqctl (?:add_user|change_password|authenticate_user) \\S{1,64} ',
        'samba-tool user (?:create|add) \\S{1,64} ',
        'mosquitto_passwd (?:-\\w{1,4} ){1,3}\\S{1,128} \\S{1,64} ',
        '(?:input|user|owner)_pw ',
        'qpdf --encrypt ',
        '(?<=qpdf --encrypt \\S{1,128} )',
        'wpa_passphrase \\S{1,64} ',
        'sqlplus (?:-\\w{1,4} ){0,3}\\w{1,64}/',
        'iwconfig [^\\n]{0,64}?\\bkey (?:s:)?',
        'aws configure set \\w{0,32}(?:secret|token|key)\\w{0,16} ',
        'set-initial-password ',
        '(?<=nmcli [^\\n]{0,128})password ',
        '(?<=netsh [^\\n]{0,128})key=',
        'vault (?:kv put|write) \\S{1,128} [\\w.-]{1,64}=',
        'config set \\S{1,256}(?:_auth(?:Token)?|_password) ',
        'config pypi-token\\.\\S{1,64} ',
        'config http-basic\\.\\S{1,64} \\S{1,64} ',
        '(?<=--)from-literal=[\\w.-]{1,64}='
      ].join(
        '|'
      )})(?:"(?<hit>[^"\\n]{3,256})"|'(?<hit>[^'\\n]{3,256})'|(?<hit>[^\\s"'@/-][^\\s"'@]{2,256}))`,
      'gi'
    ),
    accept: isCommandValue
  },
  {
    name: 'input-of-command',
    kind: 'secret',
    literals: ['|'],
    // `echo SECRET | sudo -S ...`.
    pattern: new RegExp(
      `\\b(?:echo|printf)(?: -\\w{1,4}){0,2} (?:'%s(?:\\\\n)?' )?(?:"(?<hit>[^"\\n]{3,256})"|'(?<hit>[^'\\n]{3,256})'|(?<hit>[^\\s"'|<>-][^\\s"'|]{2,256}))(?= ?\\| ?${READERS})`,
      'g'
    ),
    accept: isMachineValue
  },
  {
    name: 'input-of-command',
    kind: 'secret',
    needs: LESS,
    literals: ['<<<'],
    pattern: new RegExp(
      `${HERE_STRING}<<< ?(?:"(?:[\\w.-]{1,32}:)?(?<hit>[^"\\n]{3,256})"|'(?:[\\w.-]{1,32}:)?(?<hit>[^'\\n]{3,256})'|(?<hit>[^\\s"'$-][^\\s"']{2,256}))`,
      'g'
    ),
    accept: isMachineValue
  },
  {
    name: 'typed-by-expect',
    kind: 'secret',
    literals: ['send "', 'send -- "'],
    // A word may be an answer or a command.
    pattern: /\bsend (?:-- )?"(?<hit>[^"\s]{5,64}?)\\[rn]/g,
    accept: (hit) => isMachineValue(hit) && isOpaque(hit)
  }
]

/** A port, the numbers of a user and a group, or both by one name: `-u node:node`. */
function isNumbersOrNames(hit: string): boolean {
  return /^\d{1,5}(?::\d{1,5})?$/.test(hit) || /^([\w.-]{1,64}):\1$/.test(hit)
}
