/** Insights in quarantine, or disputed: release, dispute or flag each with one key. */
import { useMemo, useState } from 'preact/hooks'
import { count } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { useKeys } from '../parts/keys.ts'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { InsightDetail, InsightRow } from './insight-detail.tsx'
import type { VNode } from 'preact'
import type { Insight, Vote } from './insight-detail.tsx'

const ROW = 60
const MAX_INSIGHTS = 100_000
const NONE: readonly Insight[] = []

export function ReviewInsights({ state }: { readonly state: 'disputed' | 'quarantined' }): VNode {
  const t = T.review
  const [chosen, setChosen] = useState<string>()
  const [turn, setTurn] = useState(0)
  const list = useLoaded(
    (signal) => api.insights({ state, limit: MAX_INSIGHTS }, { signal }),
    [state],
    ['hive:change']
  )
  const items = list.data ?? NONE
  const active = useMemo(() => items.find(({ id }) => id === chosen) ?? items[0], [items, chosen])
  const refresh = (): void => {
    setTurn((before) => before + 1)
    list.reload()
  }
  const vote = async (way: Vote): Promise<void> => {
    if (active === undefined) return
    const { id } = active
    const at = items.indexOf(active)
    const isDone = await act(
      () => cast(id, way),
      async () => {
        await api.vote({ id, vote: 'retract' })
        refresh()
        return t.retracted
      }
    )
    if (!isDone) return
    setChosen(items[at + 1]?.id ?? items[at - 1]?.id)
    refresh()
  }
  useKeys({
    v: () => void vote('vouch'),
    d: () => void vote('dispute'),
    f: () => void vote('stale')
  })
  return (
    <StateOf of={list} isEmpty={(all) => all.length === 0} empty={<p>{t.empty[state]}</p>}>
      {(all) => (
        <>
          <p class="quiet" role="status">
            {count(all.length, T.common.items)}
          </p>
          <div class="split">
            <VirtualList
              label={t.tabs[state]}
              items={all}
              keyOf={({ id }) => id}
              rowHeight={ROW}
              active={active?.id}
              onActive={({ id }) => setChosen(id)}
            >
              {(insight) => <InsightRow insight={insight} />}
            </VirtualList>
            {active === undefined ? null : (
              <InsightDetail
                key={active.id}
                insight={active}
                turn={turn}
                onVote={(way) => void vote(way)}
              />
            )}
          </div>
        </>
      )}
    </StateOf>
  )
}

async function cast(id: string, way: Vote): Promise<string> {
  const t = T.review
  if (way === 'stale') {
    await api.stale({ id })
    return t.flagged
  }
  await api.vote({ id, vote: way })
  return way === 'vouch' ? t.released : t.disputed
}
