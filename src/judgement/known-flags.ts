/**
 * Whether records read like instructions, remembered for the latest ones: the text of a digest never
 * changes, and comparing 3 kB with all rules takes 0.3 ms.
 */
import { detectInstruction } from '../foreign-text/index.ts'
import type { AttestedRecord } from '../../crdt/index.ts'
import type { InstructionKind } from '../foreign-text/index.ts'

/** About 2 MB. */
const MAX_KNOWN = 16_384

export class KnownFlags {
  readonly #known = new Map<string, InstructionKind | undefined>()

  of({ digest, record }: Pick<AttestedRecord, 'digest' | 'record'>): InstructionKind | undefined {
    const key = Buffer.from(digest).toString('latin1')
    if (this.#known.has(key)) return this.#known.get(key)
    const flag = detectInstruction(textOf(record))
    if (this.#known.size >= MAX_KNOWN) {
      for (const [oldest] of this.#known) {
        this.#known.delete(oldest)
        break
      }
    }
    this.#known.set(key, flag)
    return flag
  }
}

function textOf({
  entity,
  content,
  attribute = '',
  value = '',
  action = '',
  versions = ''
}: AttestedRecord['record']): string {
  const lesson = action === '' && versions === '' ? [] : [action, versions]
  return [entity, content, attribute, value, ...lesson].join('\n')
}
