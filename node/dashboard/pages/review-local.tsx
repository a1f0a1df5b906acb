/** Facts of this node that are not public: what would leave of each, as a difference. */
import { useState } from 'preact/hooks'
import { count, percent, timeText } from '../format.ts'
import { api } from '../state/api.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { ItemRow } from '../parts/item-row.tsx'
import { useKeys } from '../parts/keys.ts'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { useFactPages } from './fact-pages.ts'
import { LeavingForm } from './leaving-form.tsx'
import type { VNode } from 'preact'
import type { ListedFact } from './fact-pages.ts'

const ROW = 60

/** Private facts never leave, and stale ones are not published. */
function mayLeave({ record, private: isPrivate, stale }: ListedFact): boolean {
  return record === undefined && !isPrivate && stale !== true
}

export function ReviewLocal(): VNode {
  const t = T.review
  const [chosen, setChosen] = useState<string>()
  const [done, setDone] = useState<ReadonlySet<string>>(new Set())
  const { of, facts, more } = useFactPages(mayLeave)
  const items = facts.filter(({ id }) => !done.has(id))
  const active = items.find(({ id }) => id === chosen) ?? items[0]
  const promote = async (): Promise<void> => {
    if (active === undefined) return
    const { id } = active
    const at = items.indexOf(active)
    let record = ''
    const isDone = await act(
      async () => {
        const promoted = await api.promote({ id })
        record = promoted.id
        return t[promoted.status]
      },
      async () => {
        await api.vote({ id: record, vote: 'retract' })
        return t.promotionUndone
      }
    )
    if (!isDone) return
    setDone(new Set([...done, id]))
    setChosen(items[at + 1]?.id ?? items[at - 1]?.id)
  }
  useKeys({ p: () => void promote() })
  return (
    <StateOf of={of} isEmpty={() => items.length === 0} empty={<p>{t.empty.local}</p>}>
      {() => (
        <>
          <p class="quiet" role="status">
            {count(items.length, T.common.items)}
          </p>
          <div class="split">
            <VirtualList
              label={t.tabs.local}
              items={items}
              keyOf={({ id }) => id}
              rowHeight={ROW}
              active={active?.id}
              onActive={({ id }) => setChosen(id)}
              onEnd={more}
            >
              {({ entity, content, recordedAt, confidence }) => (
                <ItemRow title={entity} text={content}>
                  {timeText(recordedAt)} · {T.knowledge.confidence} {percent(confidence)}
                </ItemRow>
              )}
            </VirtualList>
            {active === undefined ? null : (
              <LeavingForm key={active.id} fact={active} onPromote={() => void promote()} />
            )}
          </div>
        </>
      )}
    </StateOf>
  )
}
