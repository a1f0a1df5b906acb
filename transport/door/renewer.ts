/**
 * Asks for the renewal of this node's certificate: when a member connects, and each minute, while a renewal
 * is wanted. Of those that may renew, it asks one after the other until one does.
 */
import { repeatingTask } from '@libp2p/utils'
import { RENEWAL_INTERVAL } from '../constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { CertificateRenewals, RenewalAnswer } from '../../crdt/index.ts'

export interface RenewerInit {
  readonly renewals: Pick<CertificateRenewals, 'noteAnswer' | 'wanted'>
  /** Connected peers that proved to be this member. */
  readonly peersOf: (member: Uint8Array) => readonly PeerId[]
  readonly request: (peer: PeerId) => Promise<RenewalAnswer>
  readonly onFailure: (peer: PeerId, error: unknown) => void
}

export class Renewer {
  readonly #init: RenewerInit
  readonly #task: RepeatingTask
  #isAsking = false

  constructor(init: RenewerInit) {
    this.#init = init
    this.#task = repeatingTask(() => this.renewSoon(), RENEWAL_INTERVAL)
  }

  start(): void {
    this.#task.start()
  }

  stop(): void {
    this.#task.stop()
  }

  /** Asks if a renewal is wanted, and no request is on its way. Never throws. */
  renewSoon(): void {
    const wanted = this.#init.renewals.wanted()
    if (wanted.length === 0) {
      this.#init.renewals.noteAnswer(undefined)
      return
    }
    if (!this.#isAsking) void this.#renew(wanted)
  }

  async #renew(wanted: readonly Uint8Array[]): Promise<void> {
    const { renewals, peersOf, request, onFailure } = this.#init
    this.#isAsking = true
    let last: RenewalAnswer | undefined
    for (const peer of wanted.flatMap(peersOf)) {
      try {
        last = await request(peer)
        if ('certificate' in last) break
      } catch (error) {
        onFailure(peer, error)
      }
    }
    this.#isAsking = false
    renewals.noteAnswer(last)
  }
}
