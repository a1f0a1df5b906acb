/** What the page says after an action, and how the last one is undone. */
import { signal } from '@preact/signals'
import { failureOf } from './api.ts'
import { failureText } from '../format.ts'

export interface Notice {
  readonly text: string
  readonly isFailure: boolean
  /** Takes the action back; absent where it cannot be. */
  readonly undo?: () => Promise<string>
}

export const notice = signal<Notice | undefined>(undefined)
export const isBusy = signal(false)

/** Runs an action, and says what it did. */
export async function act(
  action: () => Promise<string>,
  undo?: () => Promise<string>
): Promise<boolean> {
  isBusy.value = true
  try {
    const text = await action()
    notice.value = { text, isFailure: false, ...(undo === undefined ? {} : { undo }) }
    return true
  } catch (error) {
    notice.value = { text: failureText(failureOf(error)), isFailure: true }
    return false
  } finally {
    isBusy.value = false
  }
}

/** Takes the last action back, if it can be. */
export async function undoLast(): Promise<void> {
  const undo = notice.peek()?.undo
  if (undo !== undefined) await act(undo)
}
