/**
 * Trust: how much this node lets an author's claims weigh, from how often the author and this node's
 * own votes agreed. Nobody starts below 1 or gets above it, so agreeing a lot buys nothing; who
 * contradicts what was verified here weighs less and less.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint, toHex } from '../../crdt/bytes/index.ts'
import type { AuthorRegister, Operation, OwnVote, Section, Store } from '../../crdt/index.ts'

interface AuthorHistory {
  readonly agreed: number
  readonly contradicted: number
}

export class AuthorWeights {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section
  #histories = new Map<string, AuthorHistory>()

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#section = store.section('trust')
  }

  async load(): Promise<void> {
    this.#histories = new Map()
    for await (const [author, bytes] of this.#section.entries()) {
      this.#histories.set(toHex(author), readAll(bytes, readRecord))
    }
  }

  /** Above 0, at most 1: twice the mean of Beta(agreed + 1, contradicted + 1), cut at 1. */
  weightOf(author: Uint8Array): number {
    const record = this.#histories.get(toHex(author))
    if (record === undefined) return 1
    const { agreed, contradicted } = record
    return Math.min(1, (2 * (agreed + 1)) / (agreed + contradicted + 2))
  }

  /** Learns from a vote of this node who was right. */
  async learn(own: OwnVote, registers: readonly AuthorRegister[]): Promise<void> {
    const operations: Operation[] = []
    for (const { author, register } of registers) {
      if (register.vote === 'none') continue
      const { agreed, contradicted } = this.#histories.get(toHex(author)) ?? NO_HISTORY
      const isAgreed = register.vote === own
      const record = {
        agreed: agreed + (isAgreed ? 1 : 0),
        contradicted: contradicted + (isAgreed ? 0 : 1)
      }
      this.#histories.set(toHex(author), record)
      operations.push(this.#section.put(author, writeRecord(record)))
    }
    await this.#store.commit(operations)
  }
}

const NO_HISTORY: AuthorHistory = { agreed: 0, contradicted: 0 }

function writeRecord({ agreed, contradicted }: AuthorHistory): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, agreed)
    encoding.writeVarUint(encoder, contradicted)
  })
}

function readRecord(decoder: Parameters<typeof readUint>[0]): AuthorHistory {
  const agreed = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return { agreed, contradicted: readUint(decoder, Number.MAX_SAFE_INTEGER) }
}
