/**
 * The ids of the latest runs of this node that were reported or have expired, so that a run counts
 * once, however often it is reported, also after a restart. A run id belongs to one skill.
 */
import { createHash } from 'node:crypto'
import { MAX_KNOWN_RUNS } from '../constants.ts'
import type { Operation } from '../../../crdt/index.ts'
import type { SkillRecords } from './skill-records.ts'

const KEY_BYTES = 12

export class KnownRuns {
  readonly #records: SkillRecords
  readonly #capacity: number
  /** The number of each run, oldest first; its slot is the number modulo the capacity. */
  readonly #numbers = new Map<string, number>()
  #next = 0

  constructor(records: SkillRecords, capacity = MAX_KNOWN_RUNS) {
    this.#records = records
    this.#capacity = capacity
  }

  async load(): Promise<void> {
    const runs = await Array.fromAsync(this.#records.runs())
    for (const { key, number } of runs.toSorted((one, other) => one.number - other.number)) {
      this.#numbers.set(key, number)
      this.#next = number + 1
    }
  }

  has(skill: string, run: string): boolean {
    return this.#numbers.has(keyOf(skill, run))
  }

  /** Beyond the capacity the oldest run is forgotten. */
  add(skill: string, run: string): Operation {
    const number = this.#next
    this.#next += 1
    const [oldest] = this.#numbers
    if (oldest !== undefined && oldest[1] <= number - this.#capacity) {
      this.#numbers.delete(oldest[0])
    }
    const key = keyOf(skill, run)
    this.#numbers.set(key, number)
    return this.#records.putRun(number % this.#capacity, { number, key })
  }
}

function keyOf(skill: string, run: string): string {
  const digest = createHash('sha256').update(`${skill}/${run}`).digest()
  return digest.subarray(0, KEY_BYTES).toString('base64url')
}
