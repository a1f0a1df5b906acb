/**
 * Layer 1: secrets. Token formats of their issuers, keys between markers, values that a word or a
 * header announces, credentials in addresses and commands, then what is random enough to be a key.
 */
import { entropyOf, isOpaque, isRandom } from './entropy.ts'
import {
  ANNOUNCED,
  AT,
  COLON,
  DASH,
  DIGIT,
  EQUALS,
  LESS,
  LONG_RUN,
  LONG_WORD,
  QUOTE,
  SLASH
} from './features.ts'
import { ANNOUNCING_PROVIDERS, TOKEN_FORMATS } from './providers.ts'
import { isPublicWord } from './vocabulary.ts'
import { inLongWords, layerOf } from './rule.ts'
import type { TokenFormat } from './providers.ts'
import type { Layer, Mark, Rule } from './rule.ts'

/** Formats that begin with a literal of three characters or more: looked for in every long word. */
const MARKED = searchOf(TOKEN_FORMATS.filter(({ keywords }) => keywords.every(isTelling)))
/** The others: looked for in long words that have digits. */
const UNMARKED = searchOf(TOKEN_FORMATS.filter(({ keywords }) => !keywords.every(isTelling)))

/** Words that announce a secret, at the end of a name: DB_PASSWORD, apiKey, client-secret. */
const ANNOUNCING =
  'pass(?:word|wd|phrase|code|wort)?|passwd|pwd|pw|pin|secret|token|credentials?|creds|api[ _-]?key|apikey|access[ _-]?key(?:[ _-]?id)?|account[ _-]?key|auth[ _-]?key|(?:signing|encryption|private|master|session|client|license|licence|ssh|deploy|service|storage|shared|webhook|host|admin)[ _-]?key|key[ _-]?(?:secret|material)|secret[ _-]?(?:key|id|access[ _-]?key)|salt|otp|totp|seed[ _-]?phrase|mnemonic|recovery[ _-]?code|connection[ _-]?string|dsn|webhook|bearer|jwt|nonce'

/** What stands where a secret would, in a declaration or a description of one. */
const NO_SECRET =
  /^(?:true|false|null|none|nil|undefined|string|str|number|int|boolean|bool|bytes?|object|any|unknown|void|optional|required|text|varchar|char|env|process\.env[\w.]*|os\.environ.*|\$\{?[\w.]+\}?|%\w+%|\{\{.*|\*+|x{3,}|\.{2,}|<.*|\[.*|this\..*|self\..*|config\..*|options\..*|await|new|function|async|require|import|return|typeof|keyof|readonly)$/i

const NO_VALUE_WORD =
  /^(?:an?|the|to|in|that|how|not|too|only|also|now|never|always|no|on|of|for|from|by|with|as|at|or|and|is|it|its|set|kept|sent|read|lost|stored|used|valid|invalid|wrong|right|correct|incorrect|missing|expired|empty|blank|needed|optional|required|mandatory|present|absent|available|secure|safe|weak|strong|public|private|long|short|simple|just|still|already|being|been|more|less|one|what|when|where|why|who|whatever|case|important|unique|random|null|undefined|true|false|per|like|about|your|our|my|their|his|her|all|both|part)$/i

function isMachineValue(hit: string): boolean {
  return !NO_SECRET.test(hit) && !hit.endsWith('(') && !/^[\w.]+\(\)?$/.test(hit)
}

/** In prose any word may follow, so only what is not one counts, or what no sentence goes on with. */
function isSpokenValue(hit: string): boolean {
  if (!isMachineValue(hit)) return false
  return isOpaque(hit) || !(NO_VALUE_WORD.test(hit) || /(?:ed|ing|ble|ly)$/.test(hit))
}

const WORD_RULES: readonly Rule[] = [
  { name: 'ethereum-key', kind: 'secret', pattern: /\b0x[0-9a-fA-F]{40,128}\b/g, needs: LONG_WORD },
  {
    name: 'bitcoin',
    kind: 'secret',
    pattern:
      /\b(?:bc1[a-z0-9]{25,60}|[xyz](?:prv|pub)[A-Za-z0-9]{50,120}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51}|[13][1-9A-HJ-NP-Za-km-z]{26,34})\b/g,
    needs: LONG_WORD | DIGIT,
    accept: (hit) => /\d/.test(hit) && entropyOf(hit) > 3.5
  },
  {
    name: 'long-hex',
    kind: 'secret',
    pattern: /(?<![\p{L}\d])[0-9a-fA-F]{32,512}(?![\p{L}\d])/gu,
    needs: LONG_WORD
  },
  {
    name: 'random',
    kind: 'secret',
    pattern: /(?<![\w+/=-])[A-Za-z0-9+_=-](?:[A-Za-z0-9+/_=-]{14,4095})[A-Za-z0-9=_]/g,
    needs: LONG_WORD,
    accept: isRandom
  }
]

const RULES: readonly Rule[] = [
  {
    name: 'mnemonic',
    kind: 'secret',
    pattern:
      /\b(?:seed|mnemonic|recovery)(?: (?:phrase|words?))?(?: is| was)?\s{0,2}[:=]?\s{1,3}["']?(?<hit>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})\b/gi,
    needs: ANNOUNCED
  },
  {
    name: 'connection-string',
    kind: 'secret',
    pattern:
      /\b(?:password|pwd|user id|uid|initial catalog|data source|accountkey|sharedaccesskey|endpoint)\s?=\s?(?<hit>[^;\n"']{2,512})(?=;)/gi,
    needs: EQUALS
  },
  {
    name: 'said-before',
    kind: 'secret',
    pattern:
      /(?<!\S)["'`]?(?<hit>(?=[^\s"'`]{0,128}[\d!@#$%^&*])[^\s"'`]{4,128})["'`]? (?:is|was|as) (?:the|my|our|his|her|their|its|a) (?:[\w-]{1,24} ){0,3}(?:pass(?:word|code|phrase)|secret|token|key|pin)\b/gi,
    needs: DIGIT | ANNOUNCED
  },
  {
    name: 'said-after',
    kind: 'secret',
    pattern:
      /\b(?:(?:password|passwd|passphrase|pass|pwd|pw|creds|credentials|secret|token|login \S{1,64} [/|,])[ :]{1,2}["'`]?(?<hit>(?=[^\s"'`]{0,64}\d)(?=[^\s"'`]{0,64}[A-Za-z])[^\s"'`,;()<>]{6,128})|(?:pin|otp|totp|passcode|verification code|2fa code)(?: is)?[ :=]{1,3}(?<hit>\d{4,10})\b)/gi,
    needs: DIGIT | ANNOUNCED
  },
  {
    name: 'private-key',
    kind: 'secret',
    literal: '-----',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE KEY|MESSAGE|CERTIFICATE|PUBLIC KEY|PARAMETERS)[A-Z ]{0,20}-----(?:[^-]|-(?!----)){0,20000}-----END [A-Z0-9 ]{0,60}-----/g,
    needs: DASH
  },
  {
    name: 'putty-key',
    kind: 'secret',
    literal: 'PuTTY',
    pattern: /PuTTY-User-Key-File-\d(?:[^P]|P(?!uTTY|rivate-MAC)){0,20000}Private-MAC: \w+/g,
    needs: DASH
  },
  {
    name: 'ssh-public-key',
    kind: 'secret',
    pattern:
      /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-[\w-]{4,20}|sk-[\w-]{4,30}@openssh\.com) [A-Za-z0-9+/=]{16,}(?: [^\s@]{1,64}@[^\s]{1,64})?/g,
    needs: DASH | LONG_WORD
  },
  {
    name: 'cookie',
    kind: 'secret',
    pattern:
      /\b(?:set-)?cookie2?["']?\s{0,3}[:=]\s{0,3}(?<hit>["']?[\w!#$%&*.^|~-]{1,128}=[^\n"']{1,4096})/gi,
    needs: EQUALS
  },
  {
    name: 'session-cookie',
    kind: 'secret',
    pattern:
      /\b(?:[A-Za-z]{0,32}(?:sess(?:ion)?(?:[_-]?(?:id|token|key))?|sid)|csrf(?:_?token)?|xsrf-token|remember_token)["']?\s{0,2}[=:]\s{0,2}["']?(?<hit>[\w%+/=.:-]{6,512})/gi,
    needsOne: EQUALS | COLON,
    accept: isOpaque
  },
  {
    name: 'authorization',
    kind: 'secret',
    pattern:
      /\b(?:authorization|x-[a-z-]{0,32}(?:key|token|auth|secret))["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|digest|token|apikey|negotiate|ntlm|aws4-hmac-sha256)\s{1,3})?(?<hit>[^\s"'`,;<>]{4,4096})/gi,
    needsOne: COLON | EQUALS,
    accept: isMachineValue
  },
  {
    name: 'bearer',
    kind: 'secret',
    pattern: /\b(?:bearer|basic|digest)\s{1,3}(?<hit>[\w+/=.~:-]{12,4096})/gi,
    needs: ANNOUNCED,
    accept: (hit) => isOpaque(hit) || !isPublicWord(hit.toLowerCase())
  },
  {
    name: 'url-credentials',
    kind: 'secret',
    literal: '://',
    pattern: /:\/\/(?<hit>[^\s/@:<>]{0,256}:[^\s/@<>]{1,256})@/g,
    needs: SLASH | AT | COLON
  },
  {
    name: 'credentials-at-host',
    kind: 'secret',
    pattern: /(?<![\w.:/@-])(?<hit>[\w.+-]{1,64}:[^\s:@/"'`<>()]{3,128})@(?=[\w[(])/g,
    needs: AT | COLON
  },
  {
    name: 'announced',
    kind: 'secret',
    pattern: new RegExp(
      `(?:${ANNOUNCING})s?["'\`\\]]{0,2}\\s{0,3}(?::=|=>|==|\\?=|[:=>]|\\|\\|)\\s{0,3}["'\`]{0,3}(?<hit>[^\\s"'\`,;<>()[\\]{}]{3,512})`,
      'gi'
    ),
    needsOne: COLON | EQUALS | LESS,
    accept: isMachineValue
  },
  {
    name: 'announced-quoted',
    kind: 'secret',
    pattern: new RegExp(
      `(?:${ANNOUNCING})s?["'\`\\]]{0,2}\\s{0,3}(?::=|=>|==|\\?=|[:=>]|\\|\\||is|was)\\s{0,3}(?:"(?<hit>[^"\\n]{3,512})"|'(?<hit>[^'\\n]{3,512})')`,
      'gi'
    ),
    needs: QUOTE,
    accept: isMachineValue
  },
  {
    name: 'spoken',
    kind: 'secret',
    pattern: new RegExp(
      `\\b(?:${ANNOUNCING})s?(?: (?:for|of|on|to|at) [\\w.@-]{1,32}){0,2},?\\s{1,3}(?:is|was|are|were|to|remains|becomes)\\s{1,3}(?:now |still )?["'\`]?(?<hit>[^\\s"'\`,;<>()[\\]{}]{3,512}(?<![.!?]))`,
      'gi'
    ),
    needs: ANNOUNCED,
    accept: isSpokenValue
  },
  {
    name: 'command-option',
    kind: 'secret',
    pattern:
      /(?<=\s)(?:--(?:[a-z-]{0,24}(?:pass(?:word|wd|phrase)?|pwd|token|secret|key))(?:=|\s{1,3})|-p\s{0,1}(?=\S*[\d!@#$%^&*])|-a\s(?=\S*[\d!@#$%^&*])|-u\s{0,2}(?=[\w.@-]{1,64}:))["']?(?<hit>[^\s"'-][^\s"']{2,256})/g,
    needs: DASH,
    accept: (hit) => isMachineValue(hit) && !/^\d{1,5}(?::\d{1,5})?$/.test(hit)
  },
  {
    name: 'sql-password',
    kind: 'secret',
    pattern:
      /\b(?:identified\s{1,3}(?:with\s\w{1,40}\s)?by|password)\s{1,3}'(?<hit>[^'\n]{1,256})'/gi,
    needs: QUOTE
  },
  {
    name: 'markup-password',
    kind: 'secret',
    pattern:
      /(?:password|token|secret|apikey|key)"?\s{1,3}value\s{0,2}=\s{0,2}["'](?<hit>[^"'\n]{3,256})|<(?:[\w:.-]{0,32})(?:password|passwd|secret|token|apikey)>(?<hit>[^<\n]{3,256})</gi,
    needsOne: EQUALS | LESS
  },
  {
    name: 'netrc',
    kind: 'secret',
    pattern: /\b(?:login\s{1,3}\S{1,128}\s{1,3})(?:password|account)\s{1,3}(?<hit>\S{3,256})/gi,
    needs: ANNOUNCED
  },
  {
    name: 'provider-key',
    kind: 'secret',
    pattern: new RegExp(
      `(?:${ANNOUNCING_PROVIDERS.map((name) => RegExp.escape(name)).join('|')})[\\w .-]{0,24}["'\`\\]]{0,2}\\s{0,3}(?::=|=>|\\|\\||[:=,>])\\s{0,3}["'\`]{0,2}(?<hit>[\\w.=+/:-]{12,512})`,
      'gi'
    ),
    needs: LONG_WORD,
    needsOne: COLON | EQUALS | QUOTE,
    accept: (hit) => /\d/.test(hit) && isOpaque(hit) && !/^[a-z]+:\/\//.test(hit)
  },
  {
    name: 'hex-pairs',
    kind: 'secret',
    pattern: /(?<![\w:])(?:[0-9a-fA-F]{2}[: ]){11,}[0-9a-fA-F]{2}(?![\w:])/g,
    needs: DIGIT
  }
]

/** Tokens of known formats, before anything takes a part of one for something else. */
export const tokens = inLongWords((word, features, mark) => {
  const marked = markTokens(word, MARKED, mark)
  return (features & LONG_WORD) === 0 ? marked : markTokens(marked, UNMARKED, mark)
}, LONG_RUN)

const rules = layerOf(RULES)
const words = inLongWords(layerOf(WORD_RULES))

export const secrets: Layer = (text, features, mark) => {
  const found = rules(text, features, mark)
  return (features & LONG_WORD) === 0 ? found : words(found, features, mark)
}

/** Whether `text` has a token of a known format. */
export function hasToken(text: string): boolean {
  return markTokens(text, MARKED, () => '') !== text
}

interface TokenSearch {
  readonly formats: readonly TokenFormat[]
  /** Whether any of their literals occurs: far cheaper than the formats. */
  readonly keywords: RegExp
  readonly pattern: RegExp
}

function searchOf(formats: readonly TokenFormat[]): TokenSearch {
  const keywords = new Set(formats.flatMap((each) => each.keywords))
  return {
    formats,
    keywords: new RegExp([...keywords].map((keyword) => RegExp.escape(keyword)).join('|')),
    pattern: new RegExp(
      `(?<![A-Za-z0-9])(?:${formats.map(({ pattern }) => pattern.source).join('|')})`,
      'g'
    )
  }
}

function isTelling(keyword: string): boolean {
  return keyword.length >= 3
}

function markTokens(text: string, { formats, keywords, pattern }: TokenSearch, mark: Mark): string {
  if (!keywords.test(text)) return text
  return text.replaceAll(pattern, (hit) => {
    const found = formats.find(({ pattern: own, entropy = 0 }) => {
      return own.exec(hit)?.[0] === hit && entropyOf(hit) >= entropy
    })
    return found === undefined ? hit : mark(hit, 'secret', found.id)
  })
}
