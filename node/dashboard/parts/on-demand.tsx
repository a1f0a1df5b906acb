/** Parts of the page whose code is loaded when they are first shown, or ahead of that. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { failureOf, isOnline } from '../state/api.ts'
import { StateOf } from './state-of.tsx'
import type { VNode } from 'preact'
import type { Failure } from '../state/failure.ts'

type Component = () => VNode

export type OnDemand = Component & {
  /** Loads the code now. Where that fails, the part says so once it is shown. */
  readonly load: () => Promise<void>
}

export function onDemand(imported: () => Promise<Component>): OnDemand {
  const state = signal<{ readonly component?: Component; readonly failure?: Failure }>({})
  let loading: Promise<void> | undefined
  const tryLoad = async (): Promise<void> => {
    try {
      state.value = { component: await imported() }
    } catch (error) {
      loading = undefined
      state.value = { failure: failureOf(error) }
    }
  }
  const load = (): Promise<void> => (loading ??= tryLoad())
  const reload = (): void => again(load)
  const Part = (): VNode => {
    const { component: Content, failure } = state.value
    useEffect(() => void load(), [])
    if (Content !== undefined) return <Content />
    const isLoading = failure === undefined
    return (
      <StateOf of={{ data: undefined, failure, isLoading, at: undefined, reload }}>
        {nothing}
      </StateOf>
    )
  }
  return Object.assign(Part, { load })
}

/** A node that was updated has other files: those of its new page. */
function again(load: () => Promise<void>): void {
  if (isOnline.value) location.reload()
  else void load()
}

function nothing(): null {
  return null
}
