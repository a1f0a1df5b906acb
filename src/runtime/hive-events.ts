/** What a node tells: its own events, and those of its parts as they are. */
import type { EventEmitter } from 'node:events'
import type { Swarm, SwarmEvents } from '../../transport/index.ts'
import type { NodeSkills, SkillEvents } from '../skills/index.ts'
import type { Consolidated } from '../knowledge/index.ts'
import type { ModelEvents } from '../models/index.ts'
import type { Parts } from './parts.ts'

export interface HiveEvents extends SwarmEvents, ModelEvents, SkillEvents {
  /** Entries of others became part of this node's replica. */
  'hive:change': []
  /** Near-duplicates were looked for in the background. */
  'upkeep:consolidated': [consolidated: Consolidated]
  /** Background work failed; it is tried again. */
  'upkeep:failed': [error: unknown]
  /** The embedding provider failed; recall goes by words until it answers. */
  'embedding:failure': [error: Error]
}

type Target = Pick<EventEmitter<HiveEvents>, 'emit'>

export function forwardEvents({ replica, swarm, skills, toldModels }: Parts, to: Target): void {
  replica.on('entry:admitted', () => to.emit('hive:change'))
  toldModels.on('model:call', (call) => to.emit('model:call', call))
  toldModels.on('model:warning', (text) => to.emit('model:warning', text))
  forwardSkills(skills, to)
  if (swarm !== undefined) forwardSwarm(swarm, to)
}

function forwardSwarm(swarm: Swarm, to: Target): void {
  swarm.on('peer:connect', (peer) => to.emit('peer:connect', peer))
  swarm.on('peer:disconnect', (peer) => to.emit('peer:disconnect', peer))
  swarm.on('peer:refused', (refusal) => to.emit('peer:refused', refusal))
  swarm.on('peer:offence', (offence) => to.emit('peer:offence', offence))
  swarm.on('bootstrap:unreachable', (failure) => to.emit('bootstrap:unreachable', failure))
  swarm.on('filter:change', (change) => to.emit('filter:change', change))
  swarm.on('gossip:change', () => to.emit('gossip:change'))
  swarm.on('sync:news', (news) => to.emit('sync:news', news))
}

function forwardSkills({ store }: NodeSkills, to: Target): void {
  store.on('skill:transition', (transition) => to.emit('skill:transition', transition))
  store.on('skill:warm', (warm) => to.emit('skill:warm', warm))
  store.on('skill:cool', (cool) => to.emit('skill:cool', cool))
  store.on('skill:failure', (failure) => to.emit('skill:failure', failure))
  store.on('skill:lie', (lie) => to.emit('skill:lie', lie))
  store.on('skill:remove', (removed) => to.emit('skill:remove', removed))
  store.on('skill:unready', (unready) => to.emit('skill:unready', unready))
}
