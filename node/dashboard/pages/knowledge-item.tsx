/** One item whole: text, state, provenance, history, near-duplicates, voices. */
import { useState } from 'preact/hooks'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { ClaimHistory } from './claim-history.tsx'
import { Duplicates } from './duplicates.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { FactProvenance, InsightProvenance } from './provenance.tsx'
import { Voices } from './voices.tsx'
import type { VNode } from 'preact'

interface KnowledgeItemProps {
  readonly id: string
  readonly onGone: () => void
}

export function KnowledgeItem({ id, onGone }: KnowledgeItemProps): VNode {
  const t = T.knowledge
  const [isForgetting, setForgetting] = useState(false)
  const opened = useLoaded((signal) => api.open({ ids: [id] }, { signal }), [id], ['hive:change'])
  return (
    <article class="detail">
      <StateOf
        of={opened}
        isEmpty={({ facts, insights }) => facts.length + insights.length === 0}
        empty={<p>{t.gone}</p>}
      >
        {({ facts: [fact], insights: [insight] }) => {
          const item = fact ?? insight
          if (item === undefined) return <p>{t.gone}</p>
          const { entity, content, action, versions, attribute } = item
          const isOwn = fact !== undefined
          return (
            <>
              <h2>
                <ForeignLine text={entity} />
              </h2>
              <ForeignText text={content} isOwn={isOwn} />
              {action === undefined ? null : (
                <>
                  <h3>{t.action}</h3>
                  <ForeignText text={action} isOwn={isOwn} />
                </>
              )}
              {versions === undefined ? null : (
                <p>
                  {t.versions} <ForeignLine text={versions} />
                </p>
              )}
              {fact === undefined ? null : (
                <>
                  <FactProvenance fact={fact} />
                  <button type="button" class="danger" onClick={() => setForgetting(true)}>
                    {t.forget}
                  </button>
                </>
              )}
              {insight === undefined ? null : (
                <>
                  <InsightProvenance insight={insight} />
                  <Voices id={insight.id} />
                </>
              )}
              <ClaimHistory entity={entity} attribute={attribute} />
              <Duplicates id={item.id} text={`${entity} ${content}`} isFact={isOwn} />
              {isForgetting ? (
                <ForgetDialog
                  id={item.id}
                  onClose={() => setForgetting(false)}
                  onForgotten={onGone}
                />
              ) : null}
            </>
          )
        }}
      </StateOf>
    </article>
  )
}
