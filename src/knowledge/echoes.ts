/**
 * Echoes: text that `recall` returned and that an agent distils again, in the same words. An echo
 * is no new finding, so it adds no fact and no confidence. The node remembers the latest recalled
 * texts until it stops or the fact is forgotten.
 */
import { areVariants } from './variants.ts'

/** About 20 MB of recalled text at 200 bytes each. */
const MAX_ECHOES = 50_000

interface RecalledText {
  readonly id: string
  readonly entity: string
  readonly content: string
  /** Of a fact of this node. */
  readonly agent?: string
}

export class Echoes {
  /** By id, the latest last. */
  readonly #recalled = new Map<string, RecalledText>()
  /** Ids by a cheap sum of their content, which excludes nearly all other text. */
  readonly #bySum = new Map<number, Set<string>>()

  remember(recalled: RecalledText): void {
    const { id, content } = recalled
    this.#recalled.delete(id)
    this.#recalled.set(id, recalled)
    const sum = letterSum(content)
    const ids = this.#bySum.get(sum)
    if (ids === undefined) this.#bySum.set(sum, new Set([id]))
    else ids.add(id)
    if (this.#recalled.size > MAX_ECHOES) this.#dropOldest()
  }

  /** The id of the recalled fact that this text repeats. */
  find(entity: string, content: string): string | undefined {
    if (this.#bySum.size === 0) return undefined
    for (const id of this.#bySum.get(letterSum(content)) ?? []) {
      const recalled = this.#recalled.get(id)
      if (recalled === undefined) continue
      if (areVariants(recalled.entity, entity) && areVariants(recalled.content, content)) return id
    }
    return undefined
  }

  /** Drops a fact that was removed from this node, and facts of this node that may be its variants. */
  forget({ id, entity, content }: RecalledText): void {
    for (const other of this.#bySum.get(letterSum(content)) ?? []) {
      const recalled = this.#recalled.get(other)
      if (recalled === undefined) continue
      const isVariant =
        areVariants(recalled.entity, entity) && areVariants(recalled.content, content)
      if (other === id || (recalled.agent !== undefined && isVariant)) this.#drop(recalled)
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#recalled.values()
    if (oldest !== undefined) this.#drop(oldest)
  }

  #drop({ id, content }: RecalledText): void {
    this.#recalled.delete(id)
    const ids = this.#bySum.get(letterSum(content))
    ids?.delete(id)
    if (ids?.size === 0) this.#bySum.delete(letterSum(content))
  }
}

/** Sum and number of ASCII letters, without case, and digits; equal for variants. */
function letterSum(text: string): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
    if (!isLetter && !(code >= 48 && code <= 57)) continue
    sum += isLetter ? code | 32 : code
    count += 1
  }
  return sum * 2 ** 16 + (count % 2 ** 16)
}
