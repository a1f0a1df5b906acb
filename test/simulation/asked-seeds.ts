/** Seeds that are asked for: a fault of a door shows in no swarm without one. */
import { Seeded } from './environment/seeded-bytes.ts'
import { among, having, settings } from './options.ts'
import { planOf } from './plan/plan.ts'

export function isAsked(seed: number): boolean {
  if (among === 'all' && having === undefined) return true
  const { members, roles, steps } = planOf(seed, new Seeded(seed).stream('plan'), settings)
  const swarms = {
    open: members === undefined,
    closed: members !== undefined,
    door: roles !== undefined
  }
  const isAmong =
    among === 'all' || Object.entries(swarms).some(([name, is]) => is && name === among)
  return isAmong && (having === undefined || steps.some(({ kind }) => kind === having))
}
