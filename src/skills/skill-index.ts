/**
 * Finds skills by their purpose: Okapi BM25 (Robertson and Zaragoza, "The probabilistic relevance
 * framework", 2009) over name, description and documentation. In memory: 10,000 skills with a
 * typical description take a few megabytes and under a millisecond a question.
 */
import { stemmedWords } from './stemmed-words.ts'
import type { SkillStore } from './store/skill-store.ts'

export interface SkillMatch {
  readonly id: string
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}

/** Constants of the source: saturation of a repeated word, and the discount of long texts. */
const K1 = 1.2
const B = 0.75

/** Weight of a word of the name, relative to one of the description. */
const NAME_WEIGHT = 3

/** A word of the documentation says less about the purpose of a skill. */
const DOCUMENTATION_WEIGHT = 0.3

export class SkillIndex {
  readonly #store: Pick<SkillStore, 'all' | 'documentations' | 'size'>
  /** Weighted words of each skill. */
  readonly #lengths = new Map<string, number>()
  readonly #postings = new Map<string, Map<string, number>>()
  #length = 0
  #documentationLoaded: Promise<void> | undefined

  constructor(store: Pick<SkillStore, 'all' | 'documentations' | 'size'>) {
    this.#store = store
  }

  /** Best first. */
  async find(text: string): Promise<SkillMatch[]> {
    await this.#catchUp()
    const scores = new Map<string, number>()
    const mean = this.#length / Math.max(1, this.#lengths.size)
    for (const word of new Set(stemmedWords(text))) {
      const postings = this.#postings.get(word)
      if (postings === undefined) continue
      const rarity = Math.log(
        1 + (this.#lengths.size - postings.size + 0.5) / (postings.size + 0.5)
      )
      for (const [id, weight] of postings) {
        const length = this.#lengths.get(id) ?? mean
        const score = (rarity * weight * (K1 + 1)) / (weight + K1 * (1 - B + (B * length) / mean))
        scores.set(id, (scores.get(id) ?? 0) + score)
      }
    }
    return [...scores]
      .map(([id, score]) => ({ id, score }))
      .toSorted((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
  }

  /** Adds the documentation of a skill. */
  async document(id: string, text: string): Promise<void> {
    await this.#catchUp()
    this.#add(id, text, DOCUMENTATION_WEIGHT)
  }

  remove(id: string): void {
    const length = this.#lengths.get(id)
    if (length === undefined) return
    this.#lengths.delete(id)
    this.#length -= length
    for (const [word, postings] of this.#postings) {
      if (postings.delete(id) && postings.size === 0) this.#postings.delete(word)
    }
  }

  async #catchUp(): Promise<void> {
    if (this.#lengths.size < this.#store.size) {
      for (const { id, skill } of this.#store.all()) {
        if (this.#lengths.has(id)) continue
        this.#lengths.set(id, 0)
        this.#add(id, skill.name, NAME_WEIGHT)
        this.#add(id, skill.description, 1)
      }
    }
    const loaded = (this.#documentationLoaded ??= this.#addDocumentation())
    try {
      await loaded
    } catch (error) {
      // The next call tries again.
      if (this.#documentationLoaded === loaded) this.#documentationLoaded = undefined
      throw error
    }
  }

  async #addDocumentation(): Promise<void> {
    // At once: what is added in part would count twice.
    for (const [id, { text }] of await Array.fromAsync(this.#store.documentations())) {
      this.#add(id, text, DOCUMENTATION_WEIGHT)
    }
  }

  #add(id: string, text: string, weight: number): void {
    const known = this.#lengths.get(id)
    if (known === undefined) return
    let added = 0
    for (const word of stemmedWords(text)) {
      let postings = this.#postings.get(word)
      if (postings === undefined) this.#postings.set(word, (postings = new Map()))
      postings.set(id, (postings.get(id) ?? 0) + weight)
      added += weight
    }
    this.#lengths.set(id, known + added)
    this.#length += added
  }
}
