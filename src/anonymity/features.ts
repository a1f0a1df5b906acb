/**
 * What characters a text has, as bits, read once: a rule whose characters are missing is not tried.
 * Short facts have few of them, and a pass over a short text costs mostly its start.
 */

export const UPPER = 1
export const DIGIT = 2
/** Seven digits or more, anywhere. */
export const MANY_DIGITS = 4
export const SLASH = 8
export const BACKSLASH = 16
export const AT = 32
export const COLON = 64
export const DOT = 128
export const DASH = 256
export const UNDERSCORE = 512
export const EQUALS = 1024
export const PERCENT = 2048
export const TILDE = 4096
export const PLUS = 8192
export const QUOTE = 16_384
export const LINE_BREAK = 32_768
export const HASH = 65_536
export const AMPERSAND = 131_072
export const NON_ASCII = 262_144
/**
 * So many characters without white space in between as the shortest token has, with a digit or several
 * changes from lower to upper case among them: words and dotted names have neither.
 */
export const LONG_WORD = 524_288
export const LESS = 1_048_576
/** The same length without more being asked. */
export const LONG_RUN = 8_388_608
/** A word after which a value tells something: password, user, host, born ... */
export const ANNOUNCED = 2_097_152
/** Five digits or more, anywhere. */
export const FIVE_DIGITS = 4_194_304

/** Words that rules with `ANNOUNCED` look for, known by their first four letters. */
const ANNOUNCING =
  'password passwd passphrase passcode pass pwd pw pin secret secrets token tokens key keys apikey credential credentials creds salt otp totp code verification seed mnemonic recovery recovery connection dsn webhook bearer basic digest jwt nonce login logged session accepted failed invalid useradd user users username uname account owner author committer assignee uid principal operator handle nick nickname screen sudo su chown adduser usermod userdel id run runs ping cc thanks thx by hey hi from assign assigned ask auth access signing encryption private master client license licence ssh deploy service storage shared host admin hostname server machine node computer workstation domain realm gateway nas vm scp sftp telnet dig nslookup traceroute mosh rsync nc psql mysql redis h n kubeconfig context cluster namespace pod pods po deployment svc services statefulset statefulsets sts daemonset daemonsets ds job jobs cronjob cronjobs configmap cm ingress ns namespaces nodes pvc pv named called nicknamed aliased dubbed codenamed address postal home mailing billing shipping delivery street lives residing resides wohnhaft po p box postfach apartado dot at'

const LONG_WORD_LENGTH = 14
const CASE_CHANGES = 3
const FIVE = 5
const MANY = 7

const BITS = bitsOfCharacters()
const LETTERS = 27
const BEGINNINGS = beginningsOf(ANNOUNCING)

export function featuresOf(text: string): number {
  let features = 0
  let digits = 0
  let run = 0
  let isOpaque = false
  let changes = 0
  // The word that is being read: its letters so far, and the first four of them as a number.
  let letters = 0
  let beginning = 0
  let isLower = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const letter = code < 128 ? (code | 32) - 96 : 0
    if (letter >= 1 && letter <= 26 && code >= 65) {
      // `dbPassword` has two words.
      if (isLower && code < 97) {
        if (letters <= 4 && BEGINNINGS[beginning] === 1) features |= ANNOUNCED
        letters = 0
        beginning = 0
        changes += 1
        if (changes === CASE_CHANGES) isOpaque = true
      }
      isLower = code >= 97
      letters += 1
      if (letters <= 4) beginning = beginning * LETTERS + letter
      if (letters === 4 && BEGINNINGS[beginning] === 1) features |= ANNOUNCED
      run += 1
      if (run === LONG_WORD_LENGTH) features |= LONG_RUN
      if (isOpaque && run >= LONG_WORD_LENGTH) features |= LONG_WORD
      if (code < 97) features |= UPPER
      continue
    }
    if (letters > 0) {
      if (letters < 4 && BEGINNINGS[beginning] === 1) features |= ANNOUNCED
      letters = 0
      beginning = 0
      isLower = false
    }
    if (code <= 32) {
      run = 0
      changes = 0
      isOpaque = false
      if (code === 10 || code === 13) features |= LINE_BREAK
      continue
    }
    run += 1
    if (run === LONG_WORD_LENGTH) features |= LONG_RUN
    if (isOpaque && run >= LONG_WORD_LENGTH) features |= LONG_WORD
    const bits = code < 128 ? (BITS[code] ?? 0) : NON_ASCII
    features |= bits
    if ((bits & DIGIT) !== 0) {
      digits += 1
      isOpaque = true
      if (run >= LONG_WORD_LENGTH) features |= LONG_WORD
    }
  }
  if (letters > 0 && letters < 4 && BEGINNINGS[beginning] === 1) features |= ANNOUNCED
  if (digits >= FIVE) features |= FIVE_DIGITS
  return digits >= MANY ? features | MANY_DIGITS : features
}

/** A table of all beginnings, by the number that the loop above makes of them. */
function beginningsOf(words: string): Uint8Array {
  const table = new Uint8Array(LETTERS ** 4)
  for (const word of words.split(' ')) {
    let beginning = 0
    for (const letter of word.slice(0, 4))
      beginning = beginning * LETTERS + letter.charCodeAt(0) - 96
    table[beginning] = 1
  }
  return table
}

function bitsOfCharacters(): Uint32Array {
  const bits = new Uint32Array(128)
  const set = (characters: string, bit: number): void => {
    for (const each of characters) bits[each.charCodeAt(0)] = bit
  }
  set('0123456789', DIGIT)
  for (const [character, bit] of [
    ['/', SLASH],
    ['\\', BACKSLASH],
    ['@', AT],
    [':', COLON],
    ['.', DOT],
    ['-', DASH],
    ['_', UNDERSCORE],
    ['=', EQUALS],
    ['%', PERCENT],
    ['~', TILDE],
    ['+', PLUS],
    ['"', QUOTE],
    ["'", QUOTE],
    ['`', QUOTE],
    ['#', HASH],
    ['&', AMPERSAND],
    ['<', LESS]
  ] as const) {
    set(character, bit)
  }
  return bits
}
