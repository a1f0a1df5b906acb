/** Knowledge: facts of this node, search in them and in the hive, and one item whole. */
import { useEffect, useState } from 'preact/hooks'
import { route, setParameters } from '../state/route.ts'
import { T } from '../strings.ts'
import { KnowledgeItem } from './knowledge-item.tsx'
import { Found, Newest } from './knowledge-lists.tsx'
import { SCOPES } from './search.ts'
import type { VNode } from 'preact'

/** Milliseconds after the last key before a search. */
const PAUSE = 150

export function Knowledge(): VNode {
  const t = T.knowledge
  const { id = '', query = '', scope: given = 'all', stale = '' } = route.value.parameters
  const scope = SCOPES.find((name) => name === given) ?? 'all'
  const [text, setText] = useState(query)
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

/** Changes some parameters of the address. */
function set(changes: Readonly<Record<string, string>>): void {
  setParameters({ ...route.peek().parameters, ...changes })
}
