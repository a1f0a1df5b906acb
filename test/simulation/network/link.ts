/** The wire between two connected hosts. */
import { simulated } from '../environment/simulated.ts'
import type { Owner } from '../environment/owner.ts'

/** Milliseconds without an answer after which a connection ends, as by libp2p's pings. */
const SILENCE_LIMIT = 20_000

export type OnCarry = (from: Owner, to: Owner, bytes: Uint8Array | undefined) => void

/** One end of the wire. */
export interface Side {
  readonly host: { readonly owner: Owner }
  readonly status: string
  end(error?: Error): void
}

/** What the network says of the way between two nodes. */
export interface Ways {
  reaches(a: string, b: string): boolean
  delay(a: string, b: string): number
}

interface Waiting {
  readonly from: Side
  readonly to: Side
  readonly deliver: () => void
}

/** What two connected hosts share: their wire. */
export class Link {
  readonly #network: Ways
  readonly #onCarry: OnCarry
  readonly #onEnd: () => void
  readonly #last = new Map<Side, number>()
  readonly #waiting: Waiting[] = []
  #sides: readonly Side[] = []
  /** One of its hosts is gone, and the other one does not know. */
  #isHalfOpen = false
  #isEnded = false

  constructor(network: Ways, onCarry: OnCarry, onEnd: () => void) {
    this.#network = network
    this.#onCarry = onCarry
    this.#onEnd = onEnd
  }

  join(...sides: readonly Side[]): void {
    this.#sides = sides
  }

  has(host: object): boolean {
    return this.#sides.some((side) => side.host === host)
  }

  carry(from: Side, to: Side, bytes: Uint8Array | undefined, deliver: () => void): void {
    if (this.#isHalfOpen || this.#isEnded) return
    this.#onCarry(from.host.owner, to.host.owner, bytes)
    const [a, b] = [from.host.owner.name, to.host.owner.name]
    if (this.#waiting.length > 0 || !this.#network.reaches(a, b)) {
      if (this.#waiting.length === 0) this.#limitSilence()
      this.#waiting.push({ from, to, deliver })
      return
    }
    const { time } = simulated()
    const due = Math.max(this.#last.get(from) ?? 0, time.now + this.#network.delay(a, b))
    this.#last.set(from, due)
    time.schedule(due - time.now, deliver, to.host.owner)
  }

  /** What waited for the end of a partition goes on. */
  flush(): void {
    for (const { from, to, deliver } of this.#waiting.splice(0)) {
      const { time } = simulated()
      const due = time.now + this.#network.delay(from.host.owner.name, to.host.owner.name)
      this.#last.set(from, Math.max(this.#last.get(from) ?? 0, due))
      time.schedule((this.#last.get(from) ?? due) - time.now, deliver, to.host.owner)
    }
  }

  /** Ends both sides. */
  break(): void {
    this.#isEnded = true
    this.#onEnd()
    for (const side of this.#sides) {
      simulated().time.schedule(0, () => side.end(new Error('ECONNRESET')), side.host.owner)
    }
  }

  /** One host is gone. */
  lose(host: object, isSilent: boolean): void {
    if (!isSilent) return this.break()
    this.#isHalfOpen = true
    this.#limitSilence()
  }

  /** Both sides were closed in the ordinary way. */
  closed(): void {
    if (this.#sides.every(({ status }) => status !== 'open')) this.#onEnd()
  }

  #limitSilence(): void {
    const { time } = simulated()
    time.schedule(
      SILENCE_LIMIT,
      () => {
        if (this.#isHalfOpen || this.#waiting.length > 0) this.break()
      },
      time.world
    )
  }
}
