/**
 * Detects instructions: text that addresses a model. Text of peers is data. If it reads like an
 * order, it stays quarantined until this node itself vouches for it. The rules find the usual
 * phrasings, not every order (docs/LIMITS.md).
 */

import { hasHiddenText } from './display-text.ts'
import { foldText } from './fold-text.ts'

interface Rule {
  readonly name: InstructionKind
  readonly pattern: RegExp
}

/** The kind of order that a text resembles. */
export type InstructionKind =
  /** "Ignore all previous instructions." */
  | 'override'
  /** "You are now ...", "act as ...": assigns another role. */
  | 'role'
  /** Delimiters of a prompt format: `<|im_start|>`, `[INST]`, `### System:`. */
  | 'markup'
  /** "Do not tell the user." */
  | 'secrecy'
  /** Asks for hidden data: the prompt, keys, files of the machine. */
  | 'exfiltration'
  /** Asks to run fetched code, or to destroy something. */
  | 'execution'
  /** Invisible characters: tags, zero-width and direction marks. */
  | 'hidden-text'

const CONTEXT =
  '(?:(?:system|developer|initial|original|hidden) )?(?:instructions?|prompts?|rules|guidelines|directions|messages?|context|guardrails|constraints)'
const IGNORE_VERBS = '(?:ignore|disregard|forget|override|bypass|skip|drop|neglect|discard)'

const RULES: readonly Rule[] = [
  {
    name: 'override',
    pattern: new RegExp(
      `\\b${IGNORE_VERBS} (?:(?:all|any|every|the|these|those|your|my|of|previous|prior|above|earlier|preceding|existing|other) ){1,5}${CONTEXT}\\b`,
      'i'
    )
  },
  { name: 'override', pattern: /\b(?:new|updated|real|actual) (?:system )?instructions? ?:/i },
  // Other languages without their marks: the folded text has none.
  {
    name: 'override',
    pattern:
      /\b(?:ignorier(?:e|t|en)?|vergiss|vergesst|vergessen|missachte[nt]?|uberschreibe[nt]?|beachte[nt]?) (?:(?:sie|bitte|nun|jetzt|alle[sn]?|die|das|den|deine[nr]?|ihre[nr]?|diese[nr]?|vorherigen?|bisherigen?|obigen?|fruheren?|vorigen?|vorangegangenen?|ursprunglichen?) ){1,6}(?:system)?(?:anweisung(?:en)?|regeln?|instruktion(?:en)?|befehle?|vorgaben|richtlinien|prompts?)\b/i
  },
  {
    name: 'override',
    pattern:
      /\b(?:ignore[szr]?|ignorez|oublie[szr]?|oubliez|neglige[szr]?) (?:(?:toutes?|tous|les|vos|tes|ces|mes|des|precedentes?|anciennes?) ){1,5}(?:instructions?|consignes?|regles?|directives?|ordres)\b/i
  },
  {
    name: 'override',
    pattern:
      /\b(?:ignor[ae]|ignorad|ignoren|olvid[ae]|olviden|omit[ae]) (?:(?:todas?|todos|las|los|tus|sus|estas|anteriores) ){1,5}(?:instrucciones|reglas|indicaciones|ordenes|directrices)\b/i
  },
  {
    name: 'override',
    pattern:
      /\b(?:ignor[ai]|ignorate|dimentica|dimenticate|esque[cç]a) (?:(?:tutte|tutti|le|gli|i|tue|vostre|todas|as|suas|queste|precedenti) ){1,5}(?:istruzioni|regole|direttive|instrucoes|regras)\b/i
  },
  {
    name: 'role',
    pattern:
      /\b(?:du bist (?:ab )?(?:jetzt|nun)|sie sind (?:ab )?(?:jetzt|nun)|tu es (?:maintenant|desormais)|vous etes (?:maintenant|desormais)|ahora eres|a partir de ahora eres)\b/i
  },
  {
    name: 'secrecy',
    pattern:
      /\b(?:sag(?:e|en|t)? (?:sie )?(?:es )?(?:dem|der|den) (?:\w+ )?(?:nutzer|benutzer|anwender|betreiber)n? nichts|ne (?:dis|dites) (?:rien )?(?:pas )?a l'?utilisateur|no (?:le )?digas? (?:nada )?al usuario)/i
  },
  { name: 'override', pattern: /(?:忽略|无视|忘记).{0,8}(?:指令|指示|提示|规则)/u },
  { name: 'role', pattern: /\b(?:you are|you're) (?:now|no longer|going to (?:act|be))\b/i },
  {
    name: 'role',
    pattern:
      /\b(?:act|behave|respond|answer|roleplay) as (?:if you (?:are|were)|a|an|the|my)\b.{0,40}\b(?:assistant|ai|model|admin\w*|root|developer|user|expert|agent|dan)\b/i
  },
  { name: 'role', pattern: /\b(?:from now on|henceforth),? you\b/i },
  {
    name: 'role',
    pattern:
      /\b(?:enable|enter|activate|switch (?:in)?to) (?:developer|debug|god|jailbreak|dan|admin|unrestricted) mode\b/i
  },
  {
    name: 'markup',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|begin_of_text|start_header_id)\|>/i
  },
  {
    name: 'markup',
    pattern:
      /\[\/?(?:INST|SYS)\]|<<\/?SYS>>|<\/?(?:system|assistant|tool_call|function_calls?|instructions?|system[-_]prompt)>/i
  },
  { name: 'markup', pattern: /(?:^|\n)\s*(?:#{1,6}\s*)?(?:system|assistant|human|developer)\s*:/i },
  {
    name: 'secrecy',
    pattern:
      /\b(?:do not|don't|never|without) (?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|notify(?:ing)?|alert(?:ing)?|ask(?:ing)?)\b.{0,30}\b(?:user|human|operator|owner|developer|anyone|them)\b/i
  },
  {
    name: 'exfiltration',
    pattern:
      /\b(?:reveal|print|repeat|show|output|leak|expose|dump|tell me|give me)\b.{0,30}\b(?:system prompt|hidden prompt|your (?:instructions|prompt|rules)|api keys?|credentials|secrets?|passwords?|environment variables|private keys?)\b/i
  },
  {
    name: 'exfiltration',
    pattern:
      /\b(?:send|post|upload|forward|exfiltrate|transmit|email)\b.{0,60}\b(?:to|at)\b.{0,10}(?:https?:\/\/|<URL_\d+>|<EMAIL_\d+>|<HOST_\d+>|webhook)/i
  },
  {
    name: 'execution',
    pattern:
      /\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/i
  },
  { name: 'execution', pattern: /\brm\s+-(?:rf|fr)\s+(?:\/|~|\$HOME|\*)/i },
  {
    name: 'execution',
    pattern:
      /\b(?:you (?:must|should|have to|need to)|please|immediately|now) (?:run|execute|call|invoke)\b.{0,40}\b(?:command|script|tool|function|shell|code)\b/i
  }
]

/** The kind of order that a text resembles; undefined for none. */
export function detectInstruction(text: string): InstructionKind | undefined {
  if (hasHiddenText(text)) return 'hidden-text'
  const plain = text
    .normalize('NFKC')
    .replace(/[’‘]/g, "'")
    .replace(/[ \t]+/g, ' ')
  const folded = foldText(text)
  return RULES.find(({ pattern }) => pattern.test(plain) || pattern.test(folded))?.name
}
