/**
 * When each peer is asked for its filter: soon after it has connected, and afterwards once in each
 * interval. Peers that connect at the same time, as the nodes of one machine do, are asked soon, and then
 * in different rounds: all at once would hold up what else comes.
 */

/** Rounds in an interval. */
export const ROUNDS = 10

/** Rounds until a peer that has connected is asked, at most. */
const FIRST_ROUNDS = 2

interface Turn {
  left: number
  isFirst: boolean
}

export class Turns {
  readonly #random: () => number
  /** By the name of each connected peer. */
  readonly #turns = new Map<string, Turn>()

  constructor(random: () => number) {
    this.#random = random
  }

  has(peer: string): boolean {
    return this.#turns.has(peer)
  }

  add(peer: string): void {
    this.#turns.set(peer, { left: this.#draw(FIRST_ROUNDS), isFirst: true })
  }

  delete(peer: string): void {
    this.#turns.delete(peer)
  }

  /** Counts a round of the peer; whether it is asked in it. */
  isDue(peer: string): boolean {
    const turn = this.#turns.get(peer)
    if (turn === undefined) return false
    turn.left -= 1
    if (turn.left > 0) return false
    turn.left = turn.isFirst ? this.#draw(ROUNDS) : ROUNDS
    turn.isFirst = false
    return true
  }

  #draw(most: number): number {
    return 1 + Math.floor(this.#random() * most)
  }
}
