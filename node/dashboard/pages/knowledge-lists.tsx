/** The lists of Knowledge: facts by their age, and results of a search. */
import { count, percent, timeText } from '../format.ts'
import { T } from '../strings.ts'
import { ItemRow } from '../parts/item-row.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { useFactPages } from './fact-pages.ts'
import { useSearch } from './search.ts'
import type { VNode } from 'preact'
import type { Scope } from './search.ts'

const ROW = 60

interface ListProps {
  readonly active: string
  readonly onActive: (id: string) => void
}

export function Newest({ active, onActive }: ListProps): VNode {
  const t = T.knowledge
  const { of, facts, more } = useFactPages()
  const empty = (
    <>
      <p>{t.empty}</p>
      <pre class="command">{t.emptyCommand}</pre>
    </>
  )
  return (
    <StateOf of={of} isEmpty={() => facts.length === 0} empty={empty}>
      {() => (
        <VirtualList
          label={t.newest}
          items={facts}
          keyOf={(fact) => fact.id}
          rowHeight={ROW}
          active={active}
          onActive={(fact) => onActive(fact.id)}
          onEnd={more}
        >
          {({ entity, content, recordedAt, confidence, record }) => (
            <ItemRow title={entity} text={content}>
              {timeText(recordedAt)} · {t.confidence} {percent(confidence)} ·{' '}
              {record === undefined ? t.notPublic : t.publicAs}
            </ItemRow>
          )}
        </VirtualList>
      )}
    </StateOf>
  )
}

interface FoundProps extends ListProps {
  readonly query: string
  readonly scope: Scope
  readonly isStale: boolean
}

export function Found({ query, scope, isStale, active, onActive }: FoundProps): VNode {
  const t = T.knowledge
  const found = useSearch(query, scope, isStale)
  return (
    <StateOf of={found}>
      {({ items, isComplete, withheld: { quarantined, disputed } }) => (
        <div class="column">
          <p class="quiet" role="status">
            {count(items.length, T.common.items)}. {isComplete ? '' : t.incomplete}{' '}
            {quarantined + disputed === 0 ? '' : `${count(quarantined + disputed, t.withheld)}.`}
          </p>
          {items.length === 0 ? (
            <p class="empty">{t.noResults}</p>
          ) : (
            <VirtualList
              label={t.results}
              items={items}
              keyOf={({ fact, origin }) => `${origin} ${fact.id}`}
              rowHeight={ROW}
              active={
                items
                  .filter(({ fact }) => fact.id === active)
                  .map(({ fact, origin }) => `${origin} ${fact.id}`)[0]
              }
              onActive={({ fact }) => onActive(fact.id)}
            >
              {({ fact: { entity, content, state }, origin, relevance }) => (
                <ItemRow title={entity} text={content}>
                  {t.origin[origin]} · {t.relevance} {percent(relevance)}
                  {state === undefined ? '' : ` · ${t.states[state]}`}
                </ItemRow>
              )}
            </VirtualList>
          )}
        </div>
      )}
    </StateOf>
  )
}
