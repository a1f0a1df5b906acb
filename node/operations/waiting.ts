/** What waits on a node, why, and the command that lists or releases it. */
import type { HiveNode } from '../../src/index.ts'

export interface Waiting {
  readonly what:
    | 'goals'
    | 'index'
    | 'insights'
    | 'mesh'
    | 'offers'
    | 'peers'
    | 'retractions'
    | 'skills'
    | 'votes'
  /** Counted up to 100, except for the index, the mesh, peers and own votes. */
  readonly count: number
  readonly why: string
  readonly command?: string
}

/** Items are counted up to this: the count must not make a status slow. */
export const MAX_COUNTED = 100

/** Whether lists come at once: they wait for an index that is behind. */
export function isListed({ status: { index } }: Pick<HiveNode, 'status'>): boolean {
  return index.behind === 0 && index.failure === undefined
}

export async function waitingOn(db: HiveNode, running: boolean): Promise<Waiting[]> {
  const { hive, capabilities } = db.agent.cortex
  const held = { state: 'quarantined', limit: MAX_COUNTED } as const
  const { index, peers, entries, unsent } = db.status
  const lists = isListed(db)
    ? [
        hive.getGlobalInsights(held),
        hive.goals.list({ state: 'quarantined' }),
        hive.skills.offers(held)
      ]
    : []
  const [insights = 0, goals = 0, offers = 0] = await Promise.all(lists.map(counted))
  const { meshDelay } = db
  const skills = await counted(capabilities.list({ status: 'sandbox' }))
  const all: Waiting[] = [
    {
      what: 'insights',
      count: insights,
      why: 'fewer than k authors vouch, or the text reads like an order',
      command: 'hive insights --state quarantined'
    },
    {
      what: 'goals',
      count: goals,
      why: 'the text reads like an order',
      command: 'hive goals --state quarantined'
    },
    {
      what: 'offers',
      count: offers,
      why: 'the text reads like an order',
      command: 'hive skill offers --state quarantined'
    },
    {
      what: 'skills',
      count: skills,
      why: 'their tests have not passed',
      command: 'hive skills --status sandbox'
    },
    {
      what: 'votes',
      count: unsent.votes,
      why: 'a changed vote counts here, and leaves hours after the retraction of the vote before it'
    },
    {
      what: 'retractions',
      count: unsent.retractions,
      why: 'no peer has shown them yet; those of several author keys leave at different times'
    },
    {
      what: 'index',
      count: index.behind,
      why: index.failure ?? (running ? 'it is being built' : 'no node runs that would build it'),
      ...(running ? {} : { command: 'hive start' })
    },
    {
      what: 'peers',
      count: running && db.peerId !== undefined && peers.length === 0 ? entries : 0,
      why: 'no peer is connected that could get the entries',
      command: 'hive peers'
    },
    {
      what: 'mesh',
      count: meshDelay === undefined ? 0 : peers.length,
      why: `none is in the mesh of gossip: ${meshDelay}`,
      command: 'hive peers'
    }
  ]
  return all.filter(({ count }) => count > 0)
}

/** None where the list cannot be read: the status has the failure of the index. */
async function counted(list: Promise<readonly unknown[]>): Promise<number> {
  try {
    return Math.min((await list).length, MAX_COUNTED)
  } catch {
    return 0
  }
}
