/** The versions of a persona. Any of them becomes current again, as a new version. */
import { useState } from 'preact/hooks'
import { jsonText } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import { cleanText } from '../parts/clean-text.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { Values } from '../parts/panel.tsx'
import { Moment, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

interface AgentVersionsProps {
  readonly agent: string
  readonly onChange: () => void
}

const LIMIT = 100

export function AgentVersions({ agent, onChange }: AgentVersionsProps): VNode {
  const t = T.agents
  const [target, setTarget] = useState<number>()
  const persona = useLoaded((signal) => api.showPersona({ agent }, { signal }), [agent])
  const versions = useLoaded(
    (signal) => api.personaHistory({ agent, limit: LIMIT }, { signal }),
    [agent]
  )
  const rollBack = async (to: number, why: string): Promise<string> => {
    await api.rollbackPersona({ agent, to, why })
    versions.reload()
    persona.reload()
    onChange()
    return t.rolledBack
  }
  const decide = async (to: number, why: string): Promise<void> => {
    const current = versions.data?.[0]?.number
    setTarget(undefined)
    await act(
      () => rollBack(to, why),
      current === undefined ? undefined : () => rollBack(current, T.common.undoAll)
    )
  }
  return (
    <>
      <h3>{t.persona}</h3>
      <StateOf of={persona} isEmpty={(found) => found === null}>
        {(found) => (
          <Values
            rows={[
              [t.role, <ForeignLine text={found?.role ?? ''} length={1_000} />],
              [t.goal, <ForeignLine text={found?.goal ?? ''} length={1_000} />]
            ]}
          />
        )}
      </StateOf>
      <h3>{t.versions}</h3>
      <StateOf of={versions} isEmpty={(list) => list.length === 0}>
        {(list) => (
          <ol class="timeline">
            {list.map(({ number, at, by, why, changes }, i) => (
              <li key={number}>
                <strong>
                  {t.version} {number}
                </strong>{' '}
                <span class="quiet">
                  <Moment at={at} /> · {t.by} {t.authors[by.kind]}
                  {by.name === undefined ? '' : ` (${cleanText(by.name)})`}
                  {why === undefined ? '' : ` · ${cleanText(why)}`}
                </span>{' '}
                {i === 0 ? (
                  <span class="tag">{t.current}</span>
                ) : (
                  <button type="button" class="plain" onClick={() => setTarget(number)}>
                    {t.rollback}
                  </button>
                )}
                <ul>
                  {changes.slice(0, 8).map(({ path, before, after }) => (
                    <li key={path.join('.')}>
                      {path.join('.')}: <del>{cleanText(jsonText(before).slice(0, 200))}</del>{' '}
                      <ins>{cleanText(jsonText(after).slice(0, 200))}</ins>
                    </li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        )}
      </StateOf>
      {target === undefined ? null : (
        <Dialog
          title={t.rollbackTitle}
          yes={t.rollback.replace(' …', '')}
          asksWhy
          onYes={(why) => void decide(target, why)}
          onClose={() => setTarget(undefined)}
        >
          <p>{t.rollbackText}</p>
        </Dialog>
      )}
    </>
  )
}
