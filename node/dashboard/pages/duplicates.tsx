/** Near-duplicates of an item: those merged into it, and like items that stay apart. */
import { percent, shortId } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { hrefOf } from '../state/route.ts'
import { T } from '../strings.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

interface DuplicatesProps {
  readonly id: string
  readonly text: string
  readonly isFact: boolean
}

/** Items that are looked at, and how alike they are at least. */
const LIMIT = 8
const ALIKE = 0.8

const MAX_QUERY = 2_000

export function Duplicates({ id, text, isFact }: DuplicatesProps): VNode {
  const t = T.knowledge
  return (
    <>
      <h3>{t.duplicates}</h3>
      {isFact ? <Merged id={id} /> : null}
      <h4>{t.similar}</h4>
      <Similar id={id} text={text} />
    </>
  )
}

function Merged({ id }: { readonly id: string }): VNode {
  const t = T.knowledge
  const variants = useLoaded((signal) => api.variants({ id }, { signal }), [id])
  const split = async (variant: string): Promise<void> => {
    const isSplit = await act(async () => {
      await api.splitVariant({ id: variant })
      return t.splitDone
    })
    if (isSplit) variants.reload()
  }
  return (
    <>
      <h4>{t.merged}</h4>
      <StateOf
        of={variants}
        isEmpty={(list) => list.length === 0}
        empty={<p class="quiet">{t.noDuplicates}</p>}
      >
        {(list) => (
          <ul class="findings">
            {list.map((variant) => (
              <li key={variant.id}>
                <ForeignLine text={`${variant.entity}: ${variant.content}`} />{' '}
                <button type="button" class="plain" onClick={() => void split(variant.id)}>
                  {t.split}
                </button>
              </li>
            ))}
          </ul>
        )}
      </StateOf>
    </>
  )
}

function Similar({ id, text }: Pick<DuplicatesProps, 'id' | 'text'>): VNode {
  const t = T.knowledge
  const query = text.slice(0, MAX_QUERY)
  const similar = useLoaded(
    async (signal) => {
      const options = { limit: LIMIT, minRelevance: ALIKE, allProjects: true, maxWait: 0 }
      const { items } = await api.recall({ query, ...options }, { signal })
      return items.filter(({ fact }) => fact.id !== id)
    },
    [id, query]
  )
  return (
    <StateOf
      of={similar}
      isEmpty={(items) => items.length === 0}
      empty={<p class="quiet">{t.noDuplicates}</p>}
    >
      {(items) => (
        <ul class="findings">
          {items.map(({ fact, origin, relevance }) => (
            <li key={`${origin} ${fact.id}`}>
              <a href={hrefOf('knowledge', { id: fact.id })}>{shortId(fact.id)}</a>{' '}
              <ForeignLine text={`${fact.entity}: ${fact.content}`} />{' '}
              <span class="quiet">
                {t.origin[origin]} · {t.relevance} {percent(relevance)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </StateOf>
  )
}
