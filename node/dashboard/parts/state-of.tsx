/** The states of what is loaded: loading, failed, offline, empty, and the data with its time. */
import { failureText, timeText } from '../format.ts'
import { T } from '../strings.ts'
import type { ComponentChildren, VNode } from 'preact'
import type { Loaded } from '../state/loaded.ts'

interface StateOfProps<T> {
  readonly of: Loaded<T>
  readonly isEmpty?: (data: T) => boolean
  /** Shown in place of nothing: what the user can do. */
  readonly empty?: ComponentChildren
  readonly loading?: string
  readonly children: (data: T) => ComponentChildren
}

export function StateOf<D>({ of, isEmpty, empty, loading, children }: StateOfProps<D>): VNode {
  const { data, failure, isLoading, reload } = of
  return (
    <div aria-busy={isLoading} class="state">
      {failure === undefined ? null : (
        <div class="failure" role="alert">
          <p>
            <strong>{T.states.failed}</strong> {failureText(failure)}
          </p>
          <button type="button" onClick={reload}>
            {T.common.reload}
          </button>
        </div>
      )}
      {data === undefined ? (
        failure === undefined ? (
          <p class="loading" role="status">
            {loading ?? T.states.loading}
          </p>
        ) : null
      ) : isEmpty?.(data) === true ? (
        <div class="empty">{empty ?? <p>{T.states.nothing}</p>}</div>
      ) : (
        children(data)
      )}
    </div>
  )
}

/** When something was loaded. */
export function AsOf({ at }: { readonly at: number | undefined }): VNode | null {
  if (at === undefined) return null
  return (
    <span class="quiet as-of">
      {T.common.asOf} <Moment at={at} />
    </span>
  )
}

export function Moment({ at }: { readonly at: number | string }): VNode {
  const date = new Date(at)
  const iso = Number.isNaN(date.getTime()) ? undefined : date.toISOString()
  return <time dateTime={iso}>{timeText(at)}</time>
}
