/** Agents and personas: their evolution, versions, limits, and what models cost. */
import { count, timeText } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { route, setParameters } from '../state/route.ts'
import { T } from '../strings.ts'
import { StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { AgentEvolution } from './agent-evolution.tsx'
import { AgentLimits } from './agent-limits.tsx'
import { AgentVersions } from './agent-versions.tsx'
import { Spend } from './spend.tsx'
import type { VNode } from 'preact'

const ROW = 60

export function Agents(): VNode {
  const t = T.agents
  const { agent: active = '' } = route.value.parameters
  const agents = useLoaded((signal) => api.agents({}, { signal }), [])
  const empty = (
    <>
      <p>{t.empty}</p>
      <pre class="command">{t.emptyCommand}</pre>
    </>
  )
  return (
    <>
      <h1>{t.title}</h1>
      <StateOf of={agents} isEmpty={(list) => list.length === 0} empty={empty}>
        {(list) => (
          <div class="split">
            <VirtualList
              label={t.title}
              items={list}
              keyOf={({ name }) => name}
              rowHeight={ROW}
              active={active}
              onActive={({ name }) => setParameters({ agent: name })}
            >
              {({ name, version, changedAt }) => (
                <>
                  <span class="line">
                    <strong>{name}</strong>
                  </span>
                  <span class="line quiet">
                    {t.version} {version} · {t.changed} {timeText(changedAt)}
                  </span>
                </>
              )}
            </VirtualList>
            {active === '' ? (
              <p class="detail quiet">
                {t.choose} {count(list.length, T.common.items)}
              </p>
            ) : (
              <article key={active} class="detail">
                <h2>{active}</h2>
                <AgentEvolution agent={active} onChange={agents.reload} />
                <AgentVersions agent={active} onChange={agents.reload} />
                <AgentLimits agent={active} />
              </article>
            )}
          </div>
        )}
      </StateOf>
      <Spend />
    </>
  )
}
