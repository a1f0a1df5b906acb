/** Who did what and when, to be read by people. */
import { simulated } from './environment/simulated.ts'

/** Lines that are kept: the last ones lead to the failure. */
const MAX_LINES = 2_000

export class Story {
  readonly #lines: string[] = []

  tell(who: string, what: string): void {
    const seconds = (simulated().time.now / 1000).toFixed(3).padStart(9)
    this.#lines.push(`${seconds} s  ${who.padEnd(5)} ${what}`)
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }

  get text(): string {
    return this.#lines.join('\n')
  }
}
