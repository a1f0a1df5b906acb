/**
 * The statements of a closed swarm, in a section of the store. Every node checks each one by itself, and
 * two nodes that were given the same statements, in any order, have the same set.
 */
import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromHex, sha256, toHex } from '../bytes/index.ts'
import { HASH_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { Retry } from '../store/retry.ts'
import { Serial } from '../store/serial.ts'
import { Chains } from './chains.ts'
import { checkStatement } from './check-statement.ts'
import { MAX_NUMBER } from './constants.ts'
import { Roster } from './roster.ts'
import { StatementIndex } from './statement-index.ts'
import { readStatement } from './statement.ts'
import { WaitingStatements } from './waiting-statements.ts'
import type { Operation, Store } from '../store/section.ts'
import type { Certificate } from './certificate.ts'
import type { StatementRefusal } from './check-statement.ts'
import type { Founding } from './founding.ts'
import type { Statement } from './statement.ts'

/** Options of `MemberStatements`. */
export interface MemberStatementsInit {
  /** The full name of the closed swarm. */
  readonly swarm: string
  readonly store: Pick<Store, 'closing' | 'commit' | 'section'>
  /** Seconds of an epoch; default a week. All nodes of a swarm use the same. */
  readonly epochSeconds?: number
}

/** Events of the statements of a swarm. */
export interface MemberStatementsEvents {
  /** Statements are new, and on disk; `source` as given to `add`. */
  'statement:add': [statements: readonly Statement[], source: string | undefined]
}

/** A statement that was not added, and why. */
export interface RefusedStatement {
  readonly bytes: Uint8Array
  readonly reason: StatementRefusal
}

/** What became of the statements that were given to `add`; those that were known are in no list. */
export interface Additions {
  /** Those that are new, and those that had waited for them. */
  readonly added: readonly Statement[]
  readonly refused: readonly RefusedStatement[]
  /** Those that wait in memory for what they build on. */
  readonly waiting: readonly Statement[]
}

/** Options of `add`. */
export interface AddOptions {
  /** False: what builds on unknown statements is refused, and does not wait. Default true. */
  readonly waits?: boolean
  /** Where the statements come from, for the event. */
  readonly source?: string
}

interface MutableAdditions {
  readonly added: Statement[]
  readonly refused: RefusedStatement[]
  readonly waiting: Statement[]
}

const SECTION = 'members'

/** Statements that are checked in one turn of the event loop: 10 ms. */
const TURN = 64

/** The set of statements of a closed swarm. Call `load` before anything else. */
export class MemberStatements extends EventEmitter<MemberStatementsEvents> {
  readonly swarm: string
  /** Whether certificates admit their members. */
  readonly chains: Chains
  /** Voices and rings. */
  readonly roster: Roster
  readonly #store: Pick<Store, 'section' | 'commit'>
  readonly #index = new StatementIndex()
  readonly #waiting = new WaitingStatements()
  readonly #serial = new Serial()
  /** Operations of statements that are in memory, and not yet on disk. */
  #unwritten: Operation[] = []
  /** Events of these statements. */
  #untold: MemberStatementsEvents['statement:add'][] = []
  readonly #writing: Retry
  #sorted: { readonly revision: number; readonly ids: readonly Uint8Array[] } | undefined
  #digest: { readonly revision: number; readonly digest: Uint8Array } | undefined

  constructor({ swarm, store, epochSeconds }: MemberStatementsInit) {
    super()
    this.swarm = swarm
    this.#store = store
    const index = this.#index
    const task = (): Promise<void> => this.#serial.run(() => this.#write())
    this.#writing = new Retry({ closing: store.closing, task })
    this.chains = new Chains(index)
    this.roster = new Roster({ swarm, index, chains: this.chains, epochSeconds })
  }

  /** Reads the stored statements. They were checked when they were added. */
  async load(): Promise<void> {
    const stored: Statement[] = []
    for await (const [, bytes] of this.#store.section(SECTION).entries()) {
      const statement = parse(bytes)
      if (statement !== undefined) stored.push(statement)
    }
    // Each round adds those whose issuer the round before added.
    for (let rest = stored; rest.length > 0;) {
      const next = rest.filter((statement) => {
        const check = checkStatement(this.swarm, this.#index, statement, { verifies: false })
        if (check.outcome === 'valid') this.#index.add(statement)
        return check.outcome === 'waits'
      })
      if (next.length === rest.length) break
      rest = next
    }
  }

  /**
   * Checks statements and stores those that are valid: they are on disk when it resolves. Rejects with
   * `StoreError` when they cannot be written; they count in memory nevertheless, and are written later.
   */
  add(
    statements: readonly Uint8Array[],
    { waits = true, source }: AddOptions = {}
  ): Promise<Additions> {
    return this.#serial.run(async () => {
      const additions: MutableAdditions = { added: [], refused: [], waiting: [] }
      for (const [at, bytes] of statements.entries()) {
        if (at > 0 && at % TURN === 0) await nextTurn()
        const statement = parse(bytes)
        if (statement === undefined) additions.refused.push({ bytes, reason: 'malformed' })
        else this.#take(statement, additions, waits)
      }
      const { added, refused } = additions
      if (added.length > 0) this.#untold.push([added, source])
      try {
        await this.#write()
      } catch (error) {
        this.#writing.later()
        throw error
      }
      return { added, refused, waiting: additions.waiting.filter(({ id }) => !this.has(id)) }
    })
  }

  /** Number of statements. */
  get size(): number {
    return this.#index.size
  }

  /** SHA-256 over the ids of all statements in ascending order. */
  get digest(): Uint8Array {
    const { revision } = this.#index
    if (this.#digest?.revision === revision) return this.#digest.digest
    const digest = sha256(Buffer.concat([...this.ids()]))
    this.#digest = { revision, digest }
    return digest
  }

  /** Ids of all statements, in ascending order. */
  ids(): readonly Uint8Array[] {
    const { revision } = this.#index
    if (this.#sorted?.revision === revision) return this.#sorted.ids
    const ids = this.#index
      .ids()
      .toSorted()
      .flatMap((id) => fromHex(id, HASH_BYTES) ?? [])
    this.#sorted = { revision, ids }
    return ids
  }

  /** Whether the statement is in the set. */
  has(id: Uint8Array): boolean {
    return this.#index.get(toHex(id)) !== undefined
  }

  /** The statement with the id. */
  get(id: Uint8Array): Statement | undefined {
    return this.#index.get(toHex(id))
  }

  /** All statements. */
  list(): Statement[] {
    return this.#index.ids().flatMap((id) => this.#index.get(id) ?? [])
  }

  /** The founding; undefined while it is unknown, and then nothing else can be added. */
  get founding(): Founding | undefined {
    return this.#index.roots.founding
  }

  /** Public key of the root that reigns now. */
  get root(): Uint8Array | undefined {
    return this.#index.roots.current
  }

  /** Whether the key is that of any root of this swarm, reigning or not. */
  isRoot(key: Uint8Array): boolean {
    return this.#index.roots.isRoot(toHex(key))
  }

  /** The founding and the successions since, in their order: with them a chain can be checked. */
  line(): Statement[] {
    return this.#index.roots.line()
  }

  /** Signing keys of all members that any certificate names, admitted or not. */
  members(): Uint8Array[] {
    return [...this.#index.members()].flatMap((key) => fromHex(key, HASH_BYTES) ?? [])
  }

  /** Ids of all certificates of a member's signing key: its renewals, and those that ended. */
  certificatesOf(member: Uint8Array): Uint8Array[] {
    return this.#index.certificatesOf(toHex(member)).map(({ certificate }) => certificate.id)
  }

  /**
   * Ids of the certificates and revocations that an issuer signed and that count now, whatever their
   * dates: what a revocation or a succession keeps. The issuer is a certificate's id or a root's key.
   */
  countedOf(issuer: Uint8Array): Uint8Array[] {
    return this.#index.issuedBy(toHex(issuer)).flatMap((id) => {
      const statement = this.#index.get(id)
      const node = this.#index.certificate(id)
      const counts =
        statement?.kind === 'revocation'
          ? this.chains.counts(statement)
          : node !== undefined && this.chains.faultOf(node) === undefined
      return counts && statement !== undefined ? [statement.id] : []
    })
  }

  /**
   * The number for the next certificate of an issuer: the id of its certificate, or the root's key. A
   * member that has one of this inviter keeps its number.
   */
  nextNumber(issuer: Uint8Array, member?: Pick<Certificate, 'member' | 'voice'>): number {
    const name = toHex(issuer)
    const known = member === undefined ? undefined : this.#index.places.numberOf(name, member)
    const most = this.#index.certificate(name)?.certificate.max ?? MAX_NUMBER
    return known ?? Math.min(this.#index.highestNumber(issuer) + 1, most)
  }

  /** How many members have a certificate of the inviter with this certificate. */
  admittedBy(issuer: Uint8Array): number {
    return this.#index.places.count(toHex(issuer))
  }

  /** Statements that wait for what they build on. */
  get waiting(): number {
    return this.#waiting.size
  }

  #take(first: Statement, additions: MutableAdditions, waits: boolean): void {
    const next: Statement[] = [first]
    for (let statement = next.pop(); statement !== undefined; statement = next.pop()) {
      const check = checkStatement(this.swarm, this.#index, statement, { verifies: true })
      if (check.outcome === 'valid') {
        this.#insert(statement)
        additions.added.push(statement)
        next.push(...keysOf(statement).flatMap((key) => this.#waiting.take(key)))
      } else if (check.outcome === 'waits' && waits) {
        this.#waiting.add(statement, check.for)
        additions.waiting.push(statement)
      } else if (check.outcome !== 'known') {
        const reason = check.outcome === 'waits' ? 'unknown' : check.reason
        additions.refused.push({ bytes: statement.bytes, reason })
      }
    }
  }

  #insert(statement: Statement): void {
    const section = this.#store.section(SECTION)
    const removed = this.#index.add(statement)
    this.#unwritten.push(
      ...removed.flatMap((id) => section.del(Buffer.from(id, 'hex'))),
      section.put(statement.id, statement.bytes)
    )
  }

  async #write(): Promise<void> {
    await this.#store.commit(this.#unwritten)
    this.#unwritten = []
    const told = this.#untold
    this.#untold = []
    for (const event of told) this.emit('statement:add', ...event)
  }
}

/** What others may wait for: an id, the key of a root, or a commitment. */
function keysOf(statement: Statement): string[] {
  const id = toHex(statement.id)
  if (statement.kind === 'founding' || statement.kind === 'succession') {
    return [id, toHex(statement.root), toHex(statement.successor)]
  }
  return [id]
}

function parse(bytes: Uint8Array): Statement | undefined {
  try {
    return readStatement(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}
