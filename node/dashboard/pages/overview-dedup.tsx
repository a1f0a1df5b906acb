/** What de-duplication decided, by path, and what it saved. */
import { count, duration, percent, whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Panel, Table } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

const PATHS = ['memory', 'disk', 'text', 'filter'] as const

export function Dedup(): VNode {
  const t = T.overview
  const dedup = useLoaded(
    (signal) => api.performance({}, { signal }),
    [],
    ['hive:change', 'upkeep:']
  )
  const aside = (
    <span class="quiet">
      {t.dedupSince}, <AsOf at={dedup.at} />
    </span>
  )
  return (
    <Panel title={t.dedup} class="wide tall" aside={aside}>
      <StateOf
        of={dedup}
        isEmpty={({ checked, paths }) => checked === 0 && paths.text === 0}
        empty={<p>{t.dedupEmpty}</p>}
      >
        {({ checked, bloomHitRate, millisecondsSaved, falsePositives, paths }) => (
          <>
            <p class="figures">
              <strong>{count(checked, t.checked)}</strong>{' '}
              <span>
                {percent(bloomHitRate)} {t.repetitions}
              </span>{' '}
              <span>
                {duration(millisecondsSaved)} {t.saved}
              </span>
            </p>
            <Table
              label={t.dedup}
              head={[t.path, t.decided]}
              rows={PATHS.map((path) => [t.paths[path], whole(paths[path])])}
            />
            <p class="quiet">{count(falsePositives, t.falsePositives)}</p>
          </>
        )}
      </StateOf>
    </Panel>
  )
}
