/**
 * Echoes: text that an agent was given by `recall` and distils again, reworded by punctuation or
 * not. It is nobody's new finding, so it adds no fact and no confidence. Remembered until the node
 * stops, the latest of them.
 */
import { areVariants, formOf } from './variants.ts'

/** About 20 MB of recalled text at 200 bytes each. */
const MAX_ECHOES = 50_000

interface Recalled {
  readonly id: string
  readonly entity: string
  readonly content: string
}

export class Echoes {
  readonly #byForm = new Map<number, Recalled>()
  /** A cheap sum of letters and digits for each form: nearly all other text stops there. */
  readonly #sums = new Map<number, number>()

  remember(recalled: Recalled): void {
    const form = formOf(recalled.entity, recalled.content)
    if (!this.#byForm.has(form)) this.#count(recalled.content, 1)
    this.#byForm.delete(form)
    this.#byForm.set(form, recalled)
    if (this.#byForm.size > MAX_ECHOES) this.#dropOldest()
  }

  /** Id of what was recalled and is now said again. */
  find(entity: string, content: string): string | undefined {
    if (this.#byForm.size === 0 || !this.#sums.has(sumOf(content))) return undefined
    const recalled = this.#byForm.get(formOf(entity, content))
    if (recalled === undefined) return undefined
    const isSame = areVariants(recalled.entity, entity) && areVariants(recalled.content, content)
    return isSame ? recalled.id : undefined
  }

  #dropOldest(): void {
    for (const [form, { content }] of this.#byForm) {
      this.#byForm.delete(form)
      this.#count(content, -1)
      return
    }
  }

  #count(content: string, change: number): void {
    const sum = sumOf(content)
    const count = (this.#sums.get(sum) ?? 0) + change
    if (count === 0) this.#sums.delete(sum)
    else this.#sums.set(sum, count)
  }
}

/** Of ASCII letters, whatever their case, and digits; so variants have the same. */
function sumOf(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) sum += code
    else if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) sum += code | 32
  }
  return sum
}
