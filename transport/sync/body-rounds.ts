/**
 * Rounds that ask peers for bodies of records that came in no entry: one at a time. Anybody can vote for
 * digests of nothing, and causes a round by each message that makes this node pull. So bodies that no peer
 * had are asked for at a pace, whatever causes the rounds; those that come cost nothing. Those that a peer
 * says it has come first.
 */
import {
  BODY_ROUND_TIMEOUT,
  FRUITLESS_BODIES_PER_SECOND,
  MAX_FRUITLESS_BODIES,
  MAX_REQUESTED_BODIES
} from '../constants.ts'
import { Pace } from '../pace.ts'
import { ClaimedBodies } from './claimed-bodies.ts'
import type { Replica } from '../../crdt/index.ts'
import type { ClaimedBodiesInit } from './claimed-bodies.ts'

export interface BodyRoundsInit extends ClaimedBodiesInit {
  readonly replica: ClaimedBodiesInit['replica'] & Pick<Replica, 'missingBodies'>
  readonly onError: (error: unknown) => void
}

export class BodyRounds {
  readonly #init: BodyRoundsInit
  readonly #claimed: ClaimedBodies
  readonly #fruitless: Pace
  #areClaimedWanted = false
  #areOthersWanted = false
  #isRunning = false

  constructor(init: BodyRoundsInit) {
    this.#init = init
    const { now = () => performance.now() } = init
    this.#claimed = new ClaimedBodies(init)
    this.#fruitless = new Pace(FRUITLESS_BODIES_PER_SECOND, MAX_FRUITLESS_BODIES, now)
  }

  /** Begins a round, or another one after that which runs. */
  ask(): void {
    this.#areOthersWanted = true
    this.askClaimed()
  }

  /** The same, for bodies that a peer says it has. */
  askClaimed(): void {
    this.#areClaimedWanted = true
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      while (this.#areClaimedWanted || this.#areOthersWanted) {
        const areOthersWanted = this.#areOthersWanted && this.#fruitless.isOpen
        this.#areClaimedWanted = false
        this.#areOthersWanted = false
        // Where bodies came, there may be more.
        if (await this.#claimed.round()) this.#areClaimedWanted = true
        if (areOthersWanted && (await this.#round())) this.#areOthersWanted = true
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
