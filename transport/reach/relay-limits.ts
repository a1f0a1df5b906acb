/** What a relay gives to others, at most. */

/** What a node relays for other members of the swarm. */
export interface RelayLimits {
  /** Nodes that may be reached through this one at a time; default 64. */
  readonly reservations: number
  /** Bytes of one relayed connection, both directions together; default 64 MiB. */
  readonly bytes: number
  /** Seconds that one relayed connection may last; default an hour. */
  readonly seconds: number
}

/**
 * libp2p's own defaults (128 KiB, 2 minutes) are for strangers and too little for a sync. Members
 * have the swarm key: these limits bound mistakes.
 */
export const DEFAULT_RELAY_LIMITS: RelayLimits = {
  reservations: 64,
  bytes: 64 * 1024 * 1024,
  seconds: 3600
}

/** The largest values that a node may set: a day, a tebibyte. */
export const MAX_RELAY_LIMITS: RelayLimits = {
  reservations: 1000,
  bytes: 2 ** 40,
  seconds: 86_400
}
