/**
 * Text of other authors: how it is shown, and whether it reads like an order to a model. All text
 * of the hive passes here before it leaves the library.
 */
export { displayText, displayTextInPlace } from './display-text.ts'
export { detectInstruction, INSTRUCTION_RULES } from './instructions.ts'
export type { InstructionKind } from './instruction-kind.ts'
