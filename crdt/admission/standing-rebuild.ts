/**
 * Computes the standing of all records again, and in a closed swarm the voices of feeds, from the
 * stored entries: after an update from a store that had none, after a repair, and where values of them
 * are damaged. Runs beside admissions, an entry at a time; a crash continues behind the last entry.
 * Until it ends records have too few votes, so some stay in quarantine.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { KEY_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf, toHex } from '../bytes/index.ts'
import { REBUILD_KEY, REPLACED_SECTIONS } from '../store/migrations.ts'
import { changedBy } from '../records/value.ts'
import { readEntryValues, readIntroducedVoice } from './entry-values.ts'
import type { ReadableEntries } from './entry-values.ts'
import type { RetractionAdmitter } from './retraction-admitter.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { FeedVoices } from '../feeds/feed-voices.ts'
import type { StandingWriter } from '../records/standing-writer.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Drafts } from '../store/drafts.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export interface StandingRebuildInit extends ReadableEntries {
  readonly store: Pick<Store, 'section'>
  readonly feeds: Pick<FeedStore, 'between' | 'feed' | 'heads'>
  readonly standings: Pick<StandingWriter, 'add'>
  readonly recordLog: Pick<DigestLog, 'append'>
  /** Of those that are in no entry. */
  readonly retractions: Pick<RetractionAdmitter, 'addAgain' | 'dropUseless'>
  /** Of a closed swarm. */
  readonly voices?: Pick<FeedVoices, 'put'>
  readonly drafts: Pick<Drafts, 'discard' | 'take'>
  /** Runs without concurrent admissions. */
  runExclusive<T>(task: () => Promise<T>): Promise<T>
  commit(operations: readonly Operation[]): Promise<void>
  /** For the commit that begins: values outside of this author's window are to be removed. */
  markUnswept(author: Uint8Array): Operation
}

/** Values that are added before the replica opens: at most a few seconds. */
const AWAITED_VALUES = 50_000

/** Keys of replaced sections that are deleted in one commit. */
const DELETES = 5_000

/** In `meta` while the standings before a repair are deleted. */
const CLEAR_KEY = Buffer.from('standings-clear')

/** Sections of the standings. */
export const STANDING_SECTIONS = [
  'standings',
  'votes',
  'older-votes',
  'older-commitments',
  'withdrawals',
  'facets'
] as const

/** What is computed again. */
const COMPUTED_SECTIONS = [...STANDING_SECTIONS, 'voices', 'voice-authors'] as const

/** Whether a damaged value is mended when standings are computed again. `damaged`: values by section. */
export function hasDamagedStandings(damaged: Readonly<Record<string, number>>): boolean {
  return COMPUTED_SECTIONS.some((name) => (damaged[name] ?? 0) > 0)
}

export class StandingRebuild {
  readonly #init: StandingRebuildInit
  readonly #meta: Section
  readonly #awaited = Promise.withResolvers<void>()
  #added = 0

  constructor(init: StandingRebuildInit) {
    this.#init = init
    this.#meta = init.store.section('meta')
  }

  /** Resolves when enough is added to open with: a small store is complete then. */
  get opened(): Promise<void> {
    return this.#awaited.promise
  }

  /** Deletes all standings, so that `run` computes them again, or goes on with that after a crash in here. */
  async restart(isNeeded: boolean): Promise<void> {
    if (!isNeeded && !(await this.#meta.has(CLEAR_KEY))) return
    await this.#init.commit([this.#meta.put(CLEAR_KEY, new Uint8Array())])
    for (const name of STANDING_SECTIONS) await this.#clear(name)
    await this.#init.commit([
      this.#meta.del(CLEAR_KEY),
      this.#meta.put(REBUILD_KEY, new Uint8Array())
    ])
  }

  /** Deletes all standings of a replica that runs. */
  restartRunning(): Promise<void> {
    return this.#init.runExclusive(() => this.restart(true))
  }

  /** Begins, or goes on where it stopped; returns at once if there is nothing to do. */
  async run(): Promise<void> {
    try {
      await this.#run()
    } finally {
      this.#awaited.resolve()
    }
  }

  async #run(): Promise<void> {
    const cursor = await this.#meta.get(REBUILD_KEY)
    if (cursor === undefined) return
    const run = (task: () => Promise<void>): Promise<void> => this.#init.runExclusive(task)
    await this.#init.retractions.addAgain(run)
    await this.#addEntries(cursor)
    await this.#init.retractions.dropUseless(run)
    for (const name of REPLACED_SECTIONS) await this.#clear(name)
    await this.#init.commit([this.#meta.del(REBUILD_KEY)])
  }

  async #addEntries(cursor: Uint8Array): Promise<void> {
    const { feeds } = this.#init
    const reached = toHex(cursor.subarray(0, KEY_BYTES))
    for (const { author } of feeds.heads()) {
      const name = toHex(author)
      if (name < reached) continue
      const { base, fork, seq: last } = feeds.feed(author)
      if (base > 1 || fork > 0) await this.#init.commit([this.#init.markUnswept(author)])
      const from = name === reached ? seqOf(cursor.subarray(KEY_BYTES)) + 1 : base
      let seq = Math.max(from, base)
      for await (const bytes of feeds.between(author, seq, last)) {
        this.#added += await this.#addEntry(author, seq, bytes)
        if (this.#added >= AWAITED_VALUES) this.#awaited.resolve()
        seq += 1
        await nextTurn()
      }
    }
  }

  async #addEntry(author: Uint8Array, seq: number, bytes: Uint8Array): Promise<number> {
    const { feeds, standings, recordLog, drafts } = this.#init
    const introduction = this.#introduce(author, bytes)
    const { values, order } = readEntryValues(this.#init, seq, bytes)
    await this.#init.runExclusive(async () => {
      const { base, fork } = feeds.feed(author)
      // The window was narrowed meanwhile.
      if (seq < base || (fork > 0 && seq >= fork)) return
      try {
        await standings.add({ author, seq, order }, values)
      } catch (error) {
        drafts.discard()
        throw error
      }
      const draft = drafts.take()
      await this.#init.commit([
        ...draft.operations,
        ...introduction,
        ...recordLog.append(changedBy(values)),
        this.#meta.put(REBUILD_KEY, concat(author, seqBytes(seq)))
      ])
      draft.landed()
    })
    return values.length
  }

  #introduce(author: Uint8Array, bytes: Uint8Array): readonly Operation[] {
    const { swarm, voices } = this.#init
    const voice = voices === undefined ? undefined : readIntroducedVoice(swarm, bytes)
    return voice === undefined ? [] : (voices?.put(author, voice) ?? [])
  }

  async #clear(name: string): Promise<void> {
    const section = this.#init.store.section(name)
    let deletes: Operation[] = []
    for await (const [key] of section.entries()) {
      deletes.push(section.del(key))
      if (deletes.length < DELETES) continue
      await this.#init.commit(deletes)
      deletes = []
    }
    await this.#init.commit(deletes)
  }
}
