/** What the subscription of an agent has received in one life of its node. */
import { toHex } from '../../../crdt/bytes/index.ts'
import type { Insight } from '../../../src/judgement/index.ts'
import type { Life } from '../subject.ts'

/** What one life has heard. */
export interface Heard {
  /** Ids of what was released before it listened; undefined until all is read. */
  readonly before: ReadonlySet<string> | undefined
  readonly ids: ReadonlySet<string>
  /** Ids of what was held back here before this node vouched for it. */
  readonly corroborated: ReadonlySet<string>
}

interface Hearing extends Heard {
  before: ReadonlySet<string> | undefined
  readonly ids: Set<string>
  readonly corroborated: Set<string>
}

export class HeardInsights {
  readonly #lives = new WeakMap<Life, Hearing>()

  of(life: Life): Heard | undefined {
    return this.#lives.get(life)
  }

  /** The node has vouched for what was held back. */
  corroborate(life: Life, id: string): void {
    this.#lives.get(life)?.corroborated.add(id)
  }

  /** An agent listens from now on, to all insights. `check`: what must not be. */
  async listen(life: Life, check: (text: string) => void): Promise<void> {
    const heard: Hearing = { before: undefined, ids: new Set(), corroborated: new Set() }
    this.#lives.set(life, heard)
    const { hive } = life.hive.agent.cortex
    hive.subscribe({}, (insight) => {
      const name = insight.id.slice(0, 6)
      if (heard.ids.has(insight.id)) check(`a subscription received ${name} twice`)
      if (!isReleased(insight)) check(`a subscription received ${name}, which is not released`)
      heard.ids.add(insight.id)
    })
    heard.before = new Set(await releasedOn(life))
  }
}

/** Ids of the insights that a subscription may receive. */
export async function releasedOn({ hive, parts }: Life): Promise<string[]> {
  const released: string[] = []
  for await (const { digest } of parts.replica.attestedRecords()) {
    const insight = await hive.agent.cortex.hive.get(toHex(digest))
    if (insight !== undefined && isReleased(insight)) released.push(insight.id)
  }
  return released
}

function isReleased({ state, isStale }: Insight): boolean {
  return state === 'released' && isStale !== true
}
