/** Impact: what agents were shown, when, why, and what came of it. */
import { useMemo, useState } from 'preact/hooks'
import { count, percent, shortId, timeText, whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { hrefOf } from '../state/route.ts'
import { T } from '../strings.ts'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { Panel, Table, Values } from '../parts/panel.tsx'
import { AsOf, Moment, StateOf } from '../parts/state-of.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

type Impact = ResultOf<'impact'>
type Shown = Impact['rows'][number]

const ROW = 60
const MAX_ROWS = 2_000

export function Impact(): VNode {
  const t = T.impact
  const impact = useLoaded(
    (signal) => api.impact({ limit: MAX_ROWS }, { signal }),
    [],
    ['hive:change']
  )
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <StateOf
        of={impact}
        isEmpty={({ rows, totals }) => rows.length === 0 && totals.shown === 0}
        empty={<p>{t.empty}</p>}
      >
        {({ rows, totals }) => (
          <>
            <Panel title={t.totals} aside={<AsOf at={impact.at} />}>
              <p class="figures">
                <strong>{count(totals.shown, t.shown)}</strong>{' '}
                <span>{count(totals.silent, t.silent)}</span>
              </p>
              <Values
                rows={Object.entries(totals.outcomes).map(([name, number]) => [
                  outcomeText(name),
                  whole(number)
                ])}
              />
            </Panel>
            <Rows rows={rows} />
          </>
        )}
      </StateOf>
    </>
  )
}

function Rows({ rows }: { readonly rows: readonly Shown[] }): VNode {
  const t = T.impact
  const [words, setWords] = useState('')
  const [active, setActive] = useState<number>()
  const shown = useMemo(() => {
    const wanted = words.toLowerCase()
    return rows.filter(({ why, door, project = '' }) =>
      `${why} ${door} ${project}`.toLowerCase().includes(wanted)
    )
  }, [rows, words])
  const row = rows.find(({ number }) => number === active)
  return (
    <>
      <div class="tools">
        <label class="field grow">
          {t.filter}
          <input
            type="search"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <span class="quiet">{count(shown.length, T.common.items)}</span>
      </div>
      <div class="split">
        <VirtualList
          label={t.list}
          items={shown}
          keyOf={({ number }) => String(number)}
          rowHeight={ROW}
          active={active === undefined ? undefined : String(active)}
          onActive={({ number }) => setActive(number)}
        >
          {({ at, door, why, items, outcomes }) => (
            <>
              <span class="line">
                <ForeignLine text={why} />
              </span>
              <span class="line quiet">
                {timeText(at)} · {door} · {count(items.length, T.common.items)} ·{' '}
                {outcomes.map(({ outcome }) => outcomeText(outcome)).join(', ') || t.nothingYet}
              </span>
            </>
          )}
        </VirtualList>
        {row === undefined ? null : <RowDetail row={row} />}
      </div>
    </>
  )
}

function RowDetail({
  row: { at, door, project, why, items, outcomes }
}: {
  readonly row: Shown
}): VNode {
  const t = T.impact
  return (
    <div class="detail">
      <Values
        rows={[
          [T.common.time, <Moment at={at} />],
          [t.door, door],
          project === undefined ? undefined : [t.project, project]
        ]}
      />
      <h2>{t.why}</h2>
      <ForeignText text={why} isOwn />
      <Table
        label={t.items}
        head={[t.items, T.knowledge.relevance, t.came]}
        rows={items.map(({ id, relevance }) => [
          <a href={hrefOf('knowledge', { id })}>{shortId(id)}</a>,
          percent(relevance),
          outcomes
            .filter((each) => each.id === id)
            .map(({ outcome, at: when }) => `${outcomeText(outcome)}, ${timeText(when)}`)
            .join('; ') || t.nothingYet
        ])}
      />
    </div>
  )
}

function outcomeText(name: string): string {
  const texts: Readonly<Record<string, string>> = T.impact.outcomes
  return texts[name] ?? name
}
