/** The evidence of a skill against its thresholds, at each change of status and now. */
import { useMemo } from 'preact/hooks'
import { count, decimal, percent, whole } from '../format.ts'
import { T } from '../strings.ts'
import { Chart } from '../parts/chart.tsx'
import { Values } from '../parts/panel.tsx'
import { Moment } from '../parts/state-of.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

export type ShownSkill = ResultOf<'show-skill'>

export function SkillEvidence({ shown }: { readonly shown: ShownSkill }): VNode {
  const t = T.skills
  const { details } = shown
  const { status, since, trials, successes, outstanding, provenance, kind } = details
  return (
    <>
      <Values
        rows={[
          [T.common.state, t.statuses[status]],
          [T.knowledge.since, <Moment at={since} />],
          [t.from, `${t.froms[provenance.from]}, ${t.kind[kind]}`],
          [
            count(trials, t.uses),
            trials === 0 ? T.common.none : `${percent(successes / trials)} ${t.succeeded}`
          ],
          outstanding === 0 ? undefined : [t.outstanding[1], whole(outstanding)],
          [t.progress, percent(details.verificationProgress)],
          [t.reliability, percent(details.predictedReliability)],
          [t.lower, percent(details.lowerBound)],
          [t.promotion, percent(details.predictedPromotion)]
        ]}
      />
      <h3>{t.curve}</h3>
      {trials === 0 ? <p class="quiet">{t.curveEmpty}</p> : <Curve shown={shown} />}
    </>
  )
}

function Curve({ shown }: { readonly shown: ShownSkill }): VNode {
  const t = T.skills
  const points = useMemo(() => pointsOf(shown), [shown])
  const { promotion, warm, cool } = shown.thresholds
  const data = useMemo(
    () => [
      points.map(({ trials }) => trials),
      points.map(({ progress }) => progress),
      points.map(() => promotion),
      points.map(() => warm),
      points.map(() => cool)
    ],
    [points]
  )
  return (
    <Chart
      label={t.curveY}
      xLabel={t.curveX}
      range={[0, 1.05]}
      lines={[
        { label: t.curve, colour: '--first' },
        { label: t.thresholds.promotion, colour: '--good', isDashed: true },
        { label: t.thresholds.warm, colour: '--second', isDashed: true },
        { label: t.thresholds.cool, colour: '--quiet', isDashed: true }
      ]}
      data={data}
      head={[t.curveX, t.curveY, T.common.time]}
      rows={points.map(({ trials, progress, at }) => [
        whole(trials),
        decimal(progress),
        <Moment at={at} />
      ])}
    />
  )
}

interface Point {
  readonly trials: number
  readonly progress: number
  readonly at: number | string
}

/** A drift or a pardon starts the count again, so the curve begins after the last fall. */
function pointsOf({ details, history }: ShownSkill): readonly Point[] {
  const now = { trials: details.trials, progress: details.verificationProgress, at: Date.now() }
  const past = history.map(({ evidence: { trials, progress }, at }) => ({ trials, progress, at }))
  const all = [...past, now]
  const fall = all.findLastIndex(({ trials }, i) => i > 0 && trials < (all[i - 1]?.trials ?? 0))
  const run = all.slice(Math.max(0, fall))
  const distinct = new Map(run.map((point) => [point.trials, point]))
  const begin = { trials: 0, progress: 0, at: details.addedAt }
  return distinct.has(0) ? [...distinct.values()] : [begin, ...distinct.values()]
}
