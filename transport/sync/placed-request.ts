/** The requests of a run that waits for its peer outside of its place. */
import { SYNC_REQUEST_TIMEOUT } from '../constants.ts'
import { withDeadline } from '../streams/deadline.ts'
import type { PeerId } from '@libp2p/interface'
import type { ReadAnswer, RequestStreams } from '../streams/request-streams.ts'
import type { SyncPlace } from './sync-room.ts'

/** Sends a request to the peer, and reads its answer. */
export type Request = <T>(request: Uint8Array, readAnswer: ReadAnswer<T>) => Promise<T>

/** `lane`: requests of different lanes do not wait for each other; `timeout`: of one request. */
export function placedRequest(
  streams: Pick<RequestStreams, 'request'>,
  peer: PeerId,
  place: SyncPlace,
  {
    lane,
    timeout = SYNC_REQUEST_TIMEOUT
  }: { readonly lane?: string; readonly timeout?: number } = {}
): Request {
  return (request, readAnswer) => {
    const placed: typeof readAnswer = (read) => readAnswer(() => place.waitFor(read))
    return withDeadline(timeout, (late) => {
      const signal = AbortSignal.any([place.signal, late])
      return place.waitFor(() => streams.request(peer, request, placed, { signal, lane }))
    })
  }
}
