/** `hive status`: prints the state of a node. */
import { askNode } from '../ask-node.ts'
import { STATUS } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { intakeLines } from '../output/intake-text.ts'
import { membershipLine } from '../output/member-texts.ts'
import { countOf, grouped, print, printJson, sanitizeText, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

export const command: Command = {
  async run(argv, context) {
    const {
      answer: status,
      dataDir,
      isJson
    } = await askNode(argv, STATUS, context, (call, options) => call('status', {}, options))
    if (isJson) {
      printJson({ ...status, dataDir })
      return EXIT.ok
    }
    const {
      running,
      pid,
      peerId,
      swarm,
      membership,
      multiaddrs,
      peers,
      rejections,
      offences,
      damaged
    } = status
    const refused = Object.entries(rejections).map(([reason, count]) => `${count} ${reason}`)
    const rows = [
      ['node', running ? `running, process ${pid}${uptimeText(status.uptime)}` : 'not running'],
      ['data', dataDir],
      ['peer id', peerId ?? '-'],
      ['swarm', swarm === undefined ? '-' : `${swarm.name} (${swarm.id}, ${swarm.mode} node)`],
      ...(membership === undefined ? [] : [['member', membershipLine(membership, Date.now())]]),
      ['listening', multiaddrs.join(' ') || '-'],
      ['http', status.http ?? '-'],
      [
        'peers',
        `${peers.length} (${peers.filter(({ gossip }) => gossip === 'mesh').length} in the mesh)`
      ],
      ['facts', grouped(status.facts)],
      [
        'hive',
        `${countOf(status.entries, 'entry', 'entries')} by ${countOf(status.authors, 'author')}`
      ],
      ['digest', status.digest],
      ['filters', filtersText(status.filters)],
      ['index', indexText(status.index)],
      ...intakeLines(status.intake).map((line, i) => [i === 0 ? 'intake' : '', line]),
      ['refused', refused.join(', ') || 'nothing'],
      ['offences', String(offences)],
      ['damaged', String(damaged)],
      ['quarantined', quarantineText(status.quarantined)],
      ...status.waiting.map((each, i) => [i === 0 ? 'waiting' : '', waitingText(each)]),
      ...status.warnings.map((text) => ['warning', sanitizeText(text)])
    ]
    print(table(rows))
    return EXIT.ok
  }
}

/** `, up 3 h 5 min`. */
function uptimeText(seconds: number | undefined): string {
  if (seconds === undefined) return ''
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `, up ${seconds} s`
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (hours === 0) return `, up ${minutes} min`
  return days === 0 ? `, up ${hours} h ${minutes % 60} min` : `, up ${days} d ${hours % 24} h`
}

function quarantineText(count: number | undefined): string {
  return count === undefined ? 'not counted while the index is behind' : grouped(count)
}

function waitingText({ what, count, why, ...rest }: ResultOf<'status'>['waiting'][number]): string {
  const how = rest.command === undefined ? '' : ` ("${rest.command}")`
  const subjects: Partial<Record<typeof what, string>> = {
    index: 'items of the index',
    mesh: 'peers',
    peers: 'entries'
  }
  return `${grouped(count)} ${subjects[what] ?? what}: ${sanitizeText(why)}${how}`
}

function filtersText({ bytes, peerFilters }: ResultOf<'status'>['filters']): string {
  const peers = peerFilters
    .filter((each) => each.peers > 0)
    .map((each) => `${each.kind}: ${grouped(each.elements)} of ${countOf(each.peers, 'peer')}`)
  const peerBytes = peerFilters.reduce((sum, each) => sum + each.bytes, 0)
  return [`own ${kilobytes(bytes)}, of peers ${kilobytes(peerBytes)}`, ...peers].join('; ')
}

function indexText({ behind, failure }: ResultOf<'status'>['index']): string {
  if (failure !== undefined) return `behind: ${sanitizeText(failure)}`
  return behind === 0 ? 'complete' : `${countOf(behind, 'item')} behind`
}

function kilobytes(bytes: number): string {
  return `${grouped(Math.ceil(bytes / 1000))} kB`
}
