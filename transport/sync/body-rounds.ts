/**
 * Rounds that ask peers for bodies of records that came in no entry: one at a time. Anybody can vote for
 * digests of nothing, and causes a round by each message that makes this node pull. So bodies that no peer
 * had are asked for at a pace, whatever causes the rounds; those that come cost nothing.
 */
import {
  BODY_ROUND_TIMEOUT,
  FRUITLESS_BODIES_PER_SECOND,
  MAX_FRUITLESS_BODIES,
  MAX_REQUESTED_BODIES
} from '../constants.ts'
import { Pace } from '../pace.ts'
import type { Replica } from '../../crdt/index.ts'
import type { Have } from './have.ts'

export interface BodyRoundsInit {
  readonly replica: Pick<Replica, 'missingBodies' | 'putBodies'>
  readonly have: () => Pick<Have, 'fetch'>
  readonly onError: (error: unknown) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

export class BodyRounds {
  readonly #init: BodyRoundsInit
  readonly #fruitless: Pace
  #isWanted = false
  #isRunning = false

  constructor(init: BodyRoundsInit) {
    this.#init = init
    const { now = () => performance.now() } = init
    this.#fruitless = new Pace(FRUITLESS_BODIES_PER_SECOND, MAX_FRUITLESS_BODIES, now)
  }

  /** Begins a round, or another one after that which runs. */
  ask(): void {
    this.#isWanted = true
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      while (this.#isWanted && this.#fruitless.isOpen) {
        this.#isWanted = false
        // Where bodies came, there may be more.
        if (await this.#round()) this.#isWanted = true
      }
    } catch (error) {
      this.#init.onError(error)
    } finally {
      this.#isRunning = false
    }
  }

  /** Resolves to whether bodies came. */
  async #round(): Promise<boolean> {
    const { replica, have } = this.#init
    const missing = await replica.missingBodies(MAX_REQUESTED_BODIES)
    if (missing.length === 0) return false
    const found = await have().fetch(missing, { within: BODY_ROUND_TIMEOUT })
    this.#fruitless.take(missing.length - found.size)
    if (found.size === 0) return false
    const stored = await replica.putBodies([...found.values()], true)
    return stored.length > 0
  }
}
