/** Keys of a page, one for each action. They are not taken from fields, nor with modifiers. */
import { useEffect, useRef } from 'preact/hooks'

export function useKeys(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (
        event.target instanceof Element &&
        event.target.closest('input, select, textarea, dialog')
      ) {
        return
      }
      const action = latest.current[event.key]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
