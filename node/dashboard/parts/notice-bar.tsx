/** What the last action did, and its undo. */
import { notice, undoLast } from '../state/notices.ts'
import { T } from '../strings.ts'
import { cleanText } from './clean-text.ts'
import type { VNode } from 'preact'

export function NoticeBar(): VNode {
  const { value } = notice
  return (
    <div class="notices" role={value?.isFailure === true ? 'alert' : 'status'}>
      {value === undefined ? null : (
        <div class={value.isFailure ? 'notice failed' : 'notice'}>
          <span>{cleanText(value.text)}</span>
          {value.undo === undefined ? null : (
            <button type="button" onClick={() => void undoLast()}>
              {T.common.undo}
            </button>
          )}
          <button
            type="button"
            class="plain"
            aria-label={T.common.close}
            onClick={() => {
              notice.value = undefined
            }}
          >
            ×
          </button>
        </div>
      )}
    </div>
  )
}
