/** What a part of the page has loaded: the last result, and the failure or the call under way. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { failureOf } from './api.ts'
import { onEvent } from './live.ts'
import type { Failure } from './api.ts'

export interface Loaded<T> {
  readonly data: T | undefined
  readonly failure: Failure | undefined
  readonly isLoading: boolean
  /** When `data` came, in milliseconds. */
  readonly at: number | undefined
  readonly reload: () => void
}

/** Milliseconds in which events reload at most once. */
const QUIET = 1_500

/**
 * Loads again when `keys` change, and when an event comes whose name begins with one of `on`.
 * The last result stays while it does.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  keys: readonly unknown[],
  on: readonly string[] = []
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>(LOADING)
  const [turn, setTurn] = useState(0)
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const name = JSON.stringify(keys)
  const shown = useRef(name)
  useEffect(() => {
    const end = new AbortController()
    const isOther = shown.current !== name
    shown.current = name
    setState((before) => (isOther ? LOADING : { ...before, isLoading: true }))
    void loadInto(load, end.signal, setState)
    return () => end.abort()
  }, [name, turn])
  useEffect(() => reloadOn(on, reload), [on.join()])
  return { ...state, reload }
}

type Stored<T> = Omit<Loaded<T>, 'reload'>

async function loadInto<T>(
  load: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  setState: (change: (before: Stored<T>) => Stored<T>) => void
): Promise<void> {
  try {
    const data = await load(signal)
    const at = Date.now()
    if (!signal.aborted) setState(() => ({ ...LOADING, isLoading: false, data, at }))
  } catch (error) {
    if (signal.aborted) return
    setState((before) => ({ ...before, isLoading: false, failure: failureOf(error) }))
  }
}

const LOADING = { data: undefined, failure: undefined, isLoading: true, at: undefined } as const

function reloadOn(names: readonly string[], reload: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = onEvent((event) => {
    if (timer !== undefined || !names.some((name) => event.startsWith(name))) return
    timer = setTimeout(() => {
      timer = undefined
      reload()
    }, QUIET)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
