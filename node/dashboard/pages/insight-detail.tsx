/** An insight under review: in the list, and whole with its voices and the actions on it. */
import { count, percent } from '../format.ts'
import { T } from '../strings.ts'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { ItemRow } from '../parts/item-row.tsx'
import { InsightProvenance } from './provenance.tsx'
import { Voices } from './voices.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

export type Insight = ResultOf<'insights'>[number]
export type Vote = 'dispute' | 'stale' | 'vouch'

export function InsightRow({ insight }: { readonly insight: Insight }): VNode {
  const { entity, content, confidence, corroboration, disputes } = insight
  return (
    <ItemRow title={entity} text={content}>
      {T.knowledge.confidence} {percent(confidence)} · {count(corroboration, T.voices.vouches)} ·{' '}
      {count(disputes, T.voices.disputes)}
    </ItemRow>
  )
}

interface InsightDetailProps {
  readonly insight: Insight
  readonly turn: number
  readonly onVote: (way: Vote) => void
}

export function InsightDetail({ insight, turn, onVote }: InsightDetailProps): VNode {
  const t = T.review
  const { id, entity, content, action, flag, state } = insight
  return (
    <article class="detail">
      <h2>
        <ForeignLine text={entity} />
      </h2>
      <div class="actions">
        <button type="button" class="primary" onClick={() => onVote('vouch')}>
          {t.release}
        </button>
        <button type="button" onClick={() => onVote('dispute')}>
          {t.dispute}
        </button>
        <button type="button" onClick={() => onVote('stale')}>
          {t.flag}
        </button>
      </div>
      {state === 'quarantined' ? (
        <p>
          {t.why}: {flag === undefined ? t.needs : `${t.flagReads} ${t.flags[flag]}.`}
        </p>
      ) : null}
      <ForeignText text={content} />
      {action === undefined ? null : <ForeignText text={action} />}
      <InsightProvenance insight={insight} />
      <Voices id={id} turn={turn} />
    </article>
  )
}
