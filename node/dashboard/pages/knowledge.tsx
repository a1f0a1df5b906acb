/** Knowledge: facts of this node, search in them and in the hive, and one item whole. */
import { useEffect, useState } from 'preact/hooks'
import { count, percent, timeText } from '../format.ts'
import { route, setParameters } from '../state/route.ts'
import { T } from '../strings.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { useFactPages } from './fact-pages.ts'
import { KnowledgeItem } from './knowledge-item.tsx'
import { SCOPES, useSearch } from './search.ts'
import type { VNode } from 'preact'
import type { Scope } from './search.ts'

const ROW = 60

/** Milliseconds after the last key before a search. */
const PAUSE = 150

export function Knowledge(): VNode {
  const t = T.knowledge
  const { id = '', query = '', scope: given = 'all', stale = '' } = route.value.parameters
  const scope = SCOPES.find((name) => name === given) ?? 'all'
  const [text, setText] = useState(query)
  const set = (changes: Readonly<Record<string, string>>): void =>
    setParameters({ ...route.peek().parameters, ...changes })
  useEffect(() => {
    if (text === query) return
    const timer = setTimeout(() => set({ query: text }), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <>
      <h1>{t.title}</h1>
      <form class="tools" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="field grow">
          {t.search}
          <input
            type="search"
            value={text}
            placeholder={t.hint}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          {t.scope}
          <select value={scope} onChange={(event) => set({ scope: event.currentTarget.value })}>
            {SCOPES.map((name) => (
              <option key={name} value={name}>
                {t.scopes[name]}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={stale === '1'}
            onChange={(event) => set({ stale: event.currentTarget.checked ? '1' : '' })}
          />
          {t.includeStale}
        </label>
      </form>
      <div class="split">
        {query.trim() === '' ? (
          <Newest active={id} onActive={(next) => set({ id: next })} />
        ) : (
          <Found
            query={query}
            scope={scope}
            isStale={stale === '1'}
            active={id}
            onActive={(next) => set({ id: next })}
          />
        )}
        {id === '' ? (
          <p class="detail quiet">{t.choose}</p>
        ) : (
          <KnowledgeItem key={id} id={id} onGone={() => set({ id: '' })} />
        )}
      </div>
    </>
  )
}

interface ListProps {
  readonly active: string
  readonly onActive: (id: string) => void
}

function Newest({ active, onActive }: ListProps): VNode {
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
            <>
              <span class="line">
                <strong>
                  <ForeignLine text={entity} />
                </strong>{' '}
                <ForeignLine text={content} />
              </span>
              <span class="line quiet">
                {timeText(recordedAt)} · {t.confidence} {percent(confidence)} ·{' '}
                {record === undefined ? t.notPublic : t.publicAs}
              </span>
            </>
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

function Found({ query, scope, isStale, active, onActive }: FoundProps): VNode {
  const t = T.knowledge
  const found = useSearch(query, scope, isStale)
  return (
    <StateOf of={found} isEmpty={({ items }) => items.length === 0} empty={<p>{t.noResults}</p>}>
      {({ items, isComplete, withheld: { quarantined, disputed } }) => (
        <div class="column">
          <p class="quiet" role="status">
            {count(items.length, T.common.items)}. {isComplete ? '' : t.incomplete}{' '}
            {quarantined + disputed === 0 ? '' : `${count(quarantined + disputed, t.withheld)}.`}
          </p>
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
              <>
                <span class="line">
                  <strong>
                    <ForeignLine text={entity} />
                  </strong>{' '}
                  <ForeignLine text={content} />
                </span>
                <span class="line quiet">
                  {t.origin[origin]} · {t.relevance} {percent(relevance)}
                  {state === undefined ? '' : ` · ${t.states[state]}`}
                </span>
              </>
            )}
          </VirtualList>
        </div>
      )}
    </StateOf>
  )
}
