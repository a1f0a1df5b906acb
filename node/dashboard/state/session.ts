/**
 * The login of this page. The cookie is the browser's; the key is the page's, and stays with its
 * origin, port included.
 */
import { signal } from '@preact/signals'

const KEY = 'hive-page-key'
const LOGIN = /^#login=([\w-]+)$/

export type Login = 'open' | 'out' | 'pending' | 'refused'

export const login = signal<Login>('pending')

export function pageKey(): string {
  return localStorage.getItem(KEY) ?? ''
}

/** Uses the code of the address, if there is one, and takes it out of the address and its history. */
export async function logIn(): Promise<void> {
  const code = LOGIN.exec(location.hash)?.[1]
  if (code === undefined) {
    login.value = pageKey() === '' ? 'out' : 'open'
    return
  }
  history.replaceState(null, '', `${location.pathname}#/overview`)
  try {
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code })
    })
    const body: unknown = await response.json()
    const hasKey = typeof body === 'object' && body !== null && 'key' in body
    if (response.ok && hasKey) localStorage.setItem(KEY, String(body.key))
    login.value = response.ok && hasKey ? 'open' : 'refused'
  } catch {
    login.value = 'refused'
  }
}

export async function logOut(): Promise<void> {
  await fetch('/logout', { method: 'POST', headers: { 'x-hive-page': pageKey() } })
  signedOut()
}

/**
 * An open page that gets the address of a login logs in by itself, since the browser does not load the
 * page again. It also follows the logins of the other tabs of this browser.
 */
export function followLogins(): void {
  addEventListener('hashchange', () => {
    if (LOGIN.test(location.hash)) void logIn()
  })
  addEventListener('storage', ({ key, newValue }) => {
    if (key === KEY) login.value = newValue === null ? 'out' : 'open'
  })
}

/** The node does not know the login any longer. */
export function signedOut(): void {
  localStorage.removeItem(KEY)
  login.value = 'out'
}
