/** Where a fact or an insight comes from. */
import { percent, whole } from '../format.ts'
import { T } from '../strings.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { Values } from '../parts/panel.tsx'
import { Moment } from '../parts/state-of.tsx'
import type { ComponentChildren, VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'
import type { Row } from '../parts/panel.tsx'

type Opened = ResultOf<'open'>

export function FactProvenance({ fact }: { readonly fact: Opened['facts'][number] }): VNode {
  const t = T.knowledge
  const { agent, recordedAt, confidence, source, validFrom, projects = [], tags, stale } = fact
  return (
    <>
      <h3>{t.provenance}</h3>
      <Values
        rows={[
          [t.agent, <ForeignLine text={agent} />],
          [t.recorded, <Moment at={recordedAt} />],
          [t.confidence, percent(confidence)],
          optional(t.source, source),
          validFrom === undefined ? undefined : [t.validFrom, <Moment at={validFrom} />],
          projects.length === 0 ? undefined : [t.projects, <Words of={projects} />],
          tags.length === 0 ? undefined : [t.tags, <Words of={tags} />],
          stale === true ? [t.state, t.stale] : undefined,
          fact.private ? [T.common.state, t.private] : undefined,
          [T.common.id, <code>{fact.id}</code>]
        ]}
      />
    </>
  )
}

export function InsightProvenance({
  insight
}: {
  readonly insight: Opened['insights'][number]
}): VNode {
  const t = T.knowledge
  const { state, confidence, corroboration, disputes, day, tags, stale, isStale } = insight
  return (
    <>
      <h3>{t.provenance}</h3>
      <Values
        rows={[
          [t.state, isStale === true ? t.stale : t.states[state]],
          [t.confidence, percent(confidence)],
          [t.corroboration, whole(corroboration)],
          [t.disputes, whole(disputes)],
          stale === undefined ? undefined : [t.stale, whole(stale)],
          [t.day, day],
          tags.length === 0 ? undefined : [t.tags, <Words of={tags} />],
          [T.common.id, <code>{insight.id}</code>]
        ]}
      />
    </>
  )
}

function optional(name: string, text: string | undefined): Row | undefined {
  return text === undefined ? undefined : [name, <ForeignLine text={text} />]
}

function Words({ of }: { readonly of: readonly string[] }): ComponentChildren {
  return of.map((word) => (
    <span key={word} class="tag">
      <ForeignLine text={word} length={80} />
    </span>
  ))
}
