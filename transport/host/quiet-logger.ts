/**
 * A logger for libp2p that says nothing. libp2p makes loggers for each connection and stream, which
 * take a sixth of the memory of a node in a large swarm; these are one object.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'

/** The logger for `createLibp2p`; undefined: libp2p's own, where `DEBUG` asks for what it says. */
export function quietLogger(
  { DEBUG }: { readonly DEBUG?: string } = process.env
): ComponentLogger | undefined {
  if (DEBUG !== undefined && DEBUG !== '') return undefined
  return { forComponent: () => QUIET }
}

const QUIET: Logger = Object.assign(nothing, {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: (): Logger => QUIET
})

function nothing(): void {}
