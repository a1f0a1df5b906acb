/** Epochs of voices: weeks of the Unix clock, numbered. All nodes of a swarm use the same length. */
import { EPOCH_SECONDS } from './constants.ts'

/** The number of the epoch at a time in seconds of the Unix epoch. */
export function epochOf(seconds: number, length = EPOCH_SECONDS): number {
  return Math.floor(seconds / length)
}

/** When the epoch begins, in seconds. */
export function epochBegin(epoch: number, length = EPOCH_SECONDS): number {
  return epoch * length
}
