/** The words that announce a secret, and what may be one behind them. */
import { isOpaque } from '../words/entropy.ts'

/** Words that announce a secret, at the end of a name: DB_PASSWORD, apiKey, client-secret. */
export const SECRET_KEYWORDS =
  'pass(?:word|wd|phrase|code|wort)?|passwd|pwd|pw|pin|secret|token|credentials?|creds|api[ _-]?key|apikey|access[ _-]?key(?:[ _-]?id)?|account[ _-]?key|auth[ _-]?key|(?:signing|encryption|private|master|session|client|license|licence|ssh|deploy|service|storage|shared|webhook|host|admin)[ _-]?key|key[ _-]?(?:secret|material)|secret[ _-]?(?:key|id|access[ _-]?key)|salt|otp|totp|seed[ _-]?phrase|mnemonic|recovery[ _-]?code|connection[ _-]?string|dsn|webhook|bearer|jwt|nonce'

/** Before a value of YAML: its type, or how it is stored. */
export const TAG =
  '!(?:!\\w{1,16}|(?:vault(?:-encrypted)?|secret|encrypted(?:/\\w{1,32})?|env(?:_var)?|sops|kms|sub|var(?:iable)?|decrypt|literal|str(?:ing)?|unsafe|raw|cipher|base64)|<[^\\s>]{1,64}>)'

/** Before the name of a value of YAML. */
export const REFERENCE =
  '!(?:ref(?:erence)?|getatt|importvalue|findinmap|include\\w{0,16}|file|path)'

const ONLY_TAG = new RegExp(`^(?:${TAG}|${REFERENCE})$`, 'i')

/** Whether it only says what follows. */
export function isTag(hit: string): boolean {
  return ONLY_TAG.test(hit)
}

/** Placeholders of a secret in a declaration or a description. */
const NO_SECRET =
  /^(?:true|false|null|none|nil|undefined|string|str|number|int|boolean|bool|bytes?|object|any|unknown|void|optional|required|text|varchar|char|env|process\.env[\w.]*|os\.environ.*|os\.getenv|\$\{?[\w.]+\}?|%\w+%|\{\{.*|\*+|x{3,}|\.{2,}|<.*|\[.*|this\..*|self\..*|config\..*|options\..*|await|new|function|async|require|import|return|typeof|keyof|readonly|&(?:mut|str|'static))$/i

const NO_VALUE_WORD =
  /^(?:an?|the|to|in|that|how|not|too|only|also|now|never|always|no|on|of|for|from|by|with|as|at|or|and|is|it|its|set|kept|sent|read|lost|stored|used|valid|invalid|wrong|right|correct|incorrect|missing|expired|empty|blank|needed|optional|required|mandatory|present|absent|available|secure|safe|weak|strong|public|private|long|short|simple|just|still|already|being|been|more|less|one|what|when|where|why|who|whatever|case|important|unique|random|null|undefined|true|false|per|like|about|your|our|my|their|his|her|all|both|part)$/i

/** `token==5.2.0` and `salt >= 3000.1` state versions of packages. */
const VERSION =
  /^(?:[=<>~^]{0,2}v?\d{1,5}(?:\.\d{1,5}){1,3}(?:[-.]?(?:alpha|beta|rc|post|dev)[.\d]*)?|v\d{1,3})$/i

/** A value in code or configuration. */
export function isMachineValue(hit: string): boolean {
  return (
    !NO_SECRET.test(hit) && !VERSION.test(hit) && !hit.endsWith('(') && !/^[\w.]+\(\)?$/.test(hit)
  )
}

/**
 * In prose any word may follow, so only a value that is no word counts, or one that no sentence
 * continues with.
 */
export function isProseValue(hit: string): boolean {
  if (!isMachineValue(hit)) return false
  return isOpaque(hit) || !(NO_VALUE_WORD.test(hit) || /(?:ed|ing|ble|ly)$/.test(hit))
}

/** Words that sentences about options have behind them: "the --password option". */
const ABOUT_OPTION =
  /^(?:options?|flags?|switch(?:es)?|arguments?|params?|parameters?|values?|commands?|then|first|instead|again|does|has|can|will|should|must|may|but|if|unless|because|without|works?|takes?|needs?|reads?|sets?|means?|before|after|prompts?|asks?)$/i

/** Behind an option of a command: a word may be a secret, if no sentence goes on with it. */
export function isCommandValue(hit: string): boolean {
  return isMachineValue(hit) && !NO_VALUE_WORD.test(hit) && !ABOUT_OPTION.test(hit)
}
