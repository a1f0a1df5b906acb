/** The page that is open, from the fragment of the address: `#/knowledge?id=...`. */
import { signal } from '@preact/signals'

export const PAGES = [
  'overview',
  'swarm',
  'knowledge',
  'review',
  'skills',
  'agents',
  'impact',
  'events'
] as const

export type PageName = (typeof PAGES)[number]

export interface Route {
  readonly page: PageName
  readonly parameters: Readonly<Record<string, string>>
}

export const route = signal<Route>(routeOf(location.hash))

addEventListener('hashchange', () => {
  route.value = routeOf(location.hash)
})

export function hrefOf(page: PageName, parameters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(parameters).toString()
  return `#/${page}${query === '' ? '' : `?${query}`}`
}

/** Changes parameters of the open page, without an entry of the history. */
export function setParameters(parameters: Readonly<Record<string, string>>): void {
  const { page } = route.peek()
  const kept = Object.entries(parameters).filter(([, value]) => value !== '')
  history.replaceState(null, '', hrefOf(page, Object.fromEntries(kept)))
  route.value = { page, parameters: Object.fromEntries(kept) }
}

function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\//, '').split('?')
  const page = PAGES.find((name) => name === path) ?? 'overview'
  return { page, parameters: Object.fromEntries(new URLSearchParams(query)) }
}
