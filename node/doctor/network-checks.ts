/** The network of a node: keys, addresses, ports, bootstrap peers. */
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isClosedSwarm } from '../../crdt/index.ts'
import { createHive } from '../../src/index.ts'
import { checkSwarmInit, loadPeerKey, parseSwarmKey } from '../../transport/index.ts'
import { messageOf } from '../exit-codes.ts'
import { bad, good } from './check.ts'
import { memberKeysIn, ownStatements } from './own-member.ts'
import type { Check, DoctorFinding, Examined } from './check.ts'

/** Bits of the group and of others. */
const OTHERS = 0o077

const LOOPBACK = /^\/ip4\/127\.|^\/ip6\/::1\//

/** Milliseconds for one address. */
const DIAL_TIMEOUT = 5_000

export const NETWORK_CHECKS: readonly Check[] = [
  { section: 'network', run: checkKeys },
  { section: 'network', run: checkReach },
  { section: 'network', run: checkPorts },
  { section: 'network', run: checkBootstrap }
]

async function checkKeys({ start: { values } }: Examined): Promise<DoctorFinding[]> {
  const paths = [values['swarm-key'], ...(values['accept-swarm-key'] ?? [])]
  const findings: DoctorFinding[] = []
  for (const path of paths) if (path !== undefined) findings.push(await checkKey(path))
  return findings
}

async function checkKey(path: string): Promise<DoctorFinding> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const mend = 'copy the key of the swarm there, or make one with hive keygen > swarm.key'
    return bad('swarm-key-missing', `the swarm key cannot be read: ${path}`, mend)
  }
  try {
    parseSwarmKey(text)
  } catch {
    const mend = 'copy the key file of the swarm again'
    return bad('swarm-key', `this is not a swarm key: ${path}`, mend)
  }
  const mode = (await stat(path)).mode & 0o777
  if ((mode & OTHERS) === 0 || process.platform === 'win32') {
    return good('swarm-key', `only its owner can read the swarm key: ${path}`)
  }
  const found = `other users may read the swarm key (mode 0${mode.toString(8)}): ${path}`
  return bad('swarm-key-mode', found, `chmod 600 "${path}"`)
}

/** Options that only work together with others. */
function checkReach({ start: { values } }: Examined): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  if (values.relay === true && values['swarm-key'] === undefined) {
    const mend = 'add --swarm-key FILE, or remove --relay'
    findings.push(bad('relay-key', 'a relay without a swarm key would not start', mend))
  }
  const listen = values.listen ?? []
  const isRelayed = listen.includes('/p2p-circuit')
  if (isRelayed && values.lan !== true && (values.bootstrap ?? []).length === 0) {
    const found = 'the node listens at a relay (/p2p-circuit), and no setting names one'
    findings.push(bad('relay-missing', found, 'add --bootstrap RELAY, or remove that --listen'))
  }
  const isLocal = listen.length > 0 && listen.every((address) => LOOPBACK.test(address))
  if (values.lan === true && isLocal) {
    const found = 'the node looks for peers on the network, and listens on this machine only'
    findings.push(bad('lan-loopback', found, 'add --listen /ip4/0.0.0.0/tcp/0, or remove --listen'))
  }
  return Promise.resolve(findings)
}

/** Of a node that does not run: a running one has its ports. */
async function checkPorts({ start: { values }, node }: Examined): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  for (const [name, addresses] of [
    ['listen', values.listen ?? []],
    ['bootstrap', values.bootstrap ?? []]
  ] as const) {
    for (const address of addresses) {
      try {
        checkSwarmInit({ [name]: [address] })
      } catch (error) {
        findings.push(bad('address', messageOf(error), `correct "${name}"`))
      }
    }
  }
  if (node !== undefined) return findings
  const listened = (values.listen ?? []).map((address) => {
    const [, host = '', port = ''] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
    return { name: 'listen', host, port: Number(port) }
  })
  const [, host = '127.0.0.1', port = '0'] = /^(?:(.+):)?(\d+)$/.exec(values.http) ?? []
  const http = { name: 'http', host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
  for (const place of [...listened, http]) {
    const { name } = place
    // Port 0 is any free one; the address must be of this machine nevertheless.
    if (place.host === '') continue
    const problem = await portProblem(place.host, place.port)
    if (problem === undefined) continue
    findings.push(
      problem.code === 'EADDRNOTAVAIL'
        ? bad(
            'listen-address',
            `${place.host} is no address of this machine, so that nothing can listen there`,
            `name an address of this machine with --${name}, or 0.0.0.0 for all`
          )
        : bad(
            'port',
            `port ${place.port} of ${place.host} cannot be used: ${messageOf(problem)}`,
            problem.code === 'EACCES'
              ? `choose a port from 1024 on with --${name}`
              : `end the other process, or choose another port with --${name}`
          )
    )
  }
  return findings
}

function portProblem(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Dials each bootstrap peer from a node of its own, in memory, which stores and publishes nothing. */
async function checkBootstrap(examined: Examined): Promise<DoctorFinding[]> {
  const {
    start: { values },
    dataDir,
    signal
  } = examined
  const addresses = (values.bootstrap ?? []).filter((address) => isAddress(address))
  if (addresses.length === 0) return []
  const own = await ownPeerId(dataDir)
  const keyFile = values['swarm-key']
  const key = keyFile === undefined ? undefined : await readFile(keyFile, 'utf8').catch(() => '')
  const member = await memberOf(examined)
  // The check of members names what is missing.
  if (member === undefined && isClosedSwarm(values.swarm ?? '')) return []
  const swarm = {
    name: values.swarm,
    key,
    member,
    gossip: false,
    mode: 'light',
    syncInterval: 0,
    filterInterval: 0
  } as const
  if (key !== undefined && !isKey(key)) return []
  await using db = await createHive({ swarm, upkeep: false })
  const dial = async (address: string): Promise<DoctorFinding> => {
    if (own !== undefined && address.includes(`/p2p/${own}`)) {
      const text = `${address} has the peer id of this node: it is this node, or one with a copy of its peer key`
      const mend = `remove the address, or rm "${join(dataDir, 'peer.key')}" in one of the two directories`
      return bad('peer-double', text, mend)
    }
    try {
      await db.dial(address, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT)])
      })
      return good('bootstrap', `${address} answers`)
    } catch (error) {
      return dialProblem(address, error, key !== undefined)
    }
  }
  // Awaited here: the node ends with this function.
  return await Promise.all(addresses.map(dial))
}

/** Undefined in an open swarm, and without a membership. */
async function memberOf(
  examined: Examined
): Promise<{ seed: Uint8Array; statements: Uint8Array[] } | undefined> {
  if (!isClosedSwarm(examined.start.values.swarm ?? '')) return undefined
  const keys = await memberKeysIn(examined.dataDir).catch(() => undefined)
  const statements = keys && (await ownStatements(examined))
  return statements && { seed: keys.seed, statements: statements.list().map(({ bytes }) => bytes) }
}

function dialProblem(address: string, error: unknown, hasKey: boolean): DoctorFinding {
  const text = messageOf(error)
  const atDoor = / at the door: (.*?)\.?$/.exec(text)?.[1]
  if (atDoor !== undefined) {
    return bad(
      'bootstrap-door',
      `${address} and this node do not admit each other: ${atDoor}`,
      'hive swarm show'
    )
  }
  if (/swarm key|ECONNRESET|Encryption|stream reset|closed.*handshake|Unexpected/i.test(text)) {
    const has = hasKey
      ? 'its swarm key differs, or it has none'
      : 'it has a swarm key, this node none'
    const found = `${address} closed the connection during the handshake: ${has}`
    return bad('bootstrap-key', found, 'give both nodes the same --swarm-key FILE')
  }
  if (/peer id|PeerId|unexpected peer|does not match|InvalidCryptoExchange/i.test(text)) {
    const found = `another peer listens at ${address}: ${text}`
    return bad('bootstrap-peer', found, 'use the address that "hive start" prints on that machine')
  }
  const mend = 'start that node, open its port, or correct the address'
  return bad('bootstrap-unreachable', `${address} cannot be reached: ${text}`, mend)
}

async function ownPeerId(dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, 'peer.key')
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined
  try {
    const { peerIdFromPrivateKey } = await import('@libp2p/peer-id')
    return peerIdFromPrivateKey(await loadPeerKey(path)).toString()
  } catch {
    return undefined
  }
}

function isAddress(address: string): boolean {
  return passes(() => checkSwarmInit({ bootstrap: [address] }))
}

function isKey(text: string): boolean {
  return passes(() => parseSwarmKey(text))
}

function passes(task: () => unknown): boolean {
  try {
    task()
    return true
  } catch {
    return false
  }
}
