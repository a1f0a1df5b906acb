/** Events of a node: its own, and those of its parts. */
import type { EventEmitter } from 'node:events'
import type { Swarm, SwarmEvents } from '../../transport/index.ts'
import type { SkillService, SkillEvents } from '../skills/index.ts'
import type { ConsolidateReport } from '../knowledge/index.ts'
import type { IntegrityReport } from '../maintenance/index.ts'
import type { ModelEvents } from '../models/index.ts'
import type { NodeParts } from './node-parts.ts'

export interface HiveEvents extends SwarmEvents, ModelEvents, SkillEvents {
  /** Entries of other authors were added to the replica. */
  'hive:change': []
  /** The operator should know this; `status.warnings` lists it too. */
  'hive:warn': [text: string]
  /** A damaged index was deleted and is built again; until then recalls may miss older items. */
  'index:rebuild': [index: { readonly file: string }]
  /** A slice of near-duplicates was compared in the background. */
  'upkeep:consolidate': [consolidated: ConsolidateReport]
  /** Something that was stored is lost or damaged; what can be mended is. */
  'store:damage': [report: IntegrityReport]
  /** Background work failed; it is tried again. */
  'upkeep:fail': [error: unknown]
  /** The embedding provider failed; recall uses words alone until it answers. */
  'embedding:fail': [error: Error]
}

type Target = Pick<EventEmitter<HiveEvents>, 'emit'>

export function forwardEvents(
  { replica, swarm, skills, modelEvents }: NodeParts,
  to: Target
): void {
  replica.on('entry:admit', () => to.emit('hive:change'))
  replica.on('retraction:admit', () => to.emit('hive:change'))
  modelEvents.on('model:call', (call) => to.emit('model:call', call))
  modelEvents.on('model:warn', (text) => to.emit('model:warn', text))
  forwardSkills(skills, to)
  if (swarm !== undefined) forwardSwarm(swarm, to)
}

function forwardSwarm(swarm: Swarm, to: Target): void {
  swarm.on('peer:connect', (peer) => to.emit('peer:connect', peer))
  swarm.on('peer:disconnect', (peer) => to.emit('peer:disconnect', peer))
  swarm.on('peer:refuse', (refusal) => to.emit('peer:refuse', refusal))
  swarm.on('peer:offend', (offence) => to.emit('peer:offend', offence))
  swarm.on('member:admit', (admission) => to.emit('member:admit', admission))
  swarm.on('member:refuse', (refusal) => to.emit('member:refuse', refusal))
  swarm.on('peer:duplicate', (duplicate) => to.emit('peer:duplicate', duplicate))
  swarm.on('bootstrap:fail', (failure) => to.emit('bootstrap:fail', failure))
  swarm.on('address:change', (addresses) => to.emit('address:change', addresses))
  swarm.on('lan:find', (found) => to.emit('lan:find', found))
  swarm.on('filter:change', (change) => to.emit('filter:change', change))
  swarm.on('gossip:change', () => to.emit('gossip:change'))
  swarm.on('sync:receive', (news) => to.emit('sync:receive', news))
}

function forwardSkills({ store }: SkillService, to: Target): void {
  store.on('skill:transition', (transition) => to.emit('skill:transition', transition))
  store.on('skill:warm', (warm) => to.emit('skill:warm', warm))
  store.on('skill:cool', (cool) => to.emit('skill:cool', cool))
  store.on('skill:use', () => to.emit('skill:use'))
  store.on('skill:fail', (failure) => to.emit('skill:fail', failure))
  store.on('author:distrust', (falseReceipt) => to.emit('author:distrust', falseReceipt))
  store.on('skill:remove', (removed) => to.emit('skill:remove', removed))
  store.on('skill:warm-fail', (failure) => to.emit('skill:warm-fail', failure))
}
