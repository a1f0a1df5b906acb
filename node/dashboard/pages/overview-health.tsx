/** The findings of the doctor, in words. */
import { count } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { cleanText } from '../parts/clean-text.ts'
import { Panel } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

export function Health(): VNode {
  const t = T.overview
  const health = useLoaded((signal) => api.doctor({}, { signal }), [])
  const aside = (
    <button type="button" class="plain" onClick={health.reload} disabled={health.isLoading}>
      {t.checkAgain}
    </button>
  )
  return (
    <Panel title={t.health} class="short" aside={aside}>
      <StateOf of={health} loading={t.checking}>
        {({ findings }) => {
          const bad = findings.filter(({ ok }) => !ok)
          const good = findings.filter(({ ok }) => ok)
          return (
            <>
              <p class={bad.length === 0 ? 'verdict good' : 'verdict bad'}>
                {bad.length === 0 ? t.well : count(bad.length, t.problems)} <AsOf at={health.at} />
              </p>
              {bad.length === 0 ? null : (
                <ul class="findings">
                  {bad.map(({ id, text, mend }) => (
                    <li key={`${id} ${text}`}>
                      {cleanText(text)}
                      {mend === undefined ? null : (
                        <p class="quiet">
                          {t.mend} <code>{cleanText(mend)}</code>
                        </p>
                      )}
                    </li>
                  ))}
                </ul>
              )}
              <details>
                <summary>{count(good.length, t.checks)}</summary>
                <ul class="findings">
                  {good.map(({ section, text }) => (
                    <li key={`${section} ${text}`}>
                      <span class="quiet">{section}</span> {cleanText(text)}
                    </li>
                  ))}
                </ul>
              </details>
            </>
          )
        }}
      </StateOf>
    </Panel>
  )
}
