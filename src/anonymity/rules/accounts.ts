/** Layer 3, accounts: users and single-label hosts announced by a sign, a command or a word. */
import { CALLED_WORDS, HOST_WORDS, PLACE_WORDS, USER_WORDS } from '../reading/context-words.ts'
import { AT, BACKSLASH, COLON, DIGIT, LESS, TILDE } from '../reading/text-features.ts'
import { layerOf } from './rule.ts'
import {
  DIGIT_FIRST,
  FOUR,
  LINE_START,
  THEN_DASH,
  THEN_SPACE,
  THREE,
  UPPER_FIRST
} from '../reading/shapes.ts'
import { GIVEN_NAMES } from '../words/given-names.ts'
import { isPublicPart, partsOf } from '../words/identifier-parts.ts'
import { isPersonName } from '../words/person-names.ts'
import { isUnknown } from '../words/unknown-word.ts'
import {
  isDictionaryWord,
  isPackageWord,
  isPublicTool,
  isPublicWord,
  isTechnicalWord
} from '../words/vocabulary.ts'
import type { Rule } from './rule.ts'

/** Labels after an `@` in package specifiers, as opposed to addresses. */
const NPM_TAGS: ReadonlySet<string> = new Set(
  'latest next beta alpha canary rc nightly stable dev experimental main master'.split(' ')
)

/** Options before the one that names the user, each with its value. */
const OPTIONS = '(?: -{1,2}[\\w-]{1,32}(?:[ =](?!-)\\S{1,64})?)'

/** `psql -U NAME`, `mysql -h db -uNAME`, `usermod -aG docker NAME`. */
const USER_OF_COMMAND = new RegExp(
  `\\b(?:(?:mysql|mysqldump|mysqladmin|mariadb|crontab|runuser)${OPTIONS}{0,4}? -u ?|psql${OPTIONS}{0,4}? -U ?|(?:ssh|sftp)${OPTIONS}{0,4}? -l ?|(?:usermod|useradd|chage)${OPTIONS}{1,4} |loginctl (?:en|dis)able-linger )(?<hit>[a-z_][\\w.-]{1,63})(?![\\w/(:=])`,
  'g'
)

export const ACCOUNTS_RULES: readonly Rule[] = [
  {
    name: 'domain-account',
    kind: 'user',
    pattern: /(?<![\w\\:])[A-Z][A-Z0-9-]{1,14}\\{1,2}[A-Za-z][\w.-]{1,63}(?![\w\\])/g,
    needs: BACKSLASH
  },
  {
    name: 'user-at-host',
    kind: 'user',
    pattern: /(?<![\w.@/-])[a-z_][\w.-]{0,63}@[a-z][a-z0-9-]{1,62}(?![\w-]*\.\w)(?!\/)/gi,
    needs: AT,
    accept: (hit) => !NPM_TAGS.has(hit.slice(hit.indexOf('@') + 1))
  },
  {
    name: 'mention',
    kind: 'user',
    pattern: /(?<![^\s(,])@[a-z][\w-]{2,38}(?![\w/.(-])/gi,
    needs: AT,
    accept: (hit) =>
      hit.length > 4 &&
      !isPublicWord(hit.slice(1).toLowerCase()) &&
      !(hit.includes('_') && partsOf(hit).every(isPublicPart))
  },
  {
    name: 'called',
    kind: 'name',
    atGroups: CALLED_WORDS,
    pattern:
      /\b(?:named|called|nicknamed|aliased|dubbed|codenamed)\s["'`]?(?<hit>[a-z][\w-]{3,63})\b/g,
    accept: (hit) => !partsOf(hit).every(isPublicPart)
  },
  {
    name: 'owner-of-file',
    kind: 'user',
    atGroups: USER_WORDS,
    // With the group: `chown -R zorba:zorba data`.
    pattern:
      /\bchown(?: -{1,2}[\w-]{1,32}){0,3} (?<hit>[a-z_][\w.-]{0,31}(?::[a-z_][\w.-]{0,31})?)(?![\w/(:])/g,
    accept: (hit, whole) => hit.split(':').some((name) => isAccount(name, whole))
  },
  {
    name: 'user-of-command',
    kind: 'user',
    atGroups: USER_WORDS | HOST_WORDS,
    pattern: USER_OF_COMMAND,
    accept: isAccount
  },
  {
    name: 'announced-user',
    kind: 'user',
    atGroups: USER_WORDS,
    pattern:
      /(?:\b(?:user(?:[ _-]?(?:name|id))?|uname|login|account|owner|author|committer|assignee|logged in as|run(?:s|ning)? as|uid|principal|operator|handle|nick(?:name)?|screen[ _-]?name)["'`]?\s{0,2}[:=]\s{0,2}["'`]?(?:\d{1,6}\()?|\b(?:[Uu]ser|[Ll]ogin) (?:id |name )?["'`](?=\w)|(?:\b(?:sudo -u|su -|chown|useradd|userdel|usermod|adduser|passwd|id -u|logged in as|invalid user|session opened for user|Accepted password for|Failed password for(?: invalid user)?)|(?<=--)user(?:name)?|(?<=\b(?:for|as) )user|(?<=\w-)U)[ =])(?<hit>[a-z_][\w.-]{1,63}\$?)/gi,
    accept: isUserName
  },
  {
    name: 'announced-user',
    kind: 'user',
    literals: [' @'],
    pattern:
      /\b(?:ping|cc|thanks|thx|by|hey|hi|from|assign(?:ed to)?|ask) @(?<hit>[a-z_][\w.-]{1,63}\$?)(?![\w/])/gi,
    accept: isUserName
  },
  {
    name: 'announced-person',
    kind: 'user',
    atGroups: USER_WORDS,
    // `author ada_lovelace`, `assigned to jenkins_smith`.
    pattern:
      /\b(?:user(?:name)?|owner|author|login|committer|maintainer|assignee|reviewer|account|logged in|log in|(?:created|owned|written|maintained|reviewed)(?= by)|assigned(?= to))(?: (?:is|was|named|called|as|by|to|id))?[ :=]{1,3}["'`@]?(?<hit>[A-Za-z]{2,20}[_.-]?[A-Za-z]{2,20}\d{0,4})(?![\w.(-]*\w)/gi,
    accept: isPersonal
  },
  {
    name: 'announced-person',
    kind: 'user',
    groups: USER_WORDS,
    pattern:
      /(?<![\w./@-])(?<hit>[A-Za-z]{2,20}[_.-]?[A-Za-z]{2,20}\d{0,4}) (?:is|was|becomes) the (?:user|owner|author|committer|maintainer|assignee|reviewer)\b/g,
    accept: isPersonal
  },
  {
    name: 'announced-host',
    kind: 'host',
    atGroups: HOST_WORDS,
    pattern:
      /(?:\b(?:host(?:[ _-]?name)?|server(?:[ _-]?name)?|machine|node[ _-]?name|computer(?:[ _-]?name)?|workstation|domain|realm|gateway|nas|vm)["'`]?\s{0,2}[:=]\s{0,2}["'`]?|(?:\b(?:ssh|scp|sftp|telnet|ping|dig|nslookup|traceroute|mosh|rsync|nc|psql -h|mysql -h|redis-cli -h)|(?<=\w-)h|(?<=--)host)(?: -\w(?: \S{1,64})?)? {1,2})(?<hit>[a-z][a-z0-9]{0,31}(?:-[a-z0-9]{1,31}){0,6}(?:\.[a-z][a-z0-9-]{1,31}){0,4})(?![\w(/]|\.\w)/gi,
    accept: isAnnouncedHost
  },
  {
    name: 'reached-host',
    kind: 'host',
    atGroups: HOST_WORDS,
    // `SSH to NAME`, `scp the file to NAME`, `ping NAME`.
    pattern:
      /\b(?:(?:ssh|scp|sftp|telnet|mosh|rsync|ping|traceroute|curl|wget|nc)(?:ing|ed|s|ged|ging)? (?:into|to|from|at|against|onto)|(?:scp|sftp|rsync)(?:s|ed|ing)? (?:\S{1,64} ){1,4}(?:to|from)|(?:ping|curl|wget|traceroute|nslookup|dig)) ["'`]?(?<hit>[a-z][a-z0-9]{3,31}(?:-[a-z0-9]{1,31}){0,6})(?![\w(/-]|\.\w)/gi,
    accept: isReached
  },
  {
    name: 'reached-host',
    kind: 'host',
    groups: HOST_WORDS,
    pattern:
      /(?<![\w./-])(?<hit>[a-z][a-z0-9]{3,31}(?:-[a-z0-9]{1,31}){0,6}) (?:over|via|by|with|through) (?:ssh|scp|sftp|telnet|mosh|rsync)\b/gi,
    accept: isReached
  },
  {
    name: 'numbered-host',
    kind: 'host',
    needs: DIGIT,
    atGroups: PLACE_WORDS,
    pattern:
      /\b(?:on|host|server|machine|node|box|from|to|workstation|instance|vm) (?<hit>[a-z][a-z0-9]{0,31}(?:-[a-z0-9]{1,31}){0,6}(?:\.[a-z][a-z0-9-]{1,31}){0,4})(?![\w(/]|\.\w)/gi,
    accept: isNumberedHost
  },
  {
    name: 'log-host',
    kind: 'host',
    needs: COLON | DIGIT,
    at: [
      LINE_START | DIGIT_FIRST | FOUR | THEN_DASH,
      LINE_START | UPPER_FIRST | THREE | THEN_SPACE
    ],
    pattern:
      /(?:[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\S{8,24} )(?<hit>[A-Za-z][\w.-]{1,63})(?= [\w/.-]{1,64}(?:\[\d{1,7}\])?:)/g
  },
  {
    name: 'log-host',
    kind: 'host',
    needs: COLON | DIGIT | LESS,
    literals: ['>1 '],
    pattern: /(?<=^<\d{1,3}>1 \S{10,40} )[A-Za-z][\w.-]{1,63}(?= [\w/.-]{1,64}(?:\[\d{1,7}\])?:)/gm
  },
  {
    name: 'tilde-user',
    kind: 'user',
    pattern: /(?<![\w/~.=])~[a-z_][\w.-]{2,31}(?![\w/.])/g,
    needs: TILDE,
    accept: (hit) => !isLabel(hit.slice(1))
  }
]

/** Names of one label that are in no list; words and numbered names have rules of their own. */
function isReached(hit: string, whole: string): boolean {
  const words = hit.split('-')
  return (
    !isProse(hit, whole) &&
    mayBeHost(hit) &&
    words.some((word) => !/\d/.test(word) && isUnknown(word))
  )
}

/** Two names of a person in one identifier, and not `mark_read` or `cassandra_driver`. */
function isPersonal(hit: string): boolean {
  const [first = '', last = '', ...rest] = partsOf(hit).map((part) => part.toLowerCase())
  if (last === '' || rest.length > 0) return false
  if (GIVEN_NAMES.has(first)) return !isPublicTool(last)
  return isPersonName(first) && (isPersonName(last) || !isPublicPart(last))
}

/** `~mpmath.core.find`, `~prefix_with`: names in code, and not those of an account. */
function isLabel(hit: string): boolean {
  if (/\..*\./.test(hit)) return true
  return hit.includes('_') && partsOf(hit).every(isPublicPart) && !partsOf(hit).some(isPersonName)
}

export const accounts = layerOf(ACCOUNTS_RULES)

function isUserName(hit: string, whole: string): boolean {
  // "for user mappings" names no user.
  if (SCOPE.test(whole)) return false
  // `Operator: doOnTerminate`
  if (/[a-z][A-Z]/.test(hit) && partsOf(hit).every(isPublicPart)) return false
  if (/^user [a-z]/.test(whole) && /(?:s|ing|ed)$/.test(hit) && isDictionaryWord(hit)) return false
  return !/^(?:root|admin|user|name|id|null|none|undefined|string|true|false|nobody|www-data|is|the|a|an|and|or|to|in|must|can|process|this|self|req|request|default|guest|test|anonymous|postgres|ubuntu|ec2-user|node|pass|password|passwd|group|groups|gid|host|when|who|want|wants|which|has|have|had|will|with|without|on|from|if|as|at|by|of|not|may|should|for|are|was|were|see|input|data|agent|install|installs|space|does|do|support|option|options|flag|flags|argument|arguments|parameter|parameters)$/i.test(
    hit
  )
}

/** A name of an account that is no word: `mysql` and `staff` stay. */
function isAccount(hit: string, whole: string): boolean {
  return isUserName(hit, whole) && (isUnknown(hit) || isPersonName(hit))
}

/** A single label is a host only if it is numbered, or if a command or a key takes a host. */
function isAnnouncedHost(hit: string, whole: string): boolean {
  if (SCOPE.test(whole)) return false
  if (isNumberedHost(hit)) return true
  if (isSubject(hit, whole)) return false
  if (!mayBeHost(hit) || isProse(hit, whole)) return false
  return (
    /[-.]/.test(hit) || /[:=]["'`\s]*\S/.test(whole) || /^(?:ssh|scp|sftp|telnet|mosh)/i.test(whole)
  )
}

/** The scope of a commit: `server: add a timer`, `gateway: Fix ...`. */
const SCOPE =
  /^(?:server|domain|gateway|realm|host|machine|vm|nas|operator|account|login|handle|user) ?: (?:add|adds|allow|avoid|bump|change|check|clean|close|create|delete|disable|do|document|don|drop|enable|ensure|expose|extract|fix|fixes|handle|ignore|implement|improve|introduce|log|make|merge|move|only|optimi[sz]e|prevent|print|refactor|remove|rename|replace|report|return|revert|rework|set|simplify|skip|split|start|stop|support|switch|test|tidy|tweak|update|upgrade|use|wait|wrap|write)$/i

/** The tag of a subject, of public words: `domain:frontend`, `domain:billing-api`. */
function isSubject(hit: string, whole: string): boolean {
  if (!/^domain:\w/i.test(whole) || /[.\d]/.test(hit)) return false
  return partsOf(hit).every(
    (part) => isPublicPart(part) && (!GIVEN_NAMES.has(part.toLowerCase()) || isPackageWord(part))
  )
}

/** "ssh handling", "ping timeouts", "SFTP quote": the command as a noun, or the protocol. */
function isProse(hit: string, whole: string): boolean {
  const word = hit.toLowerCase()
  return (
    (/^(?:SSH|SCP|SFTP) /.test(whole) && isPublicWord(word)) ||
    (isDictionaryWord(word) && /(?:ing|ions?|ed|ers?|ments?|ts|ys|ls|es|ss)$/.test(word)) ||
    /^(?:support|key|agent|config|tunnel|login|access|command|and|or|in|to|for|with|from|into|as|via|protocol|port|url|remote|transport|backend|auth|test|tests|code|fix|issue|issues|is|not|does|a|on|when|by|util|library|module|mode|type|api|client|server|url|urls|session|user|host|clone|path|address|proxy|command|terminal|retry|plugins?|fingerprint|roundtrips?|algorithm|cipher|channel|socket|stream|subsystem|handshake|banner|error|failure|bug)$/.test(
      word
    )
  )
}

/** Types, systems and tools with a version: `int64`, `Tru64`, `jest28`. */
const NUMBERED =
  /^(?:u?int|float|complex|aix|tru|hpux|rhel|el|gtk|qt|php|py|ruby|rails|java|jdk|jre|vue|react|angular|babel|webpack|bootstrap|jest|jasmine|mocha|helm|junit|math|commons-math|sqlite|openssl|log4j|css|html|xhtml|oauth|openapi|lua|perl|opengl|gl|pycompat)-?\d{1,3}$/i

function isNumberedHost(hit: string): boolean {
  // `nightly-2025-02-07`; `from Log4j2`, `to HttpCore5`: names of libraries, and not `Prod3`.
  if (/^(?:nightly|beta|stable|snapshot)-20\d\d-\d\d-\d\d$/.test(hit)) return false
  if (NUMBERED.test(hit)) return false
  if (/^[A-Z]/.test(hit) && isLibrary(hit) && partsOf(hit).every(isPublicPart)) return false
  const bases = hit.match(/[a-z]{4,}(?=\d)/gi) ?? []
  if (bases.some((base) => isPackageWord(base.toLowerCase()))) return false
  if (/^(?:(?:main|master|nightly|sha)-)?[a-f\d]{7,10}$/.test(hit) || /^non-\d/.test(hit))
    return false
  const isNumbered = /[a-z]-?\d{1,4}$|-\d{1,4}-|^[a-z]{2,12}\d{1,3}-/i.test(hit)
  return isNumbered && /-|[a-z]{3}\d/i.test(hit) && mayBeHost(hit)
}

function isLibrary(hit: string): boolean {
  return /[a-z][A-Z]|\d[a-z]+\d/.test(hit) || isTechnicalWord(hit.replace(/\d+$/, '').toLowerCase())
}

function mayBeHost(hit: string): boolean {
  return !(
    /^(?:localhost|null|none|undefined|true|false|string|the|a|an|this|your|name|is|example)$/i.test(
      hit
    ) ||
    /^(?:utf|sha|md|es|gpt|http|h|v|ipv|rfc|iso|node|python|x|arm|armv|amd|aarch|riscv|ppc|mips|sparc|loongarch|win|pep|koi|xxh|gcc|ghsa|gh|issue|cve|mp|base|cp|latin|ms|us|eu|ap)-?\d/i.test(
      hit
    )
  )
}
