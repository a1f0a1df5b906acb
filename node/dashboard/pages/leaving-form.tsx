/** The form in which a fact would leave the node, beside its own, as a difference of words. */
import { diffWordsWithSpace } from 'diff'
import { useMemo } from 'preact/hooks'
import { percent, whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { cleanText } from '../parts/clean-text.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { Values } from '../parts/panel.tsx'
import { StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'
import type { ListedFact } from './fact-pages.ts'

type Preview = NonNullable<ResultOf<'preview'>>

interface LeavingFormProps {
  readonly fact: ListedFact
  readonly onPromote: () => void
}

const FIELDS = ['entity', 'content', 'action'] as const

/** Milliseconds, and characters of a text, for a difference. */
const DIFF_TIME = 200
const MAX_DIFF = 20_000

export function LeavingForm({ fact, onPromote }: LeavingFormProps): VNode {
  const preview = useLoaded((signal) => api.preview({ id: fact.id }, { signal }), [fact.id])
  return (
    <article class="detail">
      <h2>
        <ForeignLine text={fact.entity} />
      </h2>
      <StateOf of={preview} isEmpty={(found) => found === null} empty={<p>{T.knowledge.gone}</p>}>
        {(found) =>
          found === null ? null : <Leaving fact={fact} preview={found} onPromote={onPromote} />
        }
      </StateOf>
    </article>
  )
}

function Leaving({
  fact,
  preview,
  onPromote
}: LeavingFormProps & { readonly preview: Preview }): VNode {
  const t = T.review
  const { insight, reason, score, placeholders } = preview
  const replaced = Object.entries(placeholders).map(([kind, number]) => `${kind}: ${whole(number)}`)
  return (
    <>
      {insight === undefined ? (
        <p class="verdict bad">
          {t.stays} {cleanText(reason ?? '')}
        </p>
      ) : (
        <div class="actions">
          <button type="button" class="primary" onClick={onPromote}>
            {t.promote}
          </button>
        </div>
      )}
      <h3>{t.leaves}</h3>
      {FIELDS.map((field) => {
        const own = fact[field]
        if (own === undefined) return null
        return (
          <div key={field}>
            <h4>{t.field[field]}</h4>
            <Difference before={own} after={insight === undefined ? '' : (insight[field] ?? '')} />
          </div>
        )
      })}
      <Values
        rows={[
          [t.risk, `${percent(score)} (${t.riskLimit})`],
          [t.replaced, replaced.join(', ') || t.nothing],
          insight === undefined
            ? undefined
            : [t.field.tags, insight.tags.join(', ') || T.common.none]
        ]}
      />
    </>
  )
}

function Difference({ before, after }: { readonly before: string; readonly after: string }): VNode {
  const t = T.review
  const parts = useMemo(() => differenceOf(before, after), [before, after])
  return (
    <div class="text diff">
      {before === after ? <p class="quiet">{t.same}</p> : null}
      <bdi>
        {parts.map(({ value, added, removed }, i) => {
          const text = cleanText(value)
          if (added)
            return (
              <ins key={i} title={t.added}>
                {text}
              </ins>
            )
          return removed ? (
            <del key={i} title={t.removed}>
              {text}
            </del>
          ) : (
            <span key={i}>{text}</span>
          )
        })}
      </bdi>
    </div>
  )
}

interface Part {
  readonly value: string
  readonly added: boolean
  readonly removed: boolean
}

/** Of texts that are too long or too different: all of one, then all of the other. */
function differenceOf(before: string, after: string): readonly Part[] {
  const [one, other] = [before.slice(0, MAX_DIFF), after.slice(0, MAX_DIFF)]
  const replaced = [
    { value: one, added: false, removed: true },
    { value: other, added: true, removed: false }
  ]
  return diffWordsWithSpace(one, other, { timeout: DIFF_TIME }) ?? replaced
}
