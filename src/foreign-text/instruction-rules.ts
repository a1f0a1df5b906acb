/**
 * Rules for the usual phrasings of orders to a model. They match the folded form of a text. Every
 * repetition has an upper bound, so the cost is linear in the length of the text.
 */
import { foldText } from './fold-text.ts'
import type { InstructionKind } from './instruction-kind.ts'

export interface Rule {
  readonly kind: InstructionKind
  readonly pattern: RegExp
}

interface OverrideWords {
  readonly verbs: string
  /** Words between the verb and the noun: articles, pronouns, "previous". At least one. */
  readonly between: string
  readonly nouns: string
}

const OVERRIDES: readonly OverrideWords[] = [
  {
    verbs: 'ignore|disregard|forget|override|bypass|skip|drop|neglect|discard',
    between:
      'all|any|every|the|these|those|your|my|of|previous|prior|above|earlier|preceding|existing|other',
    nouns:
      '(?:(?:system|developer|initial|original|hidden) )?(?:instructions?|prompts?|rules|guidelines|directions|messages?|context|guardrails|constraints)'
  },
  {
    verbs:
      'ignorier(?:e|t|en)?|vergiss|vergesst|vergessen|missachte[nt]?|uberschreibe[nt]?|beachte[nt]?',
    between:
      'sie|bitte|nun|jetzt|alle[sn]?|die|das|den|deine[nr]?|ihre[nr]?|diese[nr]?|vorherigen?|bisherigen?|obigen?|fruheren?|vorigen?|vorangegangenen?|ursprunglichen?',
    nouns:
      '(?:system)?(?:anweisung(?:en)?|regeln?|instruktion(?:en)?|befehle?|vorgaben|richtlinien|prompts?)'
  },
  {
    verbs:
      'ignore[szr]?|ignorez|oublie[szr]?|oubliez|neglige[szr]?|fai(?:s|tes) abstraction|ne ten(?:ez|iez) (?:pas|plus) compte|ne tiens (?:pas|plus) compte',
    between: 'toutes?|tous|les|vos|tes|ces|mes|des|de|precedentes?|anciennes?',
    nouns: 'instructions?|consignes?|regles?|directives?|ordres'
  },
  {
    verbs: 'ignor[ae]|ignorad|ignoren|olvid[ae]|olviden|omit[ae]|descart[ae]|ha(?:z|ga) caso omiso',
    between: 'todas?|todos|las|los|tus|sus|estas|anteriores|de|previas',
    nouns: 'instrucciones|reglas|indicaciones|ordenes|directrices'
  },
  {
    verbs: 'ignor[ai]|ignorate|dimentica|dimenticate|trascura|trascurate|non considerare',
    between: 'tutte|tutti|le|gli|i|tue|tuoi|vostre|queste|precedenti',
    nouns: 'istruzioni|regole|direttive|indicazioni|ordini'
  },
  {
    verbs:
      'ignor[ae]|ignorem|ignorar|esquec[ae]|esquecam|desconsider[ea]|desconsiderem|descart[ea]|desobedeca',
    between:
      'todas?|todos|as|os|suas|seus|tuas|teus|estas|essas|minhas|quaisquer|anteriores|previas',
    nouns: 'instrucoes|regras|ordens|diretrizes|comandos|orientacoes'
  },
  {
    verbs:
      'игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|отбрось(?:те)?|отмени(?:те)?|не учитывай(?:те)?|не обращай(?:те)? внимания на',
    between:
      'все|всю|любые|эти|свои|твои|ваши|мои|предыдущие|прежние|прошлые|вышеуказанные|данные|системные',
    nouns: 'инструкции|указания|правила|команды|подсказки|промпты|ограничения|директивы'
  }
]

/** Other characters that stand for a letter. */
const STAND_INS: Readonly<Record<string, string>> = {
  a: 'a4@',
  b: 'b8',
  e: 'e3',
  g: 'g9',
  i: 'i1!l',
  l: 'l1i',
  o: 'o0',
  s: 's5$',
  t: 't7+'
}

const RULES: readonly Rule[] = [
  ...OVERRIDES.map(overrideRule),
  disguisedOverride(),
  rule('override', String.raw`\b(?:new|updated|real|actual) (?:system )?instructions? ?:`),
  // Chinese: "ignore ... the instructions", with a word for "all" or "previous" for other nouns.
  rule('override', '(?:忽略|无视|無視|忘记|忘記|忽视|忽視)[^\\n]{0,8}(?:指令|指示)'),
  rule(
    'override',
    '(?:忽略|无视|無視|忘记|忘記|忽视|忽視|不要理会|无需理会)[^\\n]{0,4}(?:所有|之前|以上|上面|上述|先前|此前|前面|你的|全部|一切|任何|系统)[^\\n]{0,10}(?:提示|规则|規則|命令|要求|设定|限制)'
  ),
  // Japanese: "the previous ... instructions ... ignore".
  rule(
    'override',
    '(?:これまで|以前|以上|上記|前述|今まで|全て|すべて|あなた|システム)[^\\n]{0,12}(?:指示|命令|ルール|プロンプト|指令|規則|制約)[^\\n]{0,6}(?:無視|忘れ|破棄)'
  ),
  rule(
    'role',
    String.raw`\b(?:du bist (?:ab )?(?:jetzt|nun)|sie sind (?:ab )?(?:jetzt|nun)|tu es (?:maintenant|desormais)|vous etes (?:maintenant|desormais)|ahora eres|a partir de ahora eres|(?:adesso|ora|d'ora in poi) sei|(?:agora voce e|voce agora e|a partir de agora,? voce))\b`
  ),
  rule('role', '(?:теперь ты|ты теперь|отныне ты|с этого момента ты)(?!\\p{L})'),
  rule('role', '(?:你现在是|你現在是|从现在开始,?你|從現在開始,?你|你将扮演|请你扮演)'),
  rule('role', '(?:(?:今|これ)から,?、?あなたは|あなたは(?:今|これ)から)'),
  rule('role', String.raw`\b(?:you are|you're) (?:now|no longer|going to (?:act|be))\b`),
  rule(
    'role',
    String.raw`\b(?:act|behave|respond|answer|roleplay) as (?:if you (?:are|were)|a|an|the|my)\b.{0,40}\b(?:assistant|ai|model|admin(?:istrator)?s?|root|developer|user|expert|agent|dan)\b`
  ),
  rule('role', String.raw`\b(?:from now on|henceforth),? you\b`),
  rule(
    'role',
    String.raw`\b(?:enable|enter|activate|switch (?:in)?to) (?:developer|debug|god|jailbreak|dan|admin|unrestricted) mode\b`
  ),
  rule(
    'markup',
    String.raw`<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|begin_of_text|start_header_id)\|>`
  ),
  rule(
    'markup',
    String.raw`\[\/?(?:INST|SYS)\]|<<\/?SYS>>|<\/?(?:system|assistant|tool_call|function_calls?|instructions?|system[-_]prompt)>`
  ),
  rule('markup', '(?:^|\\n) ?(?:#{1,6} ?)?(?:system|assistant|human|developer) ?:'),
  rule(
    'secrecy',
    String.raw`\b(?:do not|don't|never|without) (?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|notify(?:ing)?|alert(?:ing)?|ask(?:ing)?)\b.{0,30}\b(?:user|human|operator|owner|developer|anyone|them)\b`
  ),
  rule(
    'secrecy',
    String.raw`\b(?:sag(?:e|en|t)? (?:sie )?(?:es )?(?:dem|der|den) (?:\w{1,20} )?(?:nutzer|benutzer|anwender|betreiber)n? nichts|ne (?:dis|dites) (?:rien )?(?:pas )?a l'?utilisateur|no (?:le )?digas? (?:nada )?al usuario|non dire (?:nulla|niente) all'?utente|nao (?:diga|conte|informe) (?:nada )?ao usuario)`
  ),
  rule(
    'exfiltration',
    String.raw`\b(?:reveal|print|repeat|show|output|leak|expose|dump|tell me|give me)\b.{0,30}\b(?:system prompt|hidden prompt|your (?:instructions|prompt|rules)|api keys?|credentials|secrets?|passwords?|environment variables|private keys?)\b`
  ),
  rule(
    'exfiltration',
    String.raw`\b(?:send|post|upload|forward|exfiltrate|transmit|email)\b.{0,60}\b(?:to|at)\b.{0,10}(?:https?:\/\/|<URL_\d{1,6}>|<EMAIL_\d{1,6}>|<HOST_\d{1,6}>|webhook)`
  ),
  rule(
    'execution',
    String.raw`\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|]{0,200}\|\s{0,4}(?:sudo\s{1,4})?(?:ba|z|da)?sh\b`
  ),
  rule('execution', String.raw`\brm -(?:rf|fr) (?:\/|~|\$HOME|\*)`),
  rule(
    'execution',
    // Tags such as "<code>" are no code to run.
    String.raw`\b(?:you (?:must|should|have to|need to)|please|immediately|now) (?:run|execute|call|invoke)\b.{0,40}(?<!<\/?)\b(?:command|script|tool|function|shell|code)\b`
  )
]

/** The rules, for the tests of their form. */
export function instructionRules(): readonly Rule[] {
  return RULES
}

/** The kind of the first rule that matches the folded text; undefined for none. */
export function matchRules(folded: string): InstructionKind | undefined {
  return RULES.find(({ pattern }) => pattern.test(folded))?.kind
}

/** Folds the words of the pattern, too: folded Russian has Latin letters, Japanese no marks. */
function rule(kind: InstructionKind, source: string): Rule {
  return { kind, pattern: new RegExp(foldPattern(source), 'iu') }
}

function overrideRule({ verbs, between, nouns }: OverrideWords): Rule {
  return rule(
    'override',
    `(?<![\\p{L}\\p{N}])(?:${verbs}) (?:(?:${between}) ){1,6}(?:${nouns})(?![\\p{L}\\p{N}])`
  )
}

/** "1gn0re@ll-prev1ous instruct10ns": stand-ins for letters, and no space or another separator. */
function disguisedOverride(): Rule {
  const between = '[ .,_*-]{0,2}'
  return {
    kind: 'override',
    pattern: new RegExp(
      [
        anyOf('ignore disregard forget override bypass'),
        `(?:${anyOf('all any of the these')}${between}){0,3}${anyOf('previous prior above earlier preceding your')}`,
        `(?:${anyOf('system')}${between})?${anyOf('instructions prompts rules guidelines')}`
      ].join(between),
      'i'
    )
  }
}

/** Any of these words, each letter or what stands for it. */
function anyOf(words: string): string {
  const patterns = words
    .split(' ')
    .map((word) => Array.from(word, (letter) => `[${STAND_INS[letter] ?? letter}]`).join(''))
  return `(?:${patterns.join('|')})`
}

/** Only letters beyond ASCII change, so that the syntax of the pattern stays. */
function foldPattern(source: string): string {
  return source.replace(/[^\p{ASCII}]+/gu, (letters) => foldText(letters))
}
