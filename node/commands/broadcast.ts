/** `hive broadcast`: promotes facts of sufficient confidence to the swarm. */
import { numberOption, readArguments } from '../command.ts'
import { BROADCAST } from '../command-line/specs/swarm.ts'
import { EXIT } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { sanitizeText, print, printJson, withProgress } from '../output/terminal.ts'
import type { BroadcastReport } from '../../src/index.ts'
import type { Command } from '../command.ts'

/** Withheld facts printed in full; the others are counted. */
const MAX_SHOWN = 10

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, BROADCAST, context)
    const minConfidence = numberOption('min-confidence', values['min-confidence'], 0, 1)
    const report = await withProgress(
      signal,
      (update) =>
        withNode(dataDir, (call) =>
          call(
            'broadcast',
            { minConfidence },
            { signal, onProgress: ({ promoted }) => update(`${promoted} promoted`) }
          )
        ),
      (last) =>
        `Published at least: ${last ?? '0 promoted'}. "hive broadcast" again publishes the rest.`
    )
    if (values.json === true) {
      printJson(report)
      return EXIT.ok
    }
    const { promoted, corroborated, withheld } = report
    print(`${promoted} promoted, ${corroborated} corroborated, ${withheld.length} withheld`)
    for (const { id, reason } of withheld.slice(0, MAX_SHOWN))
      print(`  ${id}  ${sanitizeText(reason)}`)
    if (withheld.length > MAX_SHOWN) print(`  and ${withheld.length - MAX_SHOWN} more`)
    if (promoted + corroborated > 0) print(`${reachOf(report)} ${releaseOf(report)}`)
    return EXIT.ok
  }
}

function reachOf({ peers }: BroadcastReport): string {
  if (peers === 0) return 'No peer is connected: peers get them when they connect.'
  return peers === 1 ? '1 peer is connected.' : `${peers} peers are connected.`
}

function releaseOf({ needs }: BroadcastReport): string {
  if (needs === 0) return 'Other nodes release them at once.'
  const authors = needs === 1 ? '1 more author vouches' : `${needs} more authors vouch`
  return `Other nodes release them when ${authors} for the same (k = ${needs + 1}).`
}
