/** Identifiers of clouds, clusters and services: resources, requests, sessions, tickets. */
import { isPublicCode } from '../../public-codes/index.ts'
import {
  BUCKET_WORDS,
  CLUSTER_WORDS,
  REQUEST_ENDINGS,
  SCOPE_WORDS
} from '../reading/context-words.ts'
import { COLON, DIGIT, EQUALS, LONG_WORD, SLASH } from '../reading/text-features.ts'
import { layerOf } from './rule.ts'
import {
  DIGIT_FIRST,
  FROM_12,
  FROM_26,
  FROM_8,
  HAS_UPPER,
  LONG_NUMBER,
  LOWER_FIRST,
  ONLY_DIGITS,
  ONLY_HEX,
  THEN_DASH,
  THEN_SIGN,
  UPPER_FIRST
} from '../reading/shapes.ts'
import { isTechnicalWord } from '../words/vocabulary.ts'
import type { Rule } from './rule.ts'

/** Prefixes of standards and versions that look like those of tickets. */
const PUBLIC_PREFIXES: ReadonlySet<string> = new Set(
  'AES ANSI ASCII BIP CDRIVER CLANG CP CPYTHON CSS CVE CWE DES DIN EBCDIC ECMA EIP EN ERC ES FIPS GB GCC GHC GHSA GH GODRIVER GPT HHH HTTP IEC IEEE IP ISO ISSUE JDK JEP JIS JSR KEP KIP KOI LATIN LLVM MD MDEV MP MPEG MSVC NIST OAUTH OWASP PEP PKCS POSIX PYPY QTBUG RC RFC RSA SHA SPDX SSE TC39 TLS UCS UTC UTF US WCAG WINDOWS X XEP'.split(
    ' '
  )
)

/** Before secrets, since parts of these look like keys. */
export const CLOUD_IDS_RULES: readonly Rule[] = [
  {
    name: 'arn',
    kind: 'id',
    literals: ['arn:'],
    pattern: /\barn:(?:aws[\w-]{0,12}|[a-z]{2,12}):[^\s"'`<>,;]{4,512}/g,
    needs: COLON
  },
  {
    name: 'aws-resource',
    kind: 'id',
    needs: DIGIT,
    at: [LOWER_FIRST | THEN_DASH],
    pattern:
      /(?<![\w-])(?:i|vpc|vpce|subnet|sg|sgr|ami|aki|ari|vol|snap|eni|igw|rtb|acl|nat|eipalloc|eipassoc|lt|tgw|cgw|vgw|pcx|dopt|fs|fsap|db|cluster|elb|app|net|key|lb|r|d|ou|o|ws|mi|pl|rtbassoc|env|stack)-(?=[a-z]*\d|\d)[0-9a-f]{8,17}(?![\w-])/g
  },
  {
    name: 'kubernetes-pod',
    kind: 'host',
    needs: DIGIT,
    at: [LOWER_FIRST | THEN_DASH],
    pattern: /(?<![\w.-])[a-z][a-z0-9-]{1,200}-(?=[a-z]*\d|\d)[a-z0-9]{6,10}-[a-z0-9]{5}(?![\w-])/g
  },
  {
    name: 'uuid',
    kind: 'id',
    needs: DIGIT | LONG_WORD,
    near: [FROM_8 | THEN_DASH, FROM_8 | THEN_SIGN],
    pattern: /(?<![0-9a-f])[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}(?![0-9a-f])/gi
  }
]

export const cloudIds = layerOf(CLOUD_IDS_RULES)

/** Of a standard or a proposal, or named after a public product: `KAFKA-1234`. */
function isPublicTracker(prefix: string): boolean {
  return (
    PUBLIC_PREFIXES.has(prefix) || (prefix.length >= 5 && isTechnicalWord(prefix.toLowerCase()))
  )
}

function isClusterName(hit: string): boolean {
  return !/^(?:default|kube-system|is|the|of|in|and|for|with|as|to|on|at|by|from|or|not|if|when|it|this|index|core|api|op|v\d|(?:hw|kern|net|vm)\.\w+)$/.test(
    hit
  )
}

export const RESOURCES_RULES: readonly Rule[] = [
  {
    name: 'cloud-scope',
    kind: 'id',
    needs: SLASH,
    groups: SCOPE_WORDS,
    pattern:
      /(?<![\w/])\/?(?:projects|subscriptions|organizations|folders|resourceGroups|accounts|billingAccounts|tenants|zones|buckets|instances|clusters|namespaces)\/[\w.:-]{2,128}(?:\/[\w.:@-]{1,128}){0,16}/gi,
    accept: (hit) => hit.split('/').filter((part) => part !== '').length >= 3 || /\d/.test(hit)
  },
  {
    name: 'short-hex',
    kind: 'id',
    at: [ONLY_HEX | FROM_12],
    pattern:
      /(?<![\w-])(?<!\b(?:[Cc]ommits?|[Cc]hangesets?|[Rr]evision|[Rr]evert(?:s|ed|:)?|[Ss]ynced with|unused since|as in) )(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,31}(?![\w-])/g
  },
  {
    name: 'account-number',
    kind: 'id',
    at: [DIGIT_FIRST | LONG_NUMBER | FROM_12],
    pattern: /(?<![\w.-])\d{12}(?:(?=\.dkr\.)|(?![\w.-]*\d))/g
  },
  {
    name: 'long-number',
    kind: 'id',
    at: [DIGIT_FIRST | LONG_NUMBER | FROM_12],
    pattern: /(?<![\w.,+-])\d{14,40}(?![\w.,]*\d)/g
  },
  {
    name: 'announced-request',
    kind: 'id',
    needs: DIGIT,
    groups: REQUEST_ENDINGS,
    pattern:
      /(?:(?:request|req|trace|span|correlation|session|sess|transaction|txn|tx|message|msg|event|job|run|task|build|deploy(?:ment)?|execution|invocation|account|user|customer|tenant|org(?:anization)?|workspace|project|order|device|installation|subscription|client|instance|machine|container|image|object|row|record|member|team|channel|chat|guild|app)[ _.-]?id|x-amz-[\w-]{1,32}|x-[a-z-]{0,20}(?:request|trace|correlation)[a-z-]{0,20}|traceparent|cf-ray|etag|ticket|incident|case)["'`]?\s{0,2}(?:[:=#]|is|was|\s)\s{0,2}["'`(]{0,2}(?<hit>(?=[\w.:-]{0,64}\d)[A-Za-z0-9][\w.:-]{3,127})/gi,
    accept: (hit) => /[A-Za-z]/.test(hit) || hit.length >= 4
  },
  {
    name: 'prefixed-id',
    kind: 'id',
    needs: DIGIT,
    at: [LOWER_FIRST | THEN_SIGN],
    pattern: /(?<![\w.-])[a-z]{2,12}_(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{10,64}(?![\w-])/g
  },
  {
    name: 'ulid',
    kind: 'id',
    at: [DIGIT_FIRST | HAS_UPPER | FROM_26, ONLY_DIGITS | FROM_26],
    pattern: /(?<![\w-])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![\w-])/g
  },
  {
    name: 'kubernetes-name',
    kind: 'host',
    atGroups: CLUSTER_WORDS,
    pattern:
      /(?:(?:(?<=\s-)n|(?<=\s--)(?:namespace|context|cluster|kubeconfig))[ =]|(?<![\w/])(?:pods?|po|deployments?|deploy|deployment\.apps|services?|svc|statefulsets?|sts|daemonsets?|ds|jobs?|cronjobs?|configmaps?|cm|secrets?|ingress(?:es)?|ns|namespaces?|nodes?|pvc|pv)\/)(?<hit>[a-z0-9][a-z0-9.-]{1,252})/g,
    accept: isClusterName
  },
  {
    name: 'kubernetes-name',
    kind: 'host',
    needs: COLON,
    atGroups: CLUSTER_WORDS,
    // Not the scope of a commit: `context: inherit the deadline`.
    pattern:
      /\b(?:namespace|context|cluster):\s{1,2}["']?(?<hit>[a-z0-9][a-z0-9.-]{1,252})(?![a-z0-9.-]| [A-Za-z]{2,20} [a-z])/g,
    accept: isClusterName
  },
  {
    name: 'ticket',
    kind: 'id',
    needs: DIGIT,
    at: [UPPER_FIRST | THEN_DASH],
    pattern: /(?<![\w-])[A-Z][A-Z0-9]{1,9}-\d{2,7}(?![\w-])/g,
    accept: (hit) => !isPublicTracker(hit.slice(0, hit.indexOf('-'))) && !isPublicCode(hit)
  },
  {
    name: 'bucket',
    kind: 'id',
    needsAny: COLON | EQUALS,
    atGroups: BUCKET_WORDS,
    pattern:
      /\b(?:bucket|container registry|registry|queue|topic|database|schema|keyspace|index|dataset|table|db)(?:[ _-]?name)?["'`]?\s{0,2}[:=]\s{0,2}["'`]?(?<hit>[A-Za-z][\w.-]{2,128})/gi,
    accept: (hit) => /[-_.\d]/.test(hit)
  }
]

export const resources = layerOf(RESOURCES_RULES)
