/**
 * Layer 1: secrets. Keys between delimiters, values announced by a word or a header, credentials in
 * addresses and commands, then tokens that are random enough to be a key.
 */
import { entropyOf, isOpaque, isRandom } from '../words/entropy.ts'
import {
  HEADER_WORDS,
  LOGIN_WORDS,
  SECRET_ENDINGS,
  SECRET_WORDS,
  SESSION_ENDINGS
} from '../reading/context-words.ts'
import {
  AT,
  COLON,
  DASH,
  DIGIT,
  EQUALS,
  LONG_WORD,
  QUOTE,
  SEMICOLON,
  SLASH
} from '../reading/text-features.ts'
import { OPAQUE } from '../reading/scanned-text.ts'
import { COMMAND_SECRET_RULES } from './command-secrets.ts'
import { DECLARED_SECRET_RULES } from './declared-secrets.ts'
import { PROVIDER_KEYWORDS } from './providers.ts'
import { isPublicWord } from '../words/vocabulary.ts'
import { findAll, inLongWords, layerOf } from './rule.ts'
import { isMachineValue, isProseValue, SECRET_KEYWORDS } from './secret-values.ts'
import {
  CAMEL,
  FROM_26,
  HAS_DIGIT,
  ONLY_HEX,
  THEN_COLON,
  THEN_SPACE,
  TWO,
  ZERO_FIRST
} from '../reading/shapes.ts'
import type { Layer, Rule } from './rule.ts'

/** What a secret is for: "the password of the router". Behind it only a value that is no word counts. */
const PURPOSE =
  '(?:(?: (?:for|of|on|to|at) (?:the|our|my|your|this|that|an?)(?: [\\w.@-]{1,32}){1,2}){1,2})'

const WORD_RULES: readonly Rule[] = [
  {
    name: 'ethereum-key',
    kind: 'secret',
    at: [ZERO_FIRST | FROM_26],
    pattern: /\b0x[0-9a-fA-F]{40,128}\b/g
  },
  {
    name: 'bitcoin',
    kind: 'secret',
    at: [HAS_DIGIT | FROM_26],
    pattern:
      /\b(?:bc1[a-z0-9]{25,60}|[xyz](?:prv|pub)[A-Za-z0-9]{50,120}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51}|[13][1-9A-HJ-NP-Za-km-z]{26,34})\b/g,
    accept: (hit) => /\d/.test(hit) && entropyOf(hit) > 3.5
  },
  {
    name: 'long-hex',
    kind: 'secret',
    at: [ONLY_HEX | HAS_DIGIT | FROM_26, ONLY_HEX | CAMEL | FROM_26],
    // Not the hash of a commit: `Revert ...`, `bump the action from ... to ...`, `owner/name@...`.
    pattern:
      /(?<![\p{L}\d])(?!(?=[0-9a-f]{40}(?![\p{L}\d]))(?<=\b(?:[Cc]ommits?|(?:introduced|broken|broke|regressed|regression|changed|changes?|added|removed|missed|speed-up|classes|code|copyediting|typos?|leftovers?) (?:from|in|by|of|with)|[Vv]endor(?:ing)?(?:: update| in)(?:(?![Tt]oken|TOKEN|[Kk]ey|KEY|[Ss]ecret|SECRET|[Pp]ass|PASS|[Cc]red|CRED|[Aa]uth|AUTH|[Ss]alt|SALT)[^\n]){1,120}|[Cc]hangesets?|[Rr]evision|[Rr]evert(?:s|ed|:)?(?: commit)?|[Cc]herry[- ]pick(?:ed)?(?: from)?|(?:[Bb]ump|(?:[Rr]e)?[Vv]endor(?:ed)?|[Uu]pdate)\b(?:(?![Tt]oken|TOKEN|[Kk]ey|KEY|[Ss]ecret|SECRET|[Pp]ass|PASS|[Cc]red|CRED|[Aa]uth|AUTH|[Ss]alt|SALT)[^\n]){1,120}(?: from| to|:)|(?:[Bb]ump|[Vv]endor:?|[Uu]pdate) (?:(?![Tt]oken|TOKEN|[Kk]ey|KEY|[Ss]ecret|SECRET|[Pp]ass|PASS|[Cc]red|CRED|[Aa]uth|AUTH|[Ss]alt|SALT)[\w.-]){1,40}\/(?:(?![Tt]oken|TOKEN|[Kk]ey|KEY|[Ss]ecret|SECRET|[Pp]ass|PASS|[Cc]red|CRED|[Aa]uth|AUTH|[Ss]alt|SALT)[\w.-]){1,60}) ["'`]?|\w\/[\w.-]{1,100}@))[0-9a-fA-F]{32,512}(?![\p{L}\d])/gu
  }
]

const RANDOM: Rule = {
  name: 'random',
  kind: 'secret',
  pattern: /(?<![\w+/=-])[A-Za-z0-9+_=-](?:[A-Za-z0-9+/_=-]{14,4095})[A-Za-z0-9=_]/g,
  accept: (hit) => isRandom(hit) && !/^(?:GHSA|CVE|RUSTSEC|PYSEC)-/.test(hit)
}

const RULES: readonly Rule[] = [
  {
    name: 'mnemonic',
    kind: 'secret',
    atGroups: LOGIN_WORDS,
    pattern:
      /\b(?:seed|mnemonic|recovery)(?: (?:phrase|words?))?(?: is| was)?\s{0,2}[:=]?\s{1,3}["']?(?<hit>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})\b/gi
  },
  {
    name: 'connection-string',
    kind: 'secret',
    needs: EQUALS | SEMICOLON,
    pattern:
      /\b(?:password|pwd|user id|uid|initial catalog|data source|accountkey|sharedaccesskey|endpoint)\s?=\s?(?<hit>[^;\n"']{2,512})(?=;)/gi
  },
  {
    name: 'said-before',
    kind: 'secret',
    needs: DIGIT,
    groups: SECRET_ENDINGS,
    pattern:
      /(?<!\S)["'`]?(?<hit>(?=[^\s"'`]{0,128}[\d!@#$%^&*])[^\s"'`]{4,128})["'`]? (?:is|was|as) (?:the|my|our|his|her|their|its|a) (?:[\w-]{1,24} ){0,3}(?:pass(?:word|code|phrase)|secret|token|key|pin)\b/gi
  },
  {
    name: 'said-after',
    kind: 'secret',
    needs: DIGIT,
    atGroups: LOGIN_WORDS,
    pattern:
      /(?:\b|(?<=\b2))(?:(?:password|passwd|passphrase|pass|pwd|pw|creds|credentials|secret|token|login \S{1,64} [/|,])[ :]{1,2}["'`]?(?<hit>(?=[^\s"'`]{0,64}\d)(?=[^\s"'`]{0,64}[A-Za-z])[^\s"'`,;()<>]{6,128})|(?:pin|otp|totp|passcode|verification code|(?<=2)fa code)(?: is)?[ :=]{1,3}(?<hit>\d{4,10})\b)/gi
  },
  {
    name: 'private-key',
    kind: 'secret',
    literals: ['-----'],
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|MESSAGE|CERTIFICATE|PUBLIC KEY|PARAMETERS)[A-Z ]{0,20}-----(?:[^-]|-(?!----)){0,20000}-----END [A-Z0-9 ]{0,60}-----/g,
    needs: DASH
  },
  {
    name: 'putty-key',
    kind: 'secret',
    literals: ['PuTTY'],
    pattern: /PuTTY-User-Key-File-\d(?:[^P]|P(?!uTTY|rivate-MAC)){0,20000}Private-MAC: \w+/g,
    needs: DASH
  },
  {
    name: 'ssh-public-key',
    kind: 'secret',
    needs: DASH | LONG_WORD,
    atGroups: HEADER_WORDS,
    pattern:
      /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-[\w-]{4,20}|sk-[\w-]{4,30}@openssh\.com) [A-Za-z0-9+/=]{16,}(?: [^\s@]{1,64}@[^\s]{1,64})?/g
  },
  {
    name: 'cookie',
    kind: 'secret',
    needs: EQUALS,
    atGroups: HEADER_WORDS,
    pattern:
      /\b(?:set-)?cookie2?["']?\s{0,3}[:=]\s{0,3}(?<hit>["']?[\w!#$%&*.^|~-]{1,128}=[^\n"']{1,4096})/gi
  },
  {
    name: 'session-cookie',
    kind: 'secret',
    needsAny: EQUALS | COLON,
    groups: SESSION_ENDINGS,
    pattern:
      /\b(?:[A-Za-z]{0,32}(?:sess(?:ion)?(?:[_-]?(?:id|token|key))?|sid)|csrf(?:_?token)?|xsrf-token|remember_token)["']?\s{0,2}[=:]\s{0,2}["']?(?<hit>[\w%+/=.:-]{6,512})/gi,
    accept: isOpaque
  },
  {
    name: 'authorization',
    kind: 'secret',
    needsAny: EQUALS | COLON,
    atGroups: HEADER_WORDS,
    pattern:
      /\b(?:authorization|x-[a-z-]{0,32}(?:key|token|auth|secret))["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|digest|token|apikey|negotiate|ntlm|aws4-hmac-sha256)\s{1,3})?(?<hit>[^\s"'`,;<>]{4,4096})/gi,
    accept: isMachineValue
  },
  {
    name: 'bearer',
    kind: 'secret',
    atGroups: HEADER_WORDS,
    pattern: /\b(?:bearer|basic|digest)\s{1,3}(?<hit>[\w+/=.~:-]{12,4096})/gi,
    accept: (hit) => isOpaque(hit) || !isPublicWord(hit.toLowerCase())
  },
  {
    name: 'url-credentials',
    kind: 'secret',
    literals: ['://'],
    pattern: /:\/\/(?<hit>[^\s/@:<>]{0,256}:[^\s/@<>]{1,256})@/g,
    needs: SLASH | AT | COLON
  },
  {
    name: 'credentials-at-host',
    kind: 'secret',
    pattern: /(?<![\w.:/@-])(?<hit>[\w.+-]{1,64}:[^\s:@/"'`<>()]{3,128})@(?=[\w[(])/g,
    needs: AT | COLON
  },
  ...DECLARED_SECRET_RULES,
  {
    name: 'spoken',
    kind: 'secret',
    groups: SECRET_ENDINGS,
    atGroups: SECRET_WORDS,
    pattern: new RegExp(
      `\\b(?:${SECRET_KEYWORDS})s?(?: (?:for|of|on|to|at) [\\w.@-]{1,32}){0,2},?\\s{1,3}(?:is|was|are|were|to|remains|becomes)\\s{1,3}(?:now |still )?["'\`]?(?<hit>[^\\s"'\`,;<>()[\\]{}]{3,512}(?<![.!?]))`,
      'gi'
    ),
    // "A pass to ..." and "a token to ..." state a purpose.
    accept: (hit, whole) =>
      isProseValue(hit) &&
      (isOpaque(hit) ||
        !/^(?:pass|pin|token|secret|nonce|salt|webhook|bearer|credential)s? to /i.test(whole))
  },
  {
    name: 'purpose',
    kind: 'secret',
    needs: DIGIT,
    groups: SECRET_ENDINGS,
    pattern: new RegExp(
      `\\b(?:${SECRET_KEYWORDS})s?${PURPOSE},?\\s{0,3}(?::=|=>|[:=]|\\s(?:is|was|are|were|remains|becomes))\\s{1,3}(?:now |still )?["'\`]?(?<hit>[^\\s"'\`,;<>()[\\]{}]{3,512}(?<![.!?]))`,
      'gi'
    ),
    accept: (hit) => /\d/.test(hit) && isProseValue(hit)
  },
  ...COMMAND_SECRET_RULES,
  {
    name: 'wifi-code',
    kind: 'secret',
    literals: ['WIFI:'],
    pattern: /\bWIFI:(?:[A-Z]\d?:[^;\n]{0,128};){1,6};?/g
  },
  {
    name: 'netrc',
    kind: 'secret',
    atGroups: LOGIN_WORDS,
    pattern: /\b(?:login\s{1,3}\S{1,128}\s{1,3})(?:password|account)\s{1,3}(?<hit>\S{3,256})/gi
  },
  {
    name: 'provider-key',
    kind: 'secret',
    pattern: new RegExp(
      `(?:${PROVIDER_KEYWORDS.map((name) => RegExp.escape(name)).join('|')})[\\w .-]{0,24}["'\`\\]]{0,2}\\s{0,3}(?::=|=>|\\|\\||[:=,>])\\s{0,3}["'\`]{0,2}(?<hit>[\\w.=+/:-]{12,512})`,
      'gi'
    ),
    needs: LONG_WORD,
    needsAny: COLON | EQUALS | QUOTE,
    accept: (hit) => /\d/.test(hit) && isOpaque(hit) && !/^[a-z]+:\/\//.test(hit)
  },
  {
    name: 'hex-pairs',
    kind: 'secret',
    needs: DIGIT,
    at: [ONLY_HEX | TWO | THEN_COLON, ONLY_HEX | TWO | THEN_SPACE],
    pattern: /(?<![\w:])(?:[0-9a-fA-F]{2}[: ]){11,}[0-9a-fA-F]{2}(?![\w:])/g
  }
]

export const SECRET_RULES: readonly Rule[] = [...RULES, ...WORD_RULES]
const rules = layerOf(SECRET_RULES)
const random = inLongWords(OPAQUE, (word, found) =>
  findAll(RANDOM, word, (from, to) => found(from, to, 'secret', 'random'))
)

export const secrets: Layer = (draft, mark) => {
  rules(draft, mark)
  if ((draft.features & LONG_WORD) !== 0) random(draft, mark)
}
