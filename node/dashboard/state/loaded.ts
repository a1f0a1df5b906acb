/** What a part of the page has loaded: the last result, and the failure or the call under way. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { failureOf } from './api.ts'
import { onEvent } from './live.ts'
import { Pace } from './pace.ts'
import type { Failure } from './failure.ts'

export interface Loaded<T> {
  readonly data: T | undefined
  readonly failure: Failure | undefined
  readonly isLoading: boolean
  /** When `data` came, in milliseconds. */
  readonly at: number | undefined
  readonly reload: () => void
}

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
  const pace = useMemo(() => new Pace(), [])
  useEffect(() => {
    const end = new AbortController()
    const isOther = shown.current !== name
    shown.current = name
    setState((before) => (isOther ? LOADING : { ...before, isLoading: true }))
    const done = pace.begin()
    void loadInto(load, end.signal, setState).finally(done)
    return () => end.abort()
  }, [name, turn])
  useEffect(() => reloadOn(on, reload, pace), [on.join()])
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

function reloadOn(names: readonly string[], reload: () => void, pace: Pace): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (): void => {
    timer = setTimeout(() => {
      if (pace.isLoading) return wait()
      timer = undefined
      reload()
    }, pace.delay)
  }
  const stop = onEvent((event) => {
    if (timer === undefined && names.some((name) => event.startsWith(name))) wait()
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
