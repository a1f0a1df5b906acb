/** How facts, entries and insights grew. */
import { useMemo } from 'preact/hooks'
import { timeText, whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Chart } from '../parts/chart.tsx'
import { Panel } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

type Sample = ResultOf<'trends'>[number]

/** Rows of the table. */
const MAX_ROWS = 50

export function Growth(): VNode {
  const t = T.overview
  const trends = useLoaded((signal) => api.trends({}, { signal }), [], ['hive:change', 'sync:'])
  return (
    <Panel title={t.growth} class="wide tall" aside={<AsOf at={trends.at} />}>
      <StateOf of={trends} isEmpty={(samples) => samples.length < 2} empty={<p>{t.growthEmpty}</p>}>
        {(samples) => <GrowthChart samples={samples} />}
      </StateOf>
    </Panel>
  )
}

function GrowthChart({ samples }: { readonly samples: readonly Sample[] }): VNode {
  const t = T.overview
  const data = useMemo(
    () => [
      samples.map(({ at }) => Date.parse(at) / 1_000),
      samples.map(({ facts }) => facts),
      samples.map(({ entries }) => entries),
      samples.map(({ insights = null }) => insights)
    ],
    [samples]
  )
  const rows = samples
    .slice(-MAX_ROWS)
    .toReversed()
    .map(({ at, facts, entries, insights }) => [
      timeText(at),
      whole(facts),
      whole(entries),
      insights === undefined ? T.common.none : whole(insights)
    ])
  return (
    <Chart
      label={t.growth}
      isTime
      lines={[
        { label: t.growthFacts, colour: '--first' },
        { label: t.growthEntries, colour: '--second', side: 'right', isDashed: true },
        { label: t.growthInsights, colour: '--foreign', side: 'right', isDotted: true }
      ]}
      data={data}
      head={[T.common.time, t.growthFacts, t.growthEntries, t.growthInsights]}
      rows={rows}
    />
  )
}
