/**
 * Context words, in groups: words that announce an identifier. A rule that starts with such a word
 * is tried only where a word of its group occurs. Words of four letters or more are identified by
 * the first four.
 */

export const USER_WORDS = 1
export const HOST_WORDS = 1 << 1
export const PLACE_WORDS = 1 << 2
export const CALLED_WORDS = 1 << 3
export const STREET_WORDS = 1 << 4
export const ADDRESS_WORDS = 1 << 5
export const COORDINATE_WORDS = 1 << 6
export const PACKAGE_WORDS = 1 << 7
export const API_WORDS = 1 << 8
export const TITLE_WORDS = 1 << 9
export const PERSON_WORDS = 1 << 10
export const COMPANY_WORDS = 1 << 11
export const HOLDER_WORDS = 1 << 12
export const REPOSITORY_WORDS = 1 << 13
export const SCHEME_WORDS = 1 << 14
export const FILE_WORDS = 1 << 15
export const SPELLING_WORDS = 1 << 16
export const PHONE_WORDS = 1 << 17
export const SECRET_WORDS = 1 << 18
export const LOGIN_WORDS = 1 << 30
/** Announcing words of languages other than English. */
export const FOREIGN_WORDS = 1 << 31
export const HEADER_WORDS = 1 << 19
export const CLUSTER_WORDS = 1 << 20
export const BUCKET_WORDS = 1 << 21
export const SCOPE_WORDS = 1 << 22
export const CODE_WORDS = 1 << 23
export const DOMAIN_WORDS = 1 << 24
export const FRENCH_WORDS = 1 << 25
/** By the end of a word, as in `dbpassword`. */
export const SECRET_ENDINGS = 1 << 26
export const SESSION_ENDINGS = 1 << 27
export const BIRTH_ENDINGS = 1 << 28
export const REQUEST_ENDINGS = 1 << 29

type Group = readonly [group: number, words: string]

const BEGINNINGS: readonly Group[] = [
  [
    USER_WORDS,
    'user uname login account owner author committer assignee logged log run runs running uid principal operator handle nick screen sudo su chown useradd userdel usermod adduser passwd id u invalid session accepted failed created owned assigned written maintained maintainer reviewed reviewer crontab runuser loginctl chage mysqldump mysqladmin mariadb'
  ],
  [
    HOST_WORDS,
    'host hostname server machine node computer workstation domain realm gateway nas vm ssh scp sftp telnet ping dig nslookup traceroute mosh rsync nc psql mysql redis h curl wget'
  ],
  [PLACE_WORDS, 'on host server machine node box from to workstation instance vm'],
  [CALLED_WORDS, 'named called nicknamed aliased dubbed codenamed'],
  [
    STREET_WORDS,
    'street st avenue ave road rd lane ln drive dr boulevard blvd court ct way square sq place pl terrace ter parkway pkwy highway hwy close crescent cres gardens row mews hill circle cir trail quay wharf'
  ],
  [FRENCH_WORDS, 'rue avenue boulevard bd place chemin impasse quai all cours route ul ulica al'],
  [
    ADDRESS_WORDS,
    'postal home mailing billing shipping delivery street lives residing resides wohnhaft p po pobox postfach apartado box address apt apartment suite ste unit flat psc cmr apo fpo dpo corner'
  ],
  [COORDINATE_WORDS, 'n s lat latitude lon long longitude'],
  [PACKAGE_WORDS, 'com org net io de fr ch uk eu nl se it es gov edu'],
  [
    API_WORDS,
    'api css html http javascript manifests mathml mediatypes svg webassembly webdriver webextensions'
  ],
  [
    TITLE_WORDS,
    'mr mrs ms mx dr prof professor sir madam herr frau mme monsieur madame sra sr se signora'
  ],
  [
    PERSON_WORDS,
    'i am m prof follow speak talk meeting heard behalf kid son daughter friend his her their change customer client tenant vendor partner company colleague employee patient boss wife husband doctor lawyer codename code project operation initiative signature signed regards sincerely dear named full first last given family middle maiden display person card surname author assignee reviewer reporter contact attn cc owner manager cardholder account beneficiary payee co reviewed acked'
  ],
  [
    COMPANY_WORDS,
    'inc corp gmbh ag kg ug ltd limited llc llp plc s sa sarl sas b bv n nv pty oy ab a aps srl spa se holding group bank partners industries ventures capital'
  ],
  [
    HOLDER_WORDS,
    `social nino national passport driver driving licence license itin steuer aadhar aadhaar pesel cnpj curp codice insee personnummer personalausweis identity medicare patient insurance policy account acct member user customer client employee staff student claim order invoice ticket routing sort iccid imei imsi msisdn serial plate id taxid taxno taxpayer ${withLetter('ssn tax vat ust pan bsn cpf dni nif nhs mrn vin', 'snic')}`
  ],
  [
    REPOSITORY_WORDS,
    'repo branch remote submodule fork clone checkout image monorepo origin upstream refs'
  ],
  [SCHEME_WORDS, 'mailto tel sms sip sips xmpp magnet urn data jdbc cid file'],
  [
    FILE_WORDS,
    'bak cer crt csr dmp doc docx gz jks kdbx key log ovpn p pcap pem pfx ppk ppt pptx pub rdp sql sqlite tar tfstate tfvars tgz vmdk xls xlsx zip'
  ],
  [SPELLING_WORDS, 'dot'],
  [
    PHONE_WORDS,
    `phone desk messages call dial mobile cell handy whatsapp signal text ring reach contact hotline ${withLetter('tel mob fax sms', 'enmuhaoi')}`
  ],
  [
    LOGIN_WORDS,
    'pass password passwd passphrase pwd pw creds credentials secret token login pin otp totp passcode verification fa seed mnemonic recovery identified'
  ],
  [
    SECRET_WORDS,
    'pass password passwd pwd pws pw pws pin secret token credential creds api apik apikey access account auth signing encryption private master session client license licence ssh sshk deploy service storage shared webhook host admin key keys keym salt salts otp otps totp seed mnemonic recovery connection dsn dsns bearer jwt jwts nonce'
  ],
  [HEADER_WORDS, 'cookie authorization x bearer basic digest ssh ecdsa sk'],
  [
    CLUSTER_WORDS,
    'n kubeconfig context cluster namespace pod pods po deploy deployment services svc statefulset sts daemonset ds job jobs cronjob configmap cm secret ingress ns node pvc pv'
  ],
  [
    BUCKET_WORDS,
    'bucket container registry queue topic database schema keyspace index dataset table db dbname'
  ],
  [
    SCOPE_WORDS,
    'projects subscriptions organizations folders resource accounts billing tenants zones buckets instances clusters namespaces'
  ],
  [CODE_WORDS, 'cvv cvvc cvc card security bic bicc swift'],
  [DOMAIN_WORDS, 'com net org local internal corp lan intranet'],
  [
    FOREIGN_WORDS,
    'contrase clave mot jeton senha palavra chave sifre parola anahtar passwort kennwort kata sandi nenosiri nywila wachtwoord heslo losenord losenordet passord passordet adgangskode adgangskoden adgangskoder salasana jelszo haslo khau telefono telefone telephone portable telefon celular movil telepon handphone nomor numer numero simu cuenta conto compte konto hesap rekening akaunti tarjeta cartao carte karte kart kartu carta kimlik nik ktp'
  ],
  [REQUEST_ENDINGS, 'id x ray'],
  [BIRTH_ENDINGS, 'b']
]

const ENDINGS: readonly Group[] = [
  [
    SECRET_ENDINGS,
    withPlurals(
      'pass password passwd passphrase passcode passwort pwd pw pin secret token credential creds key keyid keymaterial secretid salt otp seed seedphrase mnemonic recovery recoverycode connection connectionstring dsn webhook bearer jwt nonce'
    )
  ],
  [
    SESSION_ENDINGS,
    'sess session sessid sessionid sesstoken sessiontoken sesskey sessionkey sid csrf csrftoken xsrf remember'
  ],
  [
    BIRTH_ENDINGS,
    'born dob dobs birth birthday birthdate geboren geb geburtsdatum nacimiento nacido nacida'
  ],
  [
    REQUEST_ENDINGS,
    'requestid reqid traceid spanid correlationid sessionid sessid transactionid txnid txid messageid msgid eventid jobid runid taskid buildid deployid deploymentid executionid invocationid accountid userid customerid tenantid orgid organizationid workspaceid projectid orderid deviceid installationid subscriptionid clientid instanceid machineid containerid imageid objectid rowid recordid memberid teamid channelid chatid guildid appid traceparent etag ticket incident case'
  ]
]

const LETTER_BITS = 5
const PREFIX = 4
const SLOTS = 1 << 12
const keys = new Int32Array(SLOTS)
const groups = new Int32Array(SLOTS)
for (const [group, words] of BEGINNINGS) {
  for (const word of words.split(' ')) add(word.slice(0, PREFIX), group)
}

/** Endings are identified by their last three letters. */
const SUFFIX = 3
const endings: (readonly (readonly [ending: string, group: number])[] | undefined)[] = Array.from({
  length: 1 << (SUFFIX * LETTER_BITS)
})
for (const [group, words] of ENDINGS) for (const word of words.split(' ')) addEnding(word, group)

/** The groups of a word by its first four letters, or all of a shorter one; five bits a letter. */
export function groupsOf(letters: number): number {
  for (let slot = slotOf(letters); ; slot = (slot + 1) & (SLOTS - 1)) {
    const key = keys[slot]
    if (key === letters) return groups[slot] ?? 0
    if (key === 0) return 0
  }
}

/** The groups of the letters in `text` that end before `end`; `tail` has the last three of them. */
export function groupsOfEnding(text: string, end: number, tail: number): number {
  const known = endings[tail]
  if (known === undefined) return 0
  let found = 0
  for (const [ending, group] of known) {
    if (text.slice(Math.max(0, end - ending.length), end).toLowerCase() === ending) found |= group
  }
  return found
}

function add(letters: string, group: number): void {
  const key = numberOf(letters)
  let slot = slotOf(key)
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & (SLOTS - 1)
  keys[slot] = key
  groups[slot] = (groups[slot] ?? 0) | group
}

/** An ending of fewer than three letters is listed under every possible letter before it. */
function addEnding(ending: string, group: number): void {
  const tail = numberOf(ending.slice(-SUFFIX))
  const missing = Math.max(0, SUFFIX - ending.length)
  const step = 1 << ((SUFFIX - missing) * LETTER_BITS)
  for (let at = tail; at < endings.length; at += missing === 0 ? endings.length : step) {
    endings[at] = [...(endings[at] ?? []), [ending, group]]
  }
}

function slotOf(letters: number): number {
  return Math.imul(letters, 0x9e3779b1) >>> 20
}

function numberOf(letters: string): number {
  let number = 0
  for (const letter of letters) number = (number << LETTER_BITS) | (letter.charCodeAt(0) - 96)
  return number
}

/** Words of three letters, also with the first letter of a word that may be joined to them. */
function withLetter(words: string, letters: string): string {
  return words
    .split(' ')
    .flatMap((word) => [word, ...Array.from(letters, (letter) => word + letter)])
    .join(' ')
}

function withPlurals(words: string): string {
  return words
    .split(' ')
    .flatMap((word) => [word, `${word}s`])
    .join(' ')
}
