/** The search of the page. */
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import type { ResultOf } from '../../client/index.ts'
import type { Loaded } from '../state/loaded.ts'

export const SCOPES = ['all', 'local', 'hive'] as const
export type Scope = (typeof SCOPES)[number]

/** Results of one search. */
const LIMIT = 200

export function useSearch(
  query: string,
  scope: Scope,
  includeStale: boolean
): Loaded<ResultOf<'recall'>> {
  return useLoaded(
    (signal) =>
      api.recall(
        { query, scope, includeStale, limit: LIMIT, allProjects: true, maxWait: 0 },
        { signal }
      ),
    [query, scope, includeStale],
    ['hive:change']
  )
}
