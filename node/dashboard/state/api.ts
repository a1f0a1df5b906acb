/** Calls of the page: the HTTP API of the node, by the client that programs use. */
import { signal } from '@preact/signals'
import { createClient, HiveClientError } from '../../client/index.ts'
import { pageKey, signedOut } from './session.ts'
import type { Failure } from './failure.ts'

/** Whether the node answered last. */
export const isOnline = signal(true)

/** `fetch` with the key of the page. */
export async function ask(
  input: string | URL | Request,
  init: RequestInit = {}
): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('x-hive-page', pageKey())
  try {
    const response = await fetch(input, { ...init, headers })
    isOnline.value = true
    if (response.status === 401) signedOut()
    return response
  } catch (error) {
    if (init.signal?.aborted !== true) isOnline.value = false
    throw error
  }
}

export const api = createClient({ url: location.origin, fetch: ask })

export function failureOf(error: unknown): Failure {
  if (error instanceof HiveClientError) return { code: error.code, text: error.message }
  if (!isOnline.value) return { code: 'OFFLINE', text: '' }
  return { code: 'INTERNAL', text: error instanceof Error ? error.message : String(error) }
}
