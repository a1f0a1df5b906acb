/** `hive netcheck`: prints how others reach the running node, and which peers it reaches. */
import { askNode } from '../ask-node.ts'
import { NETCHECK } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { countOf, grouped, print, printJson, sanitizeText, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

type Check = ResultOf<'netcheck'>

const NAT: Readonly<Record<Check['nat'], string>> = {
  none: 'none: peers see an address of this machine',
  behind: 'yes: peers see another address than those of this machine',
  unknown: 'unknown: no peer beyond this machine is connected'
}

export const command: Command = {
  async run(argv, context) {
    const { answer, isJson } = await askNode(argv, NETCHECK, context, (call, options) =>
      call('netcheck', {}, options)
    )
    if (isJson) {
      printJson(answer)
      return EXIT.ok
    }
    const { relay, lan, connections } = answer
    const rows = [
      ...labelled('address', answer.addresses.map(addressText)),
      ['NAT', NAT[answer.nat]],
      ...labelled(
        'seen as',
        answer.observed.map(({ ip, peers }) => `${ip} by ${countOf(peers, 'peer')}`)
      ),
      ['relay', relayText(relay)],
      ['network', lanText(lan)],
      ...lan.peers.map(({ peer, addresses }) => ['', `${peer} ${addresses.join(' ')}`]),
      ['peers', `${connections.direct} direct, ${connections.relayed} by a relay`],
      ...labelled('bootstrap', answer.bootstrap.map(bootstrapText))
    ]
    print(table(rows))
    return EXIT.ok
  }
}

function labelled(label: string, texts: readonly string[]): string[][] {
  return (texts.length === 0 ? ['-'] : texts).map((text, i) => [i === 0 ? label : '', text])
}

function addressText({ address, scope, confirmed }: Check['addresses'][number]): string {
  const who = {
    loopback: 'this machine only',
    private: 'its network',
    public: confirmed
      ? 'everybody; a peer has dialled it'
      : 'everybody, if no firewall is before it',
    relay: 'everybody who reaches the relay'
  }
  return `${address} (${who[scope]})`
}

function relayText({ limits, reservations, reserved }: Check['relay']): string {
  const own =
    reserved.length === 0
      ? 'no place at a relay'
      : `a place at ${countOf(reserved.length, 'address', 'addresses')} of relays`
  if (limits === undefined) return `${own}; relays for nobody`
  const { bytes, seconds } = limits
  return `${own}; relays for ${reservations} of at most ${limits.reservations} nodes (${grouped(bytes)} bytes and ${grouped(seconds)} s a connection)`
}

function lanText({ enabled, peers }: Check['lan']): string {
  if (!enabled) return 'not searched; "hive start --lan" does'
  return peers.length === 0 ? 'no peer found' : `${countOf(peers.length, 'peer')} found`
}

function bootstrapText({ address, latency, relayed, reason }: Check['bootstrap'][number]): string {
  if (latency === undefined) return `${address}: ${sanitizeText(reason ?? 'not reached')}`
  return `${address}: ${latency} ms${relayed === true ? ' by a relay' : ''}`
}
