/** The frame of all pages: navigation, state of the connection, theme, and what an action did. */
import { useEffect, useRef } from 'preact/hooks'
import { isOnline } from './state/api.ts'
import { hrefOf, PAGES, route } from './state/route.ts'
import { login, logOut } from './state/session.ts'
import { theme, THEMES } from './state/theme.ts'
import { undoLast } from './state/notices.ts'
import { T } from './strings.ts'
import { useKeys } from './parts/keys.ts'
import { NoticeBar } from './parts/notice-bar.tsx'
import { onDemand } from './parts/on-demand.tsx'
import { Overview } from './pages/overview.tsx'
import { SignIn } from './pages/sign-in.tsx'
import type { VNode } from 'preact'
import type { PageName } from './state/route.ts'

/** The pages but the first one, whose code comes with the frame. */
const OTHERS = {
  swarm: onDemand(async () => (await import('./pages/others.ts')).Swarm),
  knowledge: onDemand(async () => (await import('./pages/others.ts')).Knowledge),
  review: onDemand(async () => (await import('./pages/others.ts')).Review),
  skills: onDemand(async () => (await import('./pages/others.ts')).Skills),
  agents: onDemand(async () => (await import('./pages/others.ts')).Agents),
  impact: onDemand(async () => (await import('./pages/others.ts')).Impact),
  events: onDemand(async () => (await import('./pages/others.ts')).Events)
}

const CONTENT: Readonly<Record<PageName, () => VNode>> = { overview: Overview, ...OTHERS }

/** Milliseconds until the code of the other pages is loaded, so that the first one is not delayed. */
const AHEAD = 2_000

export function App(): VNode {
  const { page } = route.value
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useKeys({ u: () => void undoLast() })
  useEffect(() => {
    const timer = setTimeout(() => void loadOthers(), AHEAD)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    document.title = `${T.nav[page]} – ${T.common.name}`
    // The first page is read from its start; of another one the content is.
    if (!isFirst.current) main.current?.focus()
    isFirst.current = false
  }, [page])
  const Content = CONTENT[page]
  // The frame stands while the page logs in, so that nothing moves when it has.
  const isIn = login.value === 'open' || login.value === 'pending'
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => skip(event, main.current)}>
        {T.common.skip}
      </a>
      <header class="top">
        <strong class="name">{T.common.name}</strong>
        {isIn ? <Connection /> : null}
        <ThemeChoice />
        {isIn ? (
          <button type="button" class="plain" onClick={() => void logOut()}>
            {T.common.signOut}
          </button>
        ) : null}
      </header>
      {isIn ? <Navigation page={page} /> : null}
      <main id="content" ref={main} tabIndex={-1}>
        {isOnline.value || login.value !== 'open' ? null : (
          <p class="offline" role="alert">
            {T.states.offline}
          </p>
        )}
        {login.value === 'open' ? <Content key={page} /> : <SignIn />}
      </main>
      <NoticeBar />
    </>
  )
}

async function loadOthers(): Promise<void> {
  for (const part of Object.values(OTHERS)) await part.load()
}

/** The fragment is the route, so the link moves the focus alone. */
function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault()
  main?.focus()
}

function Navigation({ page }: { readonly page: PageName }): VNode {
  const list = useRef<HTMLUListElement>(null)
  // On a narrow screen the list is one line, which may be longer than the screen.
  useEffect(() => {
    const open = list.current?.querySelector('[aria-current]')
    open?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [page])
  return (
    <nav aria-label={T.common.pages}>
      <ul ref={list}>
        {PAGES.map((name) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={name === page ? 'page' : undefined}>
              {T.nav[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Connection(): VNode {
  const text = isOnline.value ? T.common.live : T.common.offline
  return <span class={isOnline.value ? 'connection live' : 'connection'}>{text}</span>
}

function ThemeChoice(): VNode {
  return (
    <label class="theme">
      <span class="hidden">{T.common.theme}</span>
      <select
        value={theme.value}
        onChange={(event) => {
          const chosen = THEMES.find((name) => name === event.currentTarget.value)
          theme.value = chosen ?? 'system'
        }}
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {T.common.themes[name]}
          </option>
        ))}
      </select>
    </label>
  )
}
