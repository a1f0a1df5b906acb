/** Parts of one skill. */
import { count, jsonText, percent, shortId, whole } from '../format.ts'
import { hrefOf } from '../state/route.ts'
import { T } from '../strings.ts'
import { cleanText } from '../parts/clean-text.ts'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { Table, Values } from '../parts/panel.tsx'
import { Moment } from '../parts/state-of.tsx'
import type { ComponentChildren, VNode } from 'preact'
import type { ShownSkill } from './skill-evidence.tsx'

interface PartProps {
  readonly shown: ShownSkill
}

export function Competitors({ shown: { competitors, details } }: PartProps): VNode {
  const t = T.skills
  if (competitors.length <= 1) return <p class="quiet">{t.competitorsEmpty}</p>
  return (
    <Table
      label={t.competitors}
      head={[t.title, T.common.state, t.uses[1], t.lower]}
      rows={competitors.map(({ id, name, status, trials, lowerBound }) => [
        id === details.id ? (
          <strong>{`${name} ${shortId(id)}`}</strong>
        ) : (
          <SkillLink id={id} text={`${name} ${shortId(id)}`} />
        ),
        t.statuses[status],
        whole(trials),
        percent(lowerBound)
      ])}
    />
  )
}

export function Lineage({ shown: { lineage } }: PartProps): VNode {
  const t = T.skills
  const { ancestors, descendants } = lineage
  if (ancestors.length + descendants.length === 0) return <p class="quiet">{t.noLineage}</p>
  return (
    <Values
      rows={[
        ancestors.length === 0 ? undefined : [t.repairOf, links(ancestors)],
        descendants.length === 0 ? undefined : [t.repairedBy, links(descendants)]
      ]}
    />
  )
}

export function Failures({ shown: { failures } }: PartProps): VNode {
  const t = T.skills
  if (failures.length === 0) return <p class="quiet">{t.noFailures}</p>
  return (
    <Table
      label={t.failures}
      head={[T.common.time, t.error, t.input]}
      rows={failures.map(({ at, error, input = '' }) => [
        <Moment at={at} />,
        <ForeignLine text={error} />,
        <ForeignLine text={input} />
      ])}
    />
  )
}

export function Transitions({ shown: { history } }: PartProps): VNode {
  const t = T.skills
  return (
    <ol class="timeline">
      {history.toReversed().map(({ at, from, to, reason, evidence }) => (
        <li key={`${at} ${to}`}>
          <strong>
            {t.statuses[from]} → {t.statuses[to]}
          </strong>{' '}
          <span class="quiet">
            <Moment at={at} /> · {cleanText(reason)} · {count(evidence.trials, t.uses)}
          </span>
        </li>
      ))}
    </ol>
  )
}

export function SourceAndTests({
  shown: { details },
  isOwn
}: PartProps & { readonly isOwn: boolean }): VNode {
  const t = T.skills
  const { source, tests } = details.skill
  return (
    <>
      <h3>{t.source}</h3>
      <ForeignText text={source} isOwn={isOwn} />
      <h3>{t.tests}</h3>
      <details>
        <summary>{count(tests.length, t.testCount)}</summary>
        <ForeignText text={tests.map(jsonText).join('\n')} isOwn={isOwn} />
      </details>
    </>
  )
}

function links(ids: readonly string[]): ComponentChildren {
  return ids.map((id) => <SkillLink key={id} id={id} text={shortId(id)} />)
}

function SkillLink({ id, text }: { readonly id: string; readonly text: string }): VNode {
  return <a href={hrefOf('skills', { skill: id })}>{text}</a>
}
