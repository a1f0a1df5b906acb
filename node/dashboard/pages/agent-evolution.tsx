/** The evolution of a persona: the running trial with its window, and the mutations before it. */
import { useState } from 'preact/hooks'
import { count, mutationText, percent, whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { Table, Values } from '../parts/panel.tsx'
import { Moment, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

interface AgentProps {
  readonly agent: string
  readonly onChange: () => void
}

type State = ResultOf<'evolution'>
type Trial = ResultOf<'mutation-history'>[number]

export function AgentEvolution({ agent, onChange }: AgentProps): VNode {
  const t = T.agents
  const [isAsking, setAsking] = useState(false)
  const state = useLoaded((signal) => api.evolution({ agent }, { signal }), [agent])
  const trials = useLoaded((signal) => api.mutationHistory({ agent }, { signal }), [agent])
  const refresh = (): void => {
    state.reload()
    trials.reload()
    onChange()
  }
  const set = async (enabled: boolean): Promise<string> => {
    await api.enableEvolution({ agent, enabled })
    refresh()
    return enabled ? t.enabled : t.disabled
  }
  const rollBack = async (why: string): Promise<void> => {
    setAsking(false)
    await act(async () => {
      const { status } = await api.rollbackToStable({ agent, why })
      refresh()
      if (status === 'conflict') return t.conflicts
      return status === 'unchanged' ? t.unchanged : t.rolledBack
    })
  }
  return (
    <>
      <h3>{t.evolution}</h3>
      <StateOf of={state}>
        {(found) => (
          <>
            <Window state={found} />
            <div class="actions">
              <button
                type="button"
                onClick={() =>
                  void act(
                    () => set(!found.enabled),
                    () => set(found.enabled)
                  )
                }
              >
                {found.enabled ? t.disable : t.enable}
              </button>
              <button type="button" class="danger" onClick={() => setAsking(true)}>
                {t.rollbackTrial}
              </button>
            </div>
          </>
        )}
      </StateOf>
      <h3>{t.mutations}</h3>
      <StateOf
        of={trials}
        isEmpty={(list) => list.length === 0}
        empty={<p class="quiet">{t.noMutations}</p>}
      >
        {(list) => <Mutations trials={list} />}
      </StateOf>
      {isAsking ? (
        <Dialog
          title={t.rollbackTrialTitle}
          yes={t.rollbackTrial.replace(' …', '')}
          isDanger
          asksWhy
          onYes={(why) => void rollBack(why)}
          onClose={() => setAsking(false)}
        >
          <p>{t.rollbackTrialText}</p>
        </Dialog>
      ) : null}
    </>
  )
}

function Window({ state: { enabled, baseline, trial } }: { readonly state: State }): VNode {
  const t = T.agents
  const done = trial?.outcomes?.trials ?? 0
  return (
    <>
      <p>{enabled ? t.evolves : t.rests}</p>
      <Values
        rows={[
          [t.baseline, rateOf(baseline)],
          trial === undefined
            ? [t.window, t.noTrial]
            : [
                t.window,
                `${whole(done)} / ${count(trial.window, t.sessions)}, ${rateOf(trial.outcomes)}`
              ],
          trial === undefined
            ? undefined
            : [t.mutation, <code>{mutationText(trial.mutation)}</code>]
        ]}
      />
      {trial === undefined ? null : (
        <progress aria-label={t.window} max={trial.window} value={done} />
      )}
    </>
  )
}

function Mutations({ trials }: { readonly trials: readonly Trial[] }): VNode {
  const t = T.agents
  return (
    <Table
      label={t.mutations}
      head={[T.common.time, t.mutation, t.outcome, t.before, t.during]}
      rows={trials.map(({ startedAt, mutation, status, reason, baseline, outcomes }) => [
        <Moment at={startedAt} />,
        <ForeignLine text={mutationText(mutation)} />,
        reason === undefined ? t.statuses[status] : `${t.statuses[status]}: ${t.reasons[reason]}`,
        rateOf(baseline),
        rateOf(outcomes)
      ])}
    />
  )
}

function rateOf(
  counts: { readonly trials: number; readonly successes: number } | undefined
): string {
  const { trials = 0, successes = 0 } = counts ?? {}
  if (trials === 0) return count(0, T.agents.sessions)
  return `${count(trials, T.agents.sessions)}, ${percent(successes / trials)} ${T.agents.succeeded}`
}
