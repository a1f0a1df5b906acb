/**
 * The doors of a running node: the HTTP API on a Unix socket that only its user can open, and on TCP
 * with a token. The file `node.json` of the data directory says where they are.
 */
import { rm } from 'node:fs/promises'
import { createHttpServer, Logins, readToken } from '../http/index.ts'
import { adoptUnitFile, EventFeed, Trends } from '../operations/index.ts'
import { NodeMetrics } from '../metrics/index.ts'
import { Sessions } from '../sessions/index.ts'
import { version } from '../version.ts'
import { listen } from './listening.ts'
import { removeRunningNode, writeRunningNode } from './running-node.ts'
import type { AddressInfo, Server } from 'node:net'
import type { AddRoutes } from '../http/index.ts'
import type { Diagnose, NodeAccess, OperationObserver } from '../operations/index.ts'
import type { HiveNode } from '../../src/index.ts'

export interface DoorsInit {
  readonly dataDir: string
  /** The path of the Unix socket. */
  readonly socket: string
  /** Undefined: no door on TCP. */
  readonly http?: { readonly host: string; readonly port: number }
  /** Names under which the API may be called, beside addresses and localhost. */
  readonly hosts: readonly string[]
  /** What else watches the operations. */
  readonly observers?: readonly OperationObserver[]
  readonly addRoutes?: (node: NodeAccess) => AddRoutes
  /** Finds what is wrong with the node. */
  readonly diagnose?: Diagnose
}

export interface Doors {
  /** The address of the HTTP API on TCP. */
  readonly url: string | undefined
  /** Those of the Unix socket and of TCP. */
  readonly servers: readonly Server[]
  close(): Promise<void>
}

/** If one door cannot be opened, none is. */
export async function openDoors(
  db: HiveNode,
  { dataDir, socket, http, hosts, observers, addRoutes, diagnose }: DoorsInit
): Promise<Doors> {
  await using opened = new AsyncDisposableStack()
  const events = new EventFeed(db)
  opened.defer(() => events.close())
  const measurements = new NodeMetrics(db)
  opened.defer(() => measurements.close())
  const trends = await Trends.open(db, { dataDir, now: Date.now })
  opened.defer(() => trends.close())
  const logins = new Logins({ now: () => performance.now() })
  let url: string | undefined
  const node: NodeAccess = {
    db,
    events,
    measurements,
    observers,
    sessions: new Sessions({ db, now: Date.now }),
    running: true,
    dataDir,
    trends,
    logins,
    diagnose,
    get http() {
      return url
    }
  }
  await adoptUnitFile(node)
  // This process holds the store's lock, so an existing socket belongs to a dead node.
  await rm(socket, { force: true })
  const local = await createHttpServer({ node, hosts, addRoutes: addRoutes?.(node) })
  opened.defer(() => local.close())
  await listen(local, { path: socket })
  const servers: Server[] = [local.server]
  if (http !== undefined) {
    const token = await readToken(dataDir)
    const open = await createHttpServer({
      node,
      hosts,
      token,
      logins,
      addRoutes: addRoutes?.(node)
    })
    opened.defer(() => open.close())
    await listen(open, http)
    servers.push(open.server)
    url = urlOf(open.server.address(), http.host)
  }
  await writeRunningNode(dataDir, { pid: process.pid, socket, version: version(), http: url })
  opened.defer(() => removeRunningNode(dataDir))
  const all = opened.move()
  return { url, servers, close: () => all.disposeAsync() }
}

function urlOf(address: AddressInfo | string | null, host: string): string | undefined {
  if (typeof address !== 'object' || address === null) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}
