/** What a request of the dashboard's page has: its origin, its cookie and its key. */
import type { IncomingHttpHeaders } from 'node:http'
import type { PageSession } from './logins.ts'

/** The header with the key of a page. A page of another origin cannot set it. */
export const PAGE_KEY = 'x-hive-page'

/** The name has the port, since the nodes of a machine share its cookies. */
export function cookieName(port: number): string {
  return `hive-${port}`
}

/** The cookie and the key of a request; undefined if one of them is missing. */
export function sessionOf(headers: IncomingHttpHeaders, port: number): PageSession | undefined {
  const key = headers[PAGE_KEY]
  const name = `${cookieName(port)}=`
  const cookie = headers.cookie
    ?.split(/; */)
    .find((each) => each.startsWith(name))
    ?.slice(name.length)
  return typeof key === 'string' && cookie !== undefined ? { cookie, key } : undefined
}

/** Whether a browser says that the page of this origin sent it. */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const { host = '', origin } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origin === `http://${host}` || origin === `https://${host}`
}
