/** The data directory of a member: its seed in `member.json`, and the statements in its store. */
import { chmod, link, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createMemberSeed,
  makeDirectory,
  memberFileText,
  memberKeysOf,
  MemberStatements,
  openStore,
  plainSwarmName,
  readMemberFile,
  storedSwarmName,
  storeSwarmName
} from '../../crdt/index.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import type { MemberKeys, Store } from '../../crdt/index.ts'

const FILE = 'member.json'

const OWNER_ONLY = 0o600

/** A directory whose store is open for this process alone. */
export class MemberDirectory implements AsyncDisposable {
  readonly #path: string
  readonly #store: Store
  /** The name of the swarm that its entries belong to; undefined while it has none. */
  readonly swarm: string | undefined

  private constructor(path: string, store: Store, swarm: string | undefined) {
    this.#path = path
    this.#store = store
    this.swarm = swarm
  }

  /** Whether a node has stored something in the directory. */
  static async exists(path: string): Promise<boolean> {
    return (await stat(join(path, 'store')).catch(() => undefined)) !== undefined
  }

  /** Throws `StoreError` (STORE_LOCKED) while a node runs on it. */
  static async open(path: string): Promise<MemberDirectory> {
    await makeDirectory(path)
    const store = await openStore(join(path, 'store'))
    try {
      return new MemberDirectory(path, store, await storedSwarmName(store))
    } catch (error) {
      await store.close()
      throw error
    }
  }

  get memberFile(): string {
    return join(this.#path, FILE)
  }

  /** Throws `CommandError` if the directory has entries of another swarm. */
  requireSwarm(swarm: string): void {
    if (this.swarm === undefined || this.swarm === swarm) return
    throw new CommandError(
      `${this.#path} belongs to the swarm "${plainSwarmName(this.swarm)}" already. Use another --data-dir for another swarm.`,
      EXIT.directory,
      'STORE_SWARM'
    )
  }

  /** Undefined if there is none. Throws `MemberError` if the file is damaged. */
  async keys(): Promise<MemberKeys | undefined> {
    try {
      return readMemberFile(await readFile(this.memberFile, 'utf8'))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** The keys in the file; new ones, on disk, if there is none. */
  async keysOrNew(): Promise<MemberKeys> {
    const found = await this.keys()
    if (found !== undefined) return found
    const keys = memberKeysOf(createMemberSeed())
    await this.writeKeys(keys)
    return keys
  }

  /** Durable once it resolves. Throws if there are keys already. */
  async writeKeys(keys: Pick<MemberKeys, 'seed'>): Promise<void> {
    const fresh = `${this.memberFile}.new`
    await writeFile(fresh, memberFileText(keys), { mode: OWNER_ONLY, flush: true })
    await chmod(fresh, OWNER_ONLY)
    // Unlike a rename, a link replaces nothing.
    await link(fresh, this.memberFile)
    await unlink(fresh)
  }

  /** The statements in the store. */
  async statements(swarm: string): Promise<MemberStatements> {
    this.requireSwarm(swarm)
    const statements = new MemberStatements({ swarm, store: this.#store })
    await statements.load()
    return statements
  }

  /**
   * The directory belongs to the swarm from now on, and has these statements: durable once it resolves.
   * Throws `CommandError` if they are not valid.
   */
  async write(swarm: string, given: readonly Uint8Array[]): Promise<MemberStatements> {
    const statements = await this.statements(swarm)
    const { refused, waiting } = await statements.add(given)
    const [first] = refused
    if (first !== undefined || waiting.length > 0) {
      throw new CommandError(
        `A statement of the swarm was not taken: ${first?.reason ?? 'it builds on one that is unknown'}.`,
        EXIT.swarm
      )
    }
    await storeSwarmName(this.#store, swarm)
    return statements
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close()
  }
}
