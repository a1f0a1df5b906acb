/** Assembles a replica: which part gets which other, and what a failed commit undoes. */
import { AdmissionTurns } from './admission/admission-turns.ts'
import { Admitter } from './admission/admitter.ts'
import { EntryCharges } from './admission/entry-charges.ts'
import { FeedWindows } from './admission/feed-windows.ts'
import { UnknownAuthors } from './admission/unknown-authors.ts'
import type { AdmissionObserver } from './admission/admission-observer.ts'
import { HeldVotes } from './publishing/held-votes.ts'
import { OwnRetractions } from './publishing/own-retractions.ts'
import { RetractionAdmitter } from './admission/retraction-admitter.ts'
import { RetractionSet } from './records/retraction-set.ts'
import { WaitingRetractions } from './records/waiting-retractions.ts'
import { FeedStore } from './feeds/feed-store.ts'
import { Commits } from './store/commits.ts'
import { Drafts } from './store/drafts.ts'
import { StandingReader } from './records/standing-reader.ts'
import { StandingRebuild } from './admission/standing-rebuild.ts'
import { StandingWriter } from './records/standing-writer.ts'
import { Sweeper } from './admission/sweeper.ts'
import { RecordBodies } from './admission/record-bodies.ts'
import { DigestLog } from './store/digest-log.ts'
import { elementHasher } from './filters/filter-element.ts'
import { RecordIds } from './records/record-ids.ts'
import { RecordStore } from './records/record-store.ts'
import { goalOfDoc } from './playbooks/playbook-doc.ts'
import { Playbooks } from './playbooks/playbooks.ts'
import { Publisher } from './publishing/publisher.ts'
import { Serial } from './store/serial.ts'
import { StoredFilter } from './filters/stored-filter.ts'
import { HiddenRecords } from './publishing/hidden-records.ts'
import { HiddenCopies } from './publishing/hidden-copies.ts'
import { HiddenReturns } from './admission/hidden-returns.ts'
import { HiddenEntries } from './publishing/hidden-entries.ts'
import { PublicRecords } from './admission/public-records.ts'
import { Visibility } from './admission/visibility.ts'
import { StoredFeeds } from './admission/stored-feeds.ts'
import { swarmNameOperation } from './swarm-name.ts'
import type { EventEmitter } from 'node:events'
import type { SweeperInit } from './admission/sweeper.ts'
import { FeedVoices } from './feeds/feed-voices.ts'
import { AuthorKeeper } from './publishing/author-keeper.ts'
import { OwnVoices } from './publishing/own-voices.ts'
import { VoiceCheck } from './admission/voice-check.ts'
import { DayBudgets } from './admission/day-budgets.ts'
import { intakeOf } from './admission/intake.ts'
import type { IntakeBudget } from './admission/intake.ts'
import { BUDGET_LIMITS, MemberBudgets, OpenBudgets } from './admission/entry-budgets.ts'
import { Introductions } from './admission/introductions.ts'
import type { CompleteReplicaInit, ReplicaEvents } from './replica-init.ts'

/** The parts of one replica. */
export interface ReplicaParts {
  readonly serial: Serial
  readonly feeds: FeedStore
  readonly storedFeeds: StoredFeeds
  readonly recordStore: RecordStore
  readonly recordIds: RecordIds
  readonly recordLog: DigestLog
  readonly bodies: RecordBodies
  readonly hidden: HiddenEntries
  readonly hiddenRecords: HiddenRecords
  readonly copies: HiddenCopies
  readonly returns: HiddenReturns
  readonly visibility: Visibility
  readonly published: StoredFilter
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  readonly admitter: Admitter
  /** Whose entry the admitter takes next. */
  readonly turns: AdmissionTurns
  /** What was stored of others today, beside the budgets. */
  readonly intake: () => IntakeBudget[]
  readonly windows: FeedWindows
  readonly retractions: RetractionAdmitter
  readonly retractionSet: RetractionSet
  readonly waitingRetractions: WaitingRetractions
  readonly ownRetractions: OwnRetractions
  readonly heldVotes: HeldVotes
  readonly publisher: Publisher
  readonly playbooks: Playbooks
  readonly sweeper: Sweeper
  readonly rebuild: StandingRebuild
  /** Loads what is kept in memory. */
  readonly load: () => Promise<void>
  /** Loads it again after a failed commit; of commits on their way the end is awaited. */
  readonly settle: () => Promise<void>
  /** Loads it again after a failed commit. */
  readonly refresh: () => Promise<void>
}

/** Creates the parts; nothing is read before `load`. `events` emits what they report. */
export function replicaParts(
  {
    store,
    swarm,
    filterKey,
    hidesOwn,
    epochs: authorEpochs,
    membership,
    timing,
    place,
    budgets,
    day,
    entryFormat
  }: CompleteReplicaInit,
  events: Pick<EventEmitter<ReplicaEvents>, 'emit' | 'listenerCount'>
): ReplicaParts {
  const serial = new Serial()
  const voices = membership === undefined ? undefined : new FeedVoices(store)
  const ownVoices =
    membership === undefined || voices === undefined
      ? undefined
      : new OwnVoices({ swarm, membership, voices })
  const voiceCheck =
    membership === undefined || voices === undefined
      ? undefined
      : new VoiceCheck({
          swarm,
          membership,
          voices,
          entryFormat,
          feed: (author) => feeds.feed(author),
          publicSeq: (author) => hidden.publicSeq(author)
        })
  // Members take a new author with each epoch of the swarm.
  const epochs =
    membership === undefined ? authorEpochs : { ...authorEpochs, current: () => membership.epoch() }
  const limits = { ...BUDGET_LIMITS, ...budgets }
  const dayBudgets = new DayBudgets({
    store,
    day: membership === undefined ? day : () => membership.day()
  })
  const introductions = new Introductions(store)
  const entryBudgets =
    voices === undefined
      ? new OpenBudgets(dayBudgets, introductions, limits)
      : new MemberBudgets(dayBudgets, limits)
  const hidden = new HiddenEntries({
    store,
    onChange: (author) => feeds.touch(author)
  })
  const hiddenRecords = new HiddenRecords({ store, want: (digest) => recordStore.want(digest) })
  const feeds: FeedStore = new FeedStore(store, hidden)
  const copies = new HiddenCopies({ store, hidden, feeds })
  const returns = new HiddenReturns({
    feeds,
    hidden,
    copies,
    windows: () => windows,
    admitter: () => admitter
  })
  const isLive: FeedStore['isLive'] = (author, seq) => feeds.isLive(author, seq)
  const unswept = new Map<string, Uint8Array>()
  const drafts = new Drafts(store)
  const set = new RetractionSet(store, drafts)
  const waiting = new WaitingRetractions()
  const standings = new StandingWriter({
    drafts,
    isLive,
    retractions: {
      take: (digest, commitment) => waiting.take(digest, commitment),
      put: (retraction) => set.put(retraction),
      del: (digest, commitment) => set.del(digest, commitment)
    }
  })
  const own = new OwnRetractions(store)
  const held = new HeldVotes(store)
  const recordStore = new RecordStore(
    store,
    new StandingReader({ store, isLive, unswept, hasVoices: voices !== undefined })
  )
  const recordLog = new DigestLog(store, 'record-log')
  const elementOf = elementHasher(filterKey)
  const published = new StoredFilter({
    store,
    commits: () => commits,
    name: 'published',
    key: filterKey,
    source: () => publicElements(recordStore, hiddenRecords, elementOf)
  })
  const read = async (): Promise<void> => {
    drafts.clear()
    voices?.forget()
    introductions.forget()
    unknown.forget()
    await dayBudgets.load()
    await feeds.load()
    await recordLog.load()
    await set.load()
    await own.read()
    await held.read()
    await sweeper.load()
    await visibility.load()
  }
  const commits: Commits = new Commits({
    store,
    reload: async () => {
      await read()
      await published.reload()
      await visibility.showAll()
    },
    onCommitError: () => {
      publisher.rotate()
      playbooks.clear()
    },
    // Heads and digest may be read at any time, so they must not stay ahead of the disk.
    runAlone: (task) => serial.run(task)
  })
  const publicRecords = new PublicRecords({
    hidden,
    held,
    hiddenRecords,
    commits,
    published,
    recordStore,
    elementOf
  })
  const shared = {
    publicRecords,
    swarm,
    serial,
    commits,
    feeds,
    recordStore,
    standings,
    drafts,
    hidden,
    hiddenRecords,
    copies,
    published,
    recordLog,
    elementOf,
    hidesOwn,
    entryFormat
  }
  const flush = (): Promise<void> => store.flush()
  const storedFeeds = new StoredFeeds({
    ...shared,
    flush,
    forget: async (author) => {
      await windows.forget(author)
      await returns.run(author)
    }
  })
  const entryValues: StoredFeeds['entryValues'] = (author, from, to) =>
    storedFeeds.entryValues(author, from, to)
  const charges = new EntryCharges({ ...shared, voices, budgets: entryBudgets })
  const visibility = new Visibility({
    ...shared,
    store,
    storedFeeds,
    charges,
    admitter: () => admitter,
    windows: () => windows
  })
  const runAlone: SweeperInit['runExclusive'] = (task) =>
    publisher.runExclusive(() =>
      serial.run(async () => {
        await flush()
        await commits.refresh()
        return task()
      })
    )
  const commit: SweeperInit['commit'] = (operations) => commits.commit(operations)
  const sweeper: Sweeper = new Sweeper({
    ...shared,
    store,
    isClosed: voices !== undefined,
    unswept,
    observer: () => observer,
    runExclusive: runAlone,
    commit
  })
  const retractions = new RetractionAdmitter({
    ...shared,
    set,
    waiting,
    own,
    held,
    observer: () => observer,
    onAdmit: (digests) => events.emit('retraction:admit', digests)
  })
  const rebuild = new StandingRebuild({
    ...shared,
    retractions,
    store,
    voices,
    runExclusive: runAlone,
    commit,
    markUnswept: (author) => sweeper.mark(author)
  })
  const observer: AdmissionObserver = {
    entryAdmitted: (entry, digests) => events.emit('entry:admit', entry, digests),
    entryHidden: () => events.emit('entry:hide'),
    get watchesStandings() {
      return events.listenerCount('standing:change') > 0
    },
    standingsChanged: (changes) => events.emit('standing:change', changes),
    entryRejected: (reason) => events.emit('entry:reject', reason),
    authorVoided: (proof) => events.emit('author:void', proof),
    docChanged: (doc) => {
      const goal = goalOfDoc(doc)
      if (goal !== undefined) events.emit('playbook:change', goal)
    },
    playbookEdited: (entry, base) => playbooks.add(entry, base),
    entriesRemoved: (doc) => playbooks.drop(doc),
    feedReset: (author, doc) => {
      publisher.rotateIf(author)
      playbooks.drop(doc)
    }
  }
  const unknown = new UnknownAuthors({ feeds, voices })
  const windows = new FeedWindows({ ...shared, voices, sweeper, unknown, observer })
  const admitter: Admitter = new Admitter({
    ...shared,
    voices,
    voiceCheck,
    charges,
    sweeper,
    windows,
    unknown,
    ownChanges: {
      change: (changes, operations) => retractions.change(changes, operations),
      drop: (votes) => retractions.drop(votes)
    },
    swarmNameOperation: () => swarmNameOperation(store, swarm),
    observer
  })
  const bodies = new RecordBodies({
    serial,
    commits,
    recordStore,
    hiddenRecords,
    recordOperations: (digests) => admitter.recordOperations(digests),
    budgets: dayBudgets,
    limit: limits.bodies
  })
  const runExclusive: Admitter['runExclusive'] = (task) => admitter.runExclusive(task)
  const playbooks = new Playbooks({
    swarm,
    epochs,
    ownVoices,
    writersOf: (doc) => feeds.writersOf(doc),
    between: (author, from, to) => feeds.between(author, from, to),
    flush,
    runExclusive
  })
  const publisher = new Publisher({
    swarm,
    epochs,
    ownVoices,
    keeper: new AuthorKeeper({ store, place }),
    store,
    recordStore,
    own,
    held,
    hidden,
    hiddenRecords,
    unswept,
    mayBePublished: (element) => published.has(element),
    elementOf,
    timing,
    runExclusive,
    entryValues
  })
  return {
    serial,
    feeds,
    retractions,
    retractionSet: set,
    waitingRetractions: waiting,
    ownRetractions: own,
    heldVotes: held,
    storedFeeds,
    recordStore,
    recordIds: new RecordIds(store),
    recordLog,
    bodies,
    hidden,
    hiddenRecords,
    copies,
    returns,
    visibility,
    published,
    elementOf,
    admitter,
    turns: new AdmissionTurns(swarm),
    intake: () => intakeOf(dayBudgets, limits, voices !== undefined),
    windows,
    publisher,
    playbooks,
    sweeper,
    rebuild,
    load: async () => {
      await publisher.load()
      await read()
      if (store.isSuspect) {
        await store.commit(await hidden.hideAgain(copies.feeds()))
        await visibility.load()
      }
      await published.load()
      await visibility.showAll()
    },
    settle: () =>
      serial.run(async () => {
        await commits.flush()
        await commits.refresh()
      }),
    refresh: () => commits.refresh()
  }
}

async function* publicElements(
  recordStore: RecordStore,
  hidden: HiddenRecords,
  elementOf: (digest: Uint8Array) => Uint8Array
): AsyncGenerator<Uint8Array[]> {
  for await (const digests of recordStore.digests()) {
    const shown = digests.filter((digest) => !hidden.hides(digest))
    yield shown.map((digest) => elementOf(digest))
  }
}
