/** The output of `hive start`: text for people, one JSON object a line, or a structured log. */
import { printIfRead as print, printJsonIfRead as printJson } from './read-output.ts'
import { sanitizeText, warn } from './terminal.ts'
import { logEvents } from '../log/index.ts'
import { version } from '../version.ts'
import type { HiveNode } from '../../src/index.ts'
import type { Log } from '../log/index.ts'

/** The same line is not repeated within this time, in milliseconds. */
const REPEAT_INTERVAL = 60_000

/** A new user waits for this line. */
const RECEIVED = 'received new entries of peers'

/** Digits of a shortened id. */
const SHORT = 12

/** Changes within this time, in milliseconds, are reported in one line. */
const CHANGE_DELAY = 20

/** Of a node that is ready. */
export interface Ready {
  readonly dataDir: string
  readonly hasKey: boolean
  /** The address of the HTTP API on TCP. */
  readonly url: string | undefined
}

export interface StartLog {
  follow(db: HiveNode): void
  ready(db: HiveNode, ready: Ready): void
  stopping(): void
}

/** With a structured log, text for people would say the same again. */
export function startLog(json: boolean, structured: Log | undefined): StartLog {
  const output = json ? new JsonLog() : undefined
  if (structured !== undefined) return new StructuredLog(structured, output)
  return output ?? new PlainLog()
}

class StructuredLog implements StartLog {
  readonly #log: Log
  /** Written too. */
  readonly #output: StartLog | undefined

  constructor(log: Log, output: StartLog | undefined) {
    this.#log = log
    this.#output = output
  }

  follow(db: HiveNode): void {
    logEvents(db, this.#log)
    this.#output?.follow(db)
  }

  ready(db: HiveNode, ready: Ready): void {
    const { peerId, multiaddrs, swarm, warnings } = db.status
    this.#log.line('info', 'hive:node', 'ready', {
      peer: peerId,
      multiaddrs,
      swarm: swarm?.name,
      hasKey: ready.hasKey,
      dataDir: ready.dataDir,
      http: ready.url,
      pid: process.pid,
      version: version()
    })
    for (const warning of warnings) this.#log.line('warn', 'hive:node', 'warning', { warning })
    this.#output?.ready(db, ready)
  }

  stopping(): void {
    this.#log.line('info', 'hive:node', 'stopping')
    this.#output?.stopping()
  }
}

class JsonLog implements StartLog {
  #changed = false

  follow(db: HiveNode): void {
    db.on('hive:change', () => this.#onChange(db))
    db.on('peer:connect', (peer) => printJson({ event: 'peer:connect', peer }))
    db.on('peer:disconnect', (peer) => printJson({ event: 'peer:disconnect', peer }))
    db.on('peer:refuse', (refusal) => printJson({ event: 'peer:refuse', ...refusal }))
    db.on('peer:offend', (offence) => printJson({ event: 'peer:offend', ...offence }))
    db.on('member:admit', (admission) => printJson({ event: 'member:admit', ...admission }))
    db.on('member:refuse', (refusal) => printJson({ event: 'member:refuse', ...refusal }))
    db.on('peer:duplicate', (duplicate) => printJson({ event: 'peer:duplicate', ...duplicate }))
    db.on('bootstrap:fail', (failure) => {
      printJson({ event: 'bootstrap:fail', ...failure })
    })
    db.on('address:change', (addresses) => printJson({ event: 'address:change', ...addresses }))
    db.on('lan:find', (found) => printJson({ event: 'lan:find', ...found }))
    db.on('filter:change', (change) => printJson({ event: 'filter:change', ...change }))
    db.on('sync:receive', (news) => printJson({ event: 'sync:receive', ...news }))
    db.on('store:damage', (report) => printJson({ event: 'store:damage', ...report }))
    db.on('skill:transition', (transition) =>
      printJson({ event: 'skill:transition', ...transition })
    )
    db.on('skill:warm', (warm) => printJson({ event: 'skill:warm', ...warm }))
    db.on('hive:warn', (text) => printJson({ event: 'hive:warn', text }))
    db.on('index:rebuild', (index) => printJson({ event: 'index:rebuild', ...index }))
    db.on('author:distrust', (falseReceipt) =>
      printJson({ event: 'author:distrust', ...falseReceipt })
    )
  }

  ready(db: HiveNode, { dataDir, url }: Ready): void {
    const { peerId, multiaddrs, swarm } = db.status
    printJson({ event: 'ready', peerId, multiaddrs, swarm, dataDir, http: url, pid: process.pid })
    for (const text of db.status.warnings) printJson({ event: 'hive:warn', text })
  }

  stopping(): void {
    printJson({ event: 'stopping' })
  }

  /** Prints one line for several changes at once. */
  #onChange(db: HiveNode): void {
    if (this.#changed) return
    this.#changed = true
    setTimeout(() => {
      this.#changed = false
      void db.digest().then((digest) => printJson({ event: 'hive:change', digest }))
    }, CHANGE_DELAY)
  }
}

class PlainLog implements StartLog {
  readonly #lastPrinted = new Map<string, number>()

  follow(db: HiveNode): void {
    db.on('hive:change', () => this.#reportChange())
    db.on('peer:connect', (peer) => print(`+ peer ${peer}`))
    db.on('peer:disconnect', (peer) => print(`- peer ${peer}`))
    db.on('peer:refuse', ({ address, reason }) => {
      const host = address.replace(/\/tcp\/\d+.*$/, '')
      this.#warnOnce(`Refused a connection from ${host}: ${reason}.`)
    })
    db.on('member:refuse', ({ peer, reason, isOurs }) => {
      const who = isOurs ? `Refused peer ${peer}` : `Peer ${peer} refused this node`
      this.#warnOnce(`${who} at the door: ${reason}.`)
    })
    db.on('peer:offend', ({ peer, reason }) => {
      this.#warnOnce(`Peer ${peer} misbehaved: ${sanitizeText(reason)}.`)
    })
    let listening = db.multiaddrs
    db.on('address:change', ({ multiaddrs }) => {
      const added = multiaddrs.filter((address) => !listening.includes(address))
      listening = [...multiaddrs]
      for (const address of added) print(`listening ${address}`)
    })
    db.on('lan:find', ({ addresses: [first] }) => print(`found ${first} on this network`))
    db.on('skill:transition', ({ name, to, reason }) => {
      print(`skill ${sanitizeText(name)} is ${to} (${sanitizeText(reason)})`)
    })
    db.on('store:damage', ({ facts, hive }) => {
      const lost = facts === undefined ? 'some values cannot be read' : `facts lost: ${facts.lost}`
      const feeds = hive === undefined ? '' : `; feeds to fetch again: ${hive.emptied}`
      warn(
        `Something that was stored is lost or damaged (${lost}${feeds}). "hive verify" names it; "hive repair" with the node stopped mends what can be mended.`
      )
    })
    db.on('author:distrust', ({ author, skill, input }) => {
      this.#warnOnce(
        `Author ${author.slice(0, SHORT)} published a false receipt for skill ${skill.slice(0, SHORT)}, for the input ${sanitizeText(input)}. This node ignores the author's votes on skills.`
      )
    })
    db.on('hive:warn', (text) => this.#warnOnce(`Warning: ${sanitizeText(text)}`))
    db.on('index:rebuild', ({ file }) => {
      this.#warnOnce(`${file} was damaged. The node builds it again.`)
    })
    db.on('bootstrap:fail', ({ address, reason }) => {
      this.#warnOnce(
        `Cannot reach ${address}: ${sanitizeText(reason)}.\n  The node tries again and works alone until then.`
      )
    })
  }

  ready(db: HiveNode, { dataDir, hasKey, url }: Ready): void {
    const { peerId, multiaddrs, swarm } = db.status
    const access = hasKey ? 'only peers with the swarm key' : 'any peer may connect'
    print(`hive node ${peerId}`)
    print(`swarm     ${swarm?.name} (${access})`)
    print(`data      ${dataDir}`)
    for (const address of multiaddrs) print(`listening ${address}`)
    if (url !== undefined) print(`HTTP API  ${url} (token in ${dataDir}/http-token)`)
    const [first] = multiaddrs
    const key = hasKey ? '--swarm-key FILE ' : ''
    if (db.members !== undefined) print('join with an invite: "hive invite" prints one')
    else if (first !== undefined) print(`join with hive start ${key}--bootstrap ${first}`)
    for (const text of db.status.warnings) this.#warnOnce(`Warning: ${sanitizeText(text)}`)
    print('Ready. Ctrl-C stops the node.')
  }

  stopping(): void {
    print('Stopping.')
  }

  #reportChange(): void {
    if (this.#isNews(RECEIVED)) print(RECEIVED)
  }

  #warnOnce(text: string): void {
    if (this.#isNews(text)) warn(text)
  }

  /** Whether the text was not printed lately. */
  #isNews(text: string): boolean {
    const now = Date.now()
    if (now - (this.#lastPrinted.get(text) ?? -Infinity) < REPEAT_INTERVAL) return false
    this.#lastPrinted.set(text, now)
    return true
  }
}
