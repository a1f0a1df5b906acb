/**
 * The parts of a node: store, replica, facts, models, sandbox, skills, swarm. They are opened in
 * this order; if one fails, the parts before it are closed.
 */
import { EventEmitter } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { authorEpochs, openReplica, openStore, StoreError, voteTiming } from '../../crdt/index.ts'
import { checkSwarmInit, createSwarm, loadPeerKey } from '../../transport/index.ts'
import { SkillService } from '../skills/index.ts'
import { closeAll } from './close-all.ts'
import { loadFilterSettings } from './filter-settings.ts'
import { hidesOwn } from './hides-own.ts'
import { Warnings } from './warnings.ts'
import { FactStore } from '../facts/index.ts'
import { AgentRules, modelLimits, RunCounts } from '../governance/index.ts'
import { Impact } from '../impact/index.ts'
import { EvolutionStore } from '../evolution/index.ts'
import { JournalStore } from '../journal/index.ts'
import { PersonaStore, SessionStore } from '../personas/index.ts'
import { ModelService } from '../models/index.ts'
import { createSandbox } from '../sandbox/index.ts'
import { makePrivate } from './private-directory.ts'
import { refuseLostStore } from './lost-store.ts'
import { doorMembers, followMembership, MEMBER_FILE, openNodeMembers } from './node-members.ts'
import { messageOf } from '../errors.ts'
import type { Replica, Store } from '../../crdt/index.ts'
import type { Swarm, SwarmEvents } from '../../transport/index.ts'
import type { ModelEvents } from '../models/index.ts'
import type { OpenedMembers } from '../members/index.ts'
import type { HostEnvironment } from './environment.ts'
import type { Options } from './hive-options.ts'
import type { Sandbox } from '../sandbox/index.ts'

export interface NodeParts {
  readonly options: Options
  readonly environment: HostEnvironment
  readonly store: Store
  /** Undefined in an open swarm. */
  readonly members: OpenedMembers | undefined
  readonly replica: Replica
  readonly facts: FactStore
  readonly impact: Impact
  readonly personas: PersonaStore
  readonly journal: JournalStore
  readonly sessions: SessionStore
  readonly evolution: EvolutionStore
  readonly rules: AgentRules
  readonly runCounts: RunCounts
  readonly swarm: Swarm | undefined
  /** Peers may know that this node found facts recorded up to this time. */
  readonly observedUntil: number
  /** Authors that must vouch before a record is released. */
  readonly k: number
  readonly models: ModelService
  readonly modelEvents: EventEmitter<ModelEvents>
  readonly skills: SkillService
  readonly sandbox: Sandbox
  readonly warnings: Warnings
}

/** Resolves when all parts but the swarm run; the caller starts the swarm. */
export async function openParts(
  options: Options,
  environment: HostEnvironment
): Promise<NodeParts> {
  const { swarm, libp2p } = options
  if (swarm !== false) checkSwarmInit({ ...swarm, libp2p })
  try {
    return await tryToOpenParts(options, environment)
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'STORE_READ_FAILED') throw error
    // What could not be read is repaired when the store is opened again.
    return tryToOpenParts(options, environment)
  }
}

async function tryToOpenParts(options: Options, environment: HostEnvironment): Promise<NodeParts> {
  const { dataDir, clock = Date } = options
  const warnings = new Warnings()
  if (dataDir !== undefined) {
    await makePrivate(dataDir, (text) => warnings.add(text))
    if (options.store === undefined) await refuseLostStore(dataDir)
  }
  const opened: (() => unknown)[] = []
  try {
    const store = await openStore(options.store ?? fileOf(options, 'store'), {
      repair: options.repair,
      copies: environment.copies
    })
    opened.unshift(() => store.close())
    const { swarm: init } = options
    const inSwarm = init === false ? undefined : { ...init, k: kOf(init) }
    const { filterKey, observes, observedUntil, k } = await loadFilterSettings(
      store,
      inSwarm,
      clock.now()
    )
    const members = await openNodeMembers(options, store, {
      file: fileOf(options, MEMBER_FILE),
      createVoices: environment.createVoices
    })
    opened.unshift(() => members?.close())
    opened.unshift(followMembership(members, warnings))
    const replica = await openReplica({
      membership: members?.membership,
      place:
        options.store === undefined ? await placeOf(fileOf(options, 'store')) : environment.place,
      store,
      swarm: inSwarm?.name,
      filterKey,
      hidesOwn: hidesOwn(options),
      epochs: authorEpochs(() => clock.now(), inSwarm?.epoch),
      timing: voteTiming(() => clock.now()),
      entryFormat: environment.entryFormat
    })
    const { elementOf, published } = replica
    const observe = observes ? { key: published.key, elementOf } : undefined
    const facts = new FactStore({ store, observe })
    await facts.load()
    const stored = { store, now: () => clock.now() }
    const rules = new AgentRules(stored)
    await rules.load()
    const runCounts = new RunCounts({
      ...stored,
      limits: (agent) => rules.limits(agent),
      onError: (error) => warnings.add(`Cannot store the count of a run: ${messageOf(error)}`)
    })
    await runCounts.load()
    opened.unshift(() => runCounts.close())
    const impact = new Impact(stored)
    const personas = new PersonaStore({
      ...stored,
      assertActive: (agent) => rules.assertActive(agent)
    })
    const journal = new JournalStore(stored)
    const sessions = new SessionStore({ ...stored, journal })
    const modelEvents = new EventEmitter<ModelEvents>()
    const models = await openModels(options, store, {
      events: modelEvents,
      env: environment.variables,
      rules
    })
    opened.unshift(() => models.close())
    const sandbox = createSandbox({
      threads: sandboxThreads(environment),
      processor: environment.processor
    })
    opened.unshift(() => sandbox.close())
    const skills = await openSkills(options, { store, models, sandbox })
    opened.unshift(() => skills.close())
    const swarm = await openSwarm(options, environment, { store, members, replica, facts })
    swarm?.on('stem:wait', () => warnings.add(STEM_WAITS))
    swarm?.on('peer:duplicate', (duplicate) => warnings.add(duplicateText(duplicate)))
    const evolution = new EvolutionStore({ ...stored, personas, journal })
    const agents = { personas, journal, sessions, evolution, impact, rules, runCounts }
    const shared = {
      options,
      environment,
      store,
      members,
      replica,
      facts,
      ...agents,
      swarm,
      observedUntil,
      k
    }
    return { ...shared, models, modelEvents, skills, sandbox, warnings }
  } catch (error) {
    // Keeps the first error; errors of closing would hide it.
    await closeAll(opened, 'Some parts of the node did not close.').catch(() => undefined)
    throw error
  }
}

/** Closes the parts that `openParts` opened, the swarm first. */
export function closeParts(parts: NodeParts): Promise<void> {
  const { swarm, skills, sandbox, models, runCounts, members, replica, store } = parts
  return closeAll(
    [
      () => swarm?.stop(),
      () => skills.close(),
      () => sandbox.close(),
      () => models.close(),
      () => runCounts.close(),
      () => keepAuthor(replica),
      () => members?.close(),
      () => store.close()
    ],
    'The node did not stop cleanly.'
  )
}

/**
 * Names a directory on its disk, so that a copy has another name. Undefined for a store in memory.
 * Nothing but the publisher's kept author depends on it.
 */
async function placeOf(directory: string | undefined): Promise<string | undefined> {
  if (directory === undefined) return undefined
  const { dev, ino, birthtimeMs } = await stat(directory)
  return `${dev} ${ino} ${birthtimeMs}`
}

/** Without it the next start has a new author: no reason to fail, where a disk is full say. */
async function keepAuthor(replica: Replica): Promise<void> {
  try {
    await replica.keepAuthor()
  } catch {
    // The store reports its failures itself.
  }
}

export function fileOf({ dataDir }: Options, name: string): string | undefined {
  return dataDir === undefined ? undefined : join(dataDir, name)
}

/**
 * Number of authors that must vouch before an insight is released: without a key, one author is not
 * enough.
 */
function kOf({ k, key }: Exclude<Options['swarm'], false>): number {
  return k ?? (key === undefined ? 2 : 1)
}

const STEM_WAITS =
  'Own entries wait: none of the relays of their author passes them on, and swarm.stemFallback is false.'

async function openSwarm(
  options: Options,
  { createHost }: HostEnvironment,
  { store, members, replica, facts }: Pick<NodeParts, 'facts' | 'members' | 'replica' | 'store'>
): Promise<Swarm | undefined> {
  if (options.swarm === false) return undefined
  const { key, acceptedKeys, bootstrap, listen, announce, lan, relay } = options.swarm
  const { gossip, syncInterval, mode, filterInterval, stemFallback } = options.swarm
  const { dataDir, libp2p, clock, random, logger, userAgent } = options
  const privateKey =
    dataDir === undefined ? undefined : await loadPeerKey(join(dataDir, 'peer.key'))
  return createSwarm({
    replica,
    store,
    privateKey,
    members: members === undefined ? undefined : doorMembers(members, options),
    key,
    acceptedKeys,
    bootstrap,
    listen,
    announce,
    lan,
    relay,
    gossip,
    syncInterval,
    filterInterval,
    stemFallback,
    mode,
    observed: facts.observed,
    libp2p,
    createHost,
    clock,
    random,
    logger,
    userAgent
  })
}

function openModels(
  { models, embeddings, clock = Date, random }: Options,
  store: Store,
  {
    events,
    env,
    rules
  }: {
    readonly events: EventEmitter<ModelEvents>
    readonly env: HostEnvironment['variables']
    readonly rules: AgentRules
  }
): Promise<ModelService> {
  return ModelService.open({
    settings: models,
    embeddings,
    store,
    env,
    assertActive: (agent) => rules.assertActive(agent),
    agentLimits: (agent) => modelLimits(rules.limits(agent)),
    now: () => clock.now(),
    random,
    onCall: (call) => events.emit('model:call', call),
    onWarn: (text) => events.emit('model:warn', text)
  })
}

/** Runs of skills at a time: two, at most one a processor. */
function sandboxThreads({ parallelism }: HostEnvironment): number {
  return Math.min(2, parallelism)
}

function openSkills(
  { agent, clock = Date, random }: Options,
  { store, models, sandbox }: Pick<NodeParts, 'models' | 'sandbox' | 'store'>
): Promise<SkillService> {
  return SkillService.open({
    store,
    sandbox,
    models: models.for(agent.name),
    now: () => clock.now(),
    random,
    // A failed write is reported when the node stops.
    onError: () => undefined
  })
}

function duplicateText({ peer, isOwn }: SwarmEvents['peer:duplicate'][0]): string {
  return isOwn
    ? 'Peers report a second node with the peer key of this node, as after its directory was copied. Stop one of the two nodes, and delete peer.key in its directory.'
    : `Two nodes run with the key of peer ${peer}. Its owner should stop one of them.`
}
