/** A question before an action: what it does, perhaps why, and its two buttons. */
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { isBusy } from '../state/notices.ts'
import { T } from '../strings.ts'
import type { ComponentChildren, VNode } from 'preact'

interface DialogProps {
  readonly title: string
  readonly yes: string
  readonly isDanger?: boolean
  /** Whether a reason is stored with the change; it is needed then. */
  readonly asksWhy?: boolean
  readonly onYes: (why: string) => void
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

const MAX_REASON = 500

export function Dialog({
  title,
  yes,
  isDanger,
  asksWhy,
  onYes,
  onClose,
  children
}: DialogProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [why, setWhy] = useState('')
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const submit = (event: Event): void => {
    event.preventDefault()
    onYes(why.trim())
  }
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        {asksWhy === true ? (
          <label class="field">
            {T.common.reason}
            <input
              value={why}
              required
              maxLength={MAX_REASON}
              placeholder={T.common.reasonHint}
              onInput={(event) => setWhy(event.currentTarget.value)}
            />
          </label>
        ) : null}
        <div class="actions">
          <button
            type="submit"
            class={isDanger === true ? 'danger' : 'primary'}
            disabled={isBusy.value}
          >
            {yes}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {T.common.cancel}
          </button>
        </div>
      </form>
    </dialog>
  )
}
