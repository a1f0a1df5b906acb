/**
 * Detects instructions: text that addresses a model. Text of peers is data. If it reads like an
 * order, it stays quarantined until this node itself vouches for it. Rules find the usual phrasings,
 * and a linear model finds others; neither finds every order (docs/LIMITS.md).
 */
import { hasHiddenText } from './display-text.ts'
import { readsLikeDirective } from './directive-model.ts'
import { foldText } from './fold-text.ts'
import { matchRules } from './instruction-rules.ts'
import type { InstructionKind } from './instruction-kind.ts'

/** Incremented when other texts are flagged: by other rules, weights or folding. */
export const INSTRUCTION_RULES = 3

/** The kind of order that a text resembles; undefined for none. */
export function findInstruction(text: string): InstructionKind | undefined {
  if (hasHiddenText(text)) return 'hidden-text'
  const folded = foldText(text)
  return matchRules(folded) ?? (readsLikeDirective(folded) ? 'directive' : undefined)
}
