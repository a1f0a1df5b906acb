/** What was claimed of an attribute, as a time line: the latest first. */
import { timeText } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { ForeignLine } from '../parts/foreign-text.tsx'
import { StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

interface ClaimHistoryProps {
  readonly entity: string
  readonly attribute: string | undefined
}

const LIMIT = 100

export function ClaimHistory({ entity, attribute }: ClaimHistoryProps): VNode {
  const t = T.knowledge
  return (
    <>
      <h3>{t.history}</h3>
      {attribute === undefined ? (
        <p class="quiet">{t.historyEmpty}</p>
      ) : (
        <TimeLine entity={entity} attribute={attribute} />
      )}
    </>
  )
}

function TimeLine({
  entity,
  attribute
}: {
  readonly entity: string
  readonly attribute: string
}): VNode {
  const t = T.knowledge
  const claims = useLoaded(
    (signal) => api.history({ entity, attribute, limit: LIMIT, maxWait: 0 }, { signal }),
    [entity, attribute],
    ['hive:change']
  )
  return (
    <StateOf of={claims} isEmpty={(list) => list.length === 0}>
      {(list) => (
        <ol class="timeline">
          {list.map(({ id, origin, value, state, validFrom, validTo }) => (
            <li key={`${origin} ${id} ${validFrom ?? ''}`} class={state}>
              <strong>
                <ForeignLine text={value} />
              </strong>{' '}
              <span class="quiet">
                {validFrom === undefined ? t.always : `${t.since} ${timeText(validFrom)}`}
                {validTo === undefined ? '' : ` ${t.until} ${timeText(validTo)}`} ·{' '}
                {t.states[state]} · {t.origin[origin]}
              </span>
            </li>
          ))}
        </ol>
      )}
    </StateOf>
  )
}
