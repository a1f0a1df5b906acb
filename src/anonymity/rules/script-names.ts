/**
 * Names of persons in scripts without capitals: a known surname or given name beside an honorific, a
 * word that announces a person, or a verb of persons.
 */
import { NON_ASCII } from '../reading/text-features.ts'
import {
  ARABIC,
  CHINESE,
  CHINESE_COMPOUND,
  CHINESE_WORDS,
  HINDI_GIVEN,
  HINDI_SURNAMES,
  JAPANESE,
  KOREAN,
  THAI
} from '../words/foreign-surnames.ts'
import { layerOf } from './rule.ts'
import type { Layer, Rule } from './rule.ts'

const LINK = '[\\s:=,]{0,3}'
const HAN = '\\p{Script=Han}'
const CHINESE_SURNAME = `(?:${CHINESE_COMPOUND}|[${CHINESE}])`
const CHINESE_TITLE =
  '先生|女士|小姐|太太|老师|老師|教授|博士|医生|醫生|经理|經理|总监|主任|主管|律师|律師|工程师|工程師|同学|同學|同志|师傅|阿姨|叔叔|大哥|大姐|处长|局长|院长|董事长'
const CHINESE_VERB =
  '说|表示|告诉|负责|提交|写[了的]|修复了?|开会|讨论|討論|沟通|确认|商量|一起|见面|发现|认为|同意|批准|审[核查批]|住在|居住|报告了?|申请|反馈|签[名字署]|離開|離职|离职|入职|请假|開發|开发|的(?:意见|帮助|电话|電話|手机|手機|邮箱|郵箱|密码|密碼|生日|身份证|地址|账号|帐号|办公室|电脑|電腦|家|工号|微信|护照|銀行|银行)'
const CHINESE_ANNOUNCING =
  '和|跟|与|给|让|名叫|叫做|我叫|他叫|她叫|叫|姓名|名字|我是|他是|她是|这是|這是|联系人|聯絡人|客户|客戶|同事|负责人|負責人|作者|患者|病人|员工|員工|收件人|收款人|户主|申请人|请联系|請聯絡|联系|聯繫|感谢|感謝|请问|找|问|由|告诉|请'

const CHINESE_ROLE =
  '运维|開發|开发|测试|測試|产品|設計|设计|后端|前端|运营|財務|财务|人事|实习|架构|研发|销售|客服|市场|法务|组长|经理|主管|负责|项目|客户'

const JAPANESE_TITLE = 'さん|さま|様|くん|君|ちゃん|氏|先生|殿|部長|課長|社長|係長|専務|教授|博士'
const KANA = '[\\p{Script=Katakana}ー・]'

const KOREAN_TITLE =
  '씨|님|군|양|선생|부장|과장|대리|사장|팀장|교수|박사|의사|변호사|이사|대표|차장|사원|선배|후배|주임|실장'
const HANGUL = '[가-힣]'
const DEVANAGARI = '[\\u0900-\\u097f]'
const ARABIC_WORD = '[\\u0621-\\u064a\\u0670-\\u06d3]{2,20}'

/** Words of one or two syllables that stand before an honorific without a name. */
const KOREAN_WORDS =
  /^(?:고객|사용자|선생|부모|손님|주인|회원|하나|이용자|소유자|공급자|제작자|신청자|여러분|저희|이번|지금|하느|임금|공주|원래|전체|모두|도련|아가|마님|해|노|장인|서방|주|대|성|기사|강사|조교|교수|이사|대표|변호사|의사|원장|실장|지배인|주방장)$|자$/
const JAPANESE_WORDS =
  /^(?:.?(?:客|皆|奥|神|王|母|父|兄|姉|娘|仕|同|多|模|有|異|一|子|両|各|貴|外|内|上|下|主|様|者|諸|先|何)|息子|親|患者|店員|業者|担当者?|ユーザー?|メンバー|お?客|ゲスト|パートナー|サポーター)$/

const RULES: readonly Rule[] = [
  {
    name: 'chinese-listed',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HAN})(?<hit>${CHINESE_SURNAME}${HAN}{1,2}(?:[、,和与及]${CHINESE_SURNAME}${HAN}{1,2}){1,5}?)(?=(?:已经?|将|都|一起|今天|昨天|刚才?)?(?:${CHINESE_VERB}))`,
      'gu'
    ),
    accept: (hit) => !hit.split(/[、,和与及]/u).some((name) => CHINESE_WORDS.test(name))
  },
  {
    name: 'chinese-titled',
    kind: 'name',
    pattern: new RegExp(
      `(?<hit>(?:小|老)?${CHINESE_SURNAME}${HAN}{0,2}?)(?=${CHINESE_TITLE}|总(?!${HAN}))`,
      'gu'
    ),
    accept: (hit) => !CHINESE_WORDS.test(hit) || hit.length === 1
  },
  {
    name: 'chinese-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?:${CHINESE_ANNOUNCING})[是为:\\s]{0,3}(?<hit>${CHINESE_SURNAME}(?:${HAN}{1,2}?(?=${CHINESE_VERB}|[的在和与已将把会来去,。，;；!！?？、()（）\\s]|$|\\P{Script=Han})|${HAN}{2}))`,
      'gu'
    ),
    accept: (hit) => !CHINESE_WORDS.test(hit)
  },
  {
    name: 'chinese-acting',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HAN})(?<hit>${CHINESE_SURNAME}${HAN}{1,2}?)(?=(?:已经?|将|今天|昨天|刚才?|和|在)?(?:${CHINESE_VERB}))`,
      'gu'
    ),
    accept: (hit) => !CHINESE_WORDS.test(hit)
  },
  {
    name: 'chinese-with-role',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HAN})(?<hit>${CHINESE_SURNAME}${HAN}{1,2})(?=\\s?\\(\\s?(?:${CHINESE_ROLE}))`,
      'gu'
    ),
    accept: (hit) => !CHINESE_WORDS.test(hit)
  },
  {
    name: 'japanese-surname',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HAN})(?<hit>(?:${JAPANESE})(?: ?${HAN}{1,3}(?=${JAPANESE_TITLE}|[はがのをにとでもへ、。,()（）\\s]|です|$)| \\p{Script=Hiragana}{2,5}| ${KANA}{2,6}|))`,
      'gu'
    )
  },
  {
    name: 'japanese-titled',
    kind: 'name',
    pattern: new RegExp(
      `(?<hit>(?<!${HAN})${HAN}{1,4}(?: ${HAN}{1,3})?|(?<!${KANA})${KANA}{2,12}|(?<!\\p{Script=Hiragana})\\p{Script=Hiragana}{2,4})(?=さん|さま|様|くん|ちゃん|氏(?!${HAN}))`,
      'gu'
    ),
    accept: (hit) => !JAPANESE_WORDS.test(hit)
  },
  {
    name: 'japanese-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?:名前は|氏名は?|担当者?は|宛先は?|お名前|患者は?|私は)${LINK}(?<hit>(?:${HAN}{2,5}|${KANA}{2,12})(?: ?(?:${HAN}{1,3}|${KANA}{2,8}))?)(?=です|と申|とい|[、。,\\s]|$)`,
      'gu'
    )
  },
  {
    name: 'japanese-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?<hit>(?:${HAN}{2,5}|${KANA}{2,12})(?: (?:${HAN}{1,3}|${KANA}{2,8}))?)(?=と申します|と申す|という(?:者|人))`,
      'gu'
    )
  },
  {
    name: 'korean-titled',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HANGUL})(?<hit>[${KOREAN}](?:${HANGUL}{1,3}?|(?= )))(?= ?(?:${KOREAN_TITLE})(?:님|[이가은는을를의에께과와도로]|한테|입니다|,|\\.|\\s|$))`,
      'gu'
    ),
    accept: (hit) => !KOREAN_WORDS.test(hit)
  },
  {
    name: 'korean-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?:이름[은이]?|성함[은이]?|저는|제가|나는|담당자[는은]?|고객명?|작성자|환자|직원|수신인|예금주|동료)(?:[:\\s]|은|는){0,3}(?<hit>[${KOREAN}]${HANGUL}{1,2})(?=입니다|이에요|예요|이라고|라고|[이가은는을를의에께과와]|한테|[,.\\s]|$)`,
      'gu'
    ),
    accept: (hit) => !KOREAN_WORDS.test(hit) && hit.length > 1
  },
  {
    name: 'korean-addressed',
    kind: 'name',
    pattern: new RegExp(`(?<!${HANGUL})(?<hit>[${KOREAN}]${HANGUL}{2})(?=에게|한테|께서)`, 'gu'),
    accept: (hit) => !KOREAN_WORDS.test(hit)
  },
  {
    name: 'korean-acting',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${HANGUL})(?<hit>[${KOREAN}]${HANGUL}{2})(?=[이가은는] (?:말|승인|작성|수정|보고|요청|발견|제출)했)`,
      'gu'
    ),
    accept: (hit) => !KOREAN_WORDS.test(hit)
  },
  {
    name: 'mention-abroad',
    kind: 'user',
    pattern: /(?<![\p{L}\d])@\s?(?<hit>[\p{L}\p{M}]{2,24})(?![\p{L}(/])/gu,
    accept: (hit) => !/[a-z]/i.test(hit)
  },
  {
    name: 'hindi-acting',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${DEVANAGARI})(?<hit>${DEVANAGARI}{2,16}(?: ${DEVANAGARI}{2,16})?) ने (?:कहा|लिखा|बताया|पूछा|भेजा|किया)`,
      'gu'
    ),
    accept: (hit) => !/^(?:उस|उन|इस|मैं|हम|सर्वर|सिस्टम|किसी|जिस)/.test(hit)
  },
  {
    name: 'hindi-name',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${DEVANAGARI})(?<hit>(?:(?:${HINDI_GIVEN})(?: ${DEVANAGARI}{1,12}(?= (?:${HINDI_SURNAMES})))?(?: (?:${HINDI_SURNAMES}))?|(?:${DEVANAGARI}{2,14} )?(?:${HINDI_SURNAMES})))(?!${DEVANAGARI})`,
      'gu'
    )
  },
  {
    name: 'hindi-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${DEVANAGARI})(?:श्रीमती|श्री|सुश्री|डॉ\\s?\\.?|जनाब|(?:मेरा|उसका|उनका|ग्राहक का|मरीज का) नाम(?: है)?|नाम ?:|ग्राहक|मरीज|कर्मचारी|मित्र)${LINK}(?<hit>${DEVANAGARI}{2,16}(?: (?:${HINDI_SURNAMES})(?!${DEVANAGARI}))?)`,
      'gu'
    ),
    accept: (hit) => !/^(?:का|की|के|को|ने|से|है|हैं|और|में|पर|सेवा|डेटा)$/.test(hit)
  },
  {
    name: 'hindi-titled',
    kind: 'name',
    pattern: new RegExp(
      `(?<!${DEVANAGARI})(?<hit>${DEVANAGARI}{2,16}) (?:जी|साहब|मैडम)(?!${DEVANAGARI})`,
      'gu'
    )
  },
  {
    name: 'persian-titled',
    kind: 'name',
    pattern: new RegExp(
      `(?<!\\p{Script=Arabic})(?:آقای|خانم)${LINK}(?<hit>${ARABIC_WORD}(?: (?!گفت|است|بود|را|که|از|به|در|و )${ARABIC_WORD})?)`,
      'gu'
    )
  },
  {
    name: 'arabic-name',
    kind: 'name',
    pattern: new RegExp(
      `(?<!\\p{Script=Arabic})(?:و|ل|ب)?(?<hit>(?:${ARABIC})(?: (?:(?:${ARABIC})|ال${ARABIC_WORD}|بن ${ARABIC_WORD})){0,3})(?!\\p{Script=Arabic})`,
      'gu'
    )
  },
  {
    name: 'arabic-announced',
    kind: 'name',
    pattern: new RegExp(
      `(?<!\\p{Script=Arabic})(?:السيدة?|الأستاذة?|الدكتورة?|اسمي|اسمه|اسمها|الاسم|العميل|المريض|آقای|خانم|جناب|محترمہ|نام)${LINK}(?:هو )?(?<hit>${ARABIC_WORD}(?: ${ARABIC_WORD})?)`,
      'gu'
    )
  },
  {
    name: 'thai-name',
    kind: 'name',
    pattern: new RegExp(
      `(?:(?:นาย|นางสาว|นาง|ด\\.[ชญ]\\.|ชื่อ|คุณ(?=${THAI}))${LINK}(?<hit>[\\u0e00-\\u0e7f]{3,24}(?: [\\u0e00-\\u0e7f]{3,24})?)|(?<hit>${THAI}))`,
      'gu'
    ),
    accept: (hit) => !/^(?:ผู้|ไฟล์|ตัวแปร|คลาส|ฟังก์ชัน|โดเมน|เรื่อง|ท่า|จ้าง|ทุน)/.test(hit)
  },
  {
    name: 'other-announced',
    kind: 'name',
    pattern:
      /(?:নাম|জনাব|শ্রী(?:মতী)?|ডা|পেশেন্ট|பெயர்|திரு(?:மதி)?|పేరు|శ్రీ(?:మతి)?|ਨਾਮ|ਸ਼੍ਰੀ|નામ|શ્રી(?:મતી)?|ശ്രീ(?:മതി)?|ಶ್ರೀ(?:ಮತಿ)?|ഹെസരു|ಹೆಸರು|പേര്|שמי|שם|השם|מר|גברת|όνομα|κύριος|κυρία|ονομάζομαι|имя|фамилия|зовут|господин|госпожа)[\s:=.-]{1,4}(?:হল |হলো |הוא )?(?<hit>[\p{L}\p{M}]{2,24}(?: \p{L}[\p{L}\p{M}]{1,24})?)/gu
  }
]

export const SCRIPT_NAME_RULES: readonly Rule[] = RULES.map((rule) => ({
  ...rule,
  needs: NON_ASCII
}))

const layer = layerOf(SCRIPT_NAME_RULES)
const SCRIPTS = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u

/** Most texts beyond ASCII are Latin ones with dashes and quotes. */
export const scriptNames: Layer = (draft, mark) => {
  if ((draft.features & NON_ASCII) !== 0 && SCRIPTS.test(draft.text)) layer(draft, mark)
}

const PERSON_HINT =
  /(?<!>)\s?(?:先生|女士)(?!们)|(?:我叫|名叫|姓名[:是])(?!\s?<)|(?<!>\s?)と申します|(?<=[가-힣]) ?(?<!날|아저|글|말|솜|마음|맵|불|아가|아)씨(?=[는가를에의께, .]|$)|(?:श्रीमती|श्री|السيدة|السيد|นางสาว)\s?(?!<)\S/u

/** Whether a word beside a name is left without a name beside it. */
export function hasPersonHint(text: string): boolean {
  return PERSON_HINT.test(text)
}
