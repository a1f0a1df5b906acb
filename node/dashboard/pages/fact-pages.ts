/** The facts of the node, a page after the other as the reader comes to their end. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import type { ResultOf } from '../../client/index.ts'
import type { Loaded } from '../state/loaded.ts'

export type ListedFact = ResultOf<'facts'>['facts'][number]

export interface FactPages {
  /** The first page: its states are those of the list. */
  readonly of: Loaded<ResultOf<'facts'>>
  readonly facts: readonly ListedFact[]
  /** Loads the next page, unless it is under way or there is none. */
  readonly more: () => void
}

/** Facts of the first page, which must be seen at once, and of the others. */
const FIRST = 100
const PAGE = 1_000

export function useFactPages(keep: (fact: ListedFact) => boolean = () => true): FactPages {
  const first = useLoaded((signal) => api.facts({ limit: FIRST }, { signal }), [])
  const [facts, setFacts] = useState<readonly ListedFact[]>([])
  const next = useRef<number | undefined>(undefined)
  const isLoading = useRef(false)
  const seen = useRef(new Set<string>())
  const known = useRef<readonly ListedFact[]>([])
  const add = (page: ResultOf<'facts'>): void => {
    // A fact that changed comes again where it was added.
    const fresh = page.facts.filter((fact) => !seen.current.has(fact.id) && keep(fact))
    for (const { id } of page.facts) seen.current.add(id)
    next.current = page.next
    known.current = [...known.current, ...fresh]
    setFacts(known.current)
  }
  const more = (): void => {
    const before = next.current
    if (before === undefined || isLoading.current) return
    isLoading.current = true
    void api
      .facts({ limit: PAGE, before })
      .then(add)
      .catch(() => undefined)
      .finally(() => {
        isLoading.current = false
      })
  }
  useEffect(() => {
    if (first.data === undefined) return
    seen.current = new Set()
    known.current = []
    add(first.data)
  }, [first.data])
  return { of: first, facts, more }
}
