/**
 * Values that words of other languages announce: secrets, phones, cards, accounts and users. The
 * words are those of the twenty languages with the most speakers, and of some more.
 */
import { FOREIGN_WORDS } from '../reading/context-words.ts'
import { DIGIT, NON_ASCII } from '../reading/text-features.ts'
import { isOpaque } from '../words/entropy.ts'
import { isPublicPart, partsOf } from '../words/identifier-parts.ts'
import { layerOf } from './rule.ts'
import type { Layer, Rule } from './rule.ts'

/** English words, where they are glued to text of another script. */
const ENGLISH = 'passwords?|passcode|pwd|token|pin|otp'

const SECRET =
  '密码|密碼|口令|密钥|密鑰|秘钥|令牌|私钥|私鑰|验证码|驗證碼|暗号|访问码|パスワード|パスコード|暗証番号|トークン|シークレット|秘密鍵|認証コード|合言葉|キー|비밀번호|비번|암호|패스워드|토큰|시크릿|비밀키|인증번호|인증키|키|पासवर्ड|कूटशब्द|टोकन|कुंजी|पिन|ओटीपी|सीक्रेट|পাসওয়ার্ড|পাসওয়ার্ড|টোকেন|পিন|பின்|கடவுச்சொல்|டோக்கன்|పాస్\u200c?వర్డ్|టోకెన్|పిన్|ਪਾਸਵਰਡ|પાસવર્ડ|پاس ?ورڈ|ٹوکن|كلمة (?:ال)?(?:سر|مرور)|الرقم السري|رمز|مفتاح|المفتاح|گذرواژه|پسورد|کلید|парол\\p{L}{0,3}|токен\\p{L}{0,2}|ключ\\p{L}{0,2}|секрет\\p{L}{0,2}|пин-?код|รหัสผ่าน|พาสเวิร์ด|โทเค็?น|คีย์|รหัส|סיסמ[הא]|טוקן|מפתח|κωδικός|συνθηματικό|κλειδί|mật khẩu|mã pin|khóa|contraseñas?|contrasenas?|clave|mot de passe|clé|jeton|senha|palavra-passe|chave|şifre\\p{L}{0,3}|sifre|parol[aă]|anahtar|hasło|haslo|pass(?:wort|wörter)|kennwort|schlüssel|kata ?sandi|sandi|kata laluan|nenosiri|nywila|wachtwoord|heslo|lösenord(?:et)?|losenord(?:et)?|passord(?:et)?|adgangskode[nr]?|salasana|jelszó|jelszo'

const PHONE =
  '手机(?:号码?)?|手機(?:號碼?)?|电话(?:号码?)?|電話(?:番号|號碼)?|联系方式|微信(?:号)?|携帯(?:電話|番号)?|전화(?:번호)?|휴대(?:폰|전화)|핸드폰|연락처|फ़ोन|फोन|मोबाइल|नंबर|ফোন|মোবাইল|নম্বর|தொலைபேசி|ఫోన్|ਫ਼ੋਨ|ફોન|فون|موبائل|هاتف|الهاتف|جوال|موبايل|رقم|تلفن|телефон\\p{L}{0,2}|тел|номер\\p{L}{0,2}|โทร(?:ศัพท์)?(?:\\s?\\.)?|เบอร์|มือถือ|טלפון|נייד|τηλέφωνο|κινητό|điện thoại|số|teléfono|telefono|telefone|téléphone|telephone|telefon|celular|móvil|movil|portable|telepon|handphone|nomor|numer|número|numéro|numero|simu'

const CARD =
  '卡号|卡號|银行卡|信用卡|カード(?:番号)?|카드(?:번호)?|कार्ड|কার্ড|بطاقة|کارت|карт[аыуе]|บัตร(?:เครดิต)?|כרטיס|κάρτα|thẻ|tarjeta|cartão|cartao|carte|karte|kart|kartu|carta'

const ACCOUNT =
  '身份证(?:号码?)?|QQ(?:号码?)?|车牌(?:号码?)?|車牌(?:號碼?)?|ת\\s?\\.\\s?ז\\s?\\.|ת"ז|תעודת זהות|מספר זהות|身分證(?:字號)?|护照|護照|账户|帳戶|账号|帐号|帳號|社保|工号|证件|マイナンバー|個人番号|口座(?:番号)?|旅券|パスポート|免許証|주민(?:등록)?(?:번호)?|계좌(?:번호)?|여권(?:번호)?|आधार|खाता|पासपोर्ट|आईडी|আধার|একাউন্ট|আইডি|الهوية|هوية|حساب|الحساب|جواز|паспорт\\p{L}{0,2}|сч[её]т\\p{L}{0,2}|ИНН|СНИЛС|บัตรประชาชน|บัญชี|หนังสือเดินทาง|CCCD|CMND|tài khoản|cuenta|conto|compte|konto|hesap|rekening|akaunti|kimlik(?: no)?|NIK|KTP'

const USER =
  '用户名|用戶名|账号|帐号|帳號|登录名|使用者(?:名稱|名称|帳號)?|用户|用戶|使用者|ユーザー名|ユーザID|ログイン|アカウント|아이디|사용자(?: ?이름)?|계정|उपयोगकर्ता|यूज़रनेम|اسم المستخدم|логин|пользовател[ьяю]|ชื่อผู้ใช้|tên đăng nhập'

/** Says who somebody is; before a public word it says nothing of an account: `用户JSON`. */
const ROLE = /^(?:用户|用戶|使用者)(?![名帳])/u

/** Words and particles between the announcing word and its value. */
const LINK =
  '(?:[:=]|是|为|為|改成|改为|は|が|を|には|이|가|은|는|을|를|है|हैं|का|की|হল|হলো|هو|هي|—|–|это|คือ|là|es|est|é|ist|lautet|är|on|adalah|ni|je|to|è)'
const SPACE = '\\s{0,3}'
const QUOTE = '["\'“‘「『]?'
/** Anything of other scripts, as in "has been changed to". */
const NEAR = `[^!-~\\n]{0,16}?(?:[:=#]|is|es|est|é|ist|lautet|war|er|är|on|adalah|ni|là|je|to|è)?[^!-~\\n]{0,16}?`
const START = '(?<![A-Za-z])'

const FORMAT = /^(?:sha|md|utf|aes|rsa|base|http|oauth|jwt|bcrypt|v)-?[\d.]+\b/i
const NO_VALUE =
  /^(?:string|null|none|undefined|true|false|admin|root|user|guest|test|redis|api|env|the|a|una?|le|la|el|de|do|du|da|para|per|pour|por|que|of|in|not)$/i

function isSecret(hit: string): boolean {
  return !FORMAT.test(hit) && !NO_VALUE.test(hit)
}

function hasDigits(least: number): (hit: string) => boolean {
  return (hit) => (hit.match(/\d/g)?.length ?? 0) >= least
}

const rulesOf = (secret: string): readonly Rule[] => [
  {
    name: 'announced-abroad',
    kind: 'secret',
    pattern: new RegExp(
      `${START}(?:${secret})${NEAR}${QUOTE}(?<hit>(?=[!-~]{0,128}\\d)[!-~]{3,512}(?<![.,;:!?"')\\]]))`,
      'giu'
    ),
    accept: (hit) => isSecret(hit) && hit.length >= (/^\d+$/.test(hit) ? 4 : 5)
  },
  {
    name: 'announced-abroad',
    kind: 'secret',
    pattern: new RegExp(
      `${START}(?:${secret})${SPACE}${LINK}${SPACE}${QUOTE}(?<hit>[!-~]{3,512}(?<![.,;:!?"')\\]]))`,
      'giu'
    ),
    accept: (hit, whole) => isSecret(hit) && (isOpaque(hit) || /[^\n -~]/.test(whole))
  },
  {
    name: 'announced-abroad',
    kind: 'secret',
    pattern: new RegExp(
      `${START}(?:${secret})${SPACE}[:=]${SPACE}${QUOTE}(?<hit>[^\\s"'“”‘’「」『』,;。、！？]{2,64})`,
      'giu'
    ),
    accept: isSecret
  },
  {
    name: 'phone-abroad',
    kind: 'phone',
    needs: DIGIT,
    pattern: new RegExp(
      `${START}(?:${PHONE})${NEAR}${QUOTE}(?<hit>[+(]{0,2}\\d(?:[ ()./-]{0,2}\\d){5,14})(?!\\d)`,
      'giu'
    )
  },
  {
    name: 'card-abroad',
    kind: 'card',
    needs: DIGIT,
    pattern: new RegExp(
      `${START}(?:${CARD})${NEAR}${QUOTE}(?<hit>\\d(?:[ .-]?\\d){7,18})(?!\\d)`,
      'giu'
    )
  },
  {
    name: 'account-abroad',
    kind: 'id',
    needs: DIGIT,
    pattern: new RegExp(
      `${START}(?:${ACCOUNT})${NEAR}${QUOTE}(?<hit>[A-Za-z]{0,4}\\d(?:[ ./-]?[A-Za-z\\d]){3,24})`,
      'giu'
    ),
    accept: hasDigits(4)
  },
  {
    name: 'user-abroad',
    kind: 'user',
    pattern: new RegExp(
      `(?:${USER})${SPACE}${LINK}?${SPACE}${QUOTE}(?<hit>[A-Za-z][\\w.@-]{2,63})`,
      'giu'
    ),
    accept: (hit, whole) =>
      !NO_VALUE.test(hit) && (!ROLE.test(whole) || !partsOf(hit).every(isPublicPart))
  }
]

/**
 * In texts with letters beyond ASCII, and in those with an announcing word of Latin letters. The
 * English words are for the former.
 */
export const LANGUAGE_RULES: readonly Rule[] = [
  ...rulesOf(`${ENGLISH}|${SECRET}`).map((rule) => ({
    ...rule,
    needs: (rule.needs ?? 0) | NON_ASCII
  })),
  ...rulesOf(SECRET).map((rule) => ({ ...rule, groups: FOREIGN_WORDS }))
]

const WORDS = new RegExp([ENGLISH, SECRET, PHONE, CARD, ACCOUNT, USER].join('|'), 'iu')
const layer = layerOf(LANGUAGE_RULES)

/** One scan for the words, which most texts do not have, in place of one for each rule. */
export const languages: Layer = (draft, mark) => {
  if ((draft.features & NON_ASCII) === 0 && (draft.groups & FOREIGN_WORDS) === 0) return
  if (WORDS.test(draft.text)) layer(draft, mark)
}
