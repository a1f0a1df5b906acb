/**
 * Text of other authors: how it is shown, and whether it reads like an order to a model. All text
 * of the hive passes here before it leaves the library.
 */
export { displayText, displayTextInPlace, displayTexts } from './display-text.ts'
export { INSTRUCTION_RULES } from './instructions.ts'
export { detectInstruction } from './known-instructions.ts'
export type { DisplayText, DisplayTexts } from './display-text.ts'
export type { InstructionKind } from './instruction-kind.ts'
