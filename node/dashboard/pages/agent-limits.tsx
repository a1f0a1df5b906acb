/** Limits of an agent and its use of them, and its freeze. */
import { useState } from 'preact/hooks'
import { whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Table } from '../parts/panel.tsx'
import { Moment, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

const NAMES = [
  'usdPerDay',
  'tokensPerDay',
  'modelCallsPerDay',
  'facts',
  'factsPerDay',
  'skillRunsPerDay'
] as const

export function AgentLimits({ agent }: { readonly agent: string }): VNode {
  const t = T.agents
  const [isAsking, setAsking] = useState(false)
  const limits = useLoaded(
    (signal) => api.agentLimits({ agent }, { signal }),
    [agent],
    ['model:call']
  )
  const isFrozen = limits.data?.frozen === true
  const set = async (frozen: boolean, why: string): Promise<string> => {
    await (frozen ? api.freezeAgent({ agent, why }) : api.unfreezeAgent({ agent, why }))
    limits.reload()
    return frozen ? t.frozen : t.unfrozen
  }
  const decide = async (why: string): Promise<void> => {
    setAsking(false)
    await act(
      () => set(!isFrozen, why),
      () => set(isFrozen, T.common.undoAll)
    )
  }
  return (
    <>
      <h3>{t.limits}</h3>
      <StateOf of={limits}>
        {({ frozen, limits: bounds, used, endsAt }) => (
          <>
            {frozen ? <p class="verdict bad">{t.frozen}</p> : null}
            <Table
              label={t.limits}
              head={[t.what, t.used, t.limit]}
              rows={NAMES.map((name) => [
                t.limitNames[name],
                textOf(used[name]),
                textOf(bounds[name])
              ])}
            />
            <p class="quiet">
              {t.dayEnds} <Moment at={endsAt} />
            </p>
            <button type="button" class={frozen ? '' : 'danger'} onClick={() => setAsking(true)}>
              {frozen ? t.unfreeze : t.freeze}
            </button>
          </>
        )}
      </StateOf>
      {isAsking ? (
        <Dialog
          title={isFrozen ? t.unfreezeTitle : t.freezeTitle}
          yes={isFrozen ? t.unfreeze.replace(' …', '') : t.freeze.replace(' …', '')}
          isDanger={!isFrozen}
          asksWhy
          onYes={(why) => void decide(why)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  )
}

/** Money is decimal text. */
function textOf(value: number | string | undefined): string {
  if (value === undefined) return T.agents.noLimit
  return typeof value === 'number' ? whole(value) : value
}
