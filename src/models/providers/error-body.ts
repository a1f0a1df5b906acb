/**
 * Bodies of errors in the one form that the SDKs read: `{ error: { message, type, code } }`. vLLM
 * and FastAPI send `message` or `detail` at the top, Gemini sends a list.
 */
import { z } from 'zod'

const Body = z.looseObject({ message: z.unknown().optional(), detail: z.unknown().optional() })

/** `fetch`, with error bodies that the SDKs can read. */
export const fetchWithErrors: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  if (response.ok) return response
  const text = await response.text()
  const { status, statusText, headers: sent } = response
  const headers = new Headers(sent)
  // The text is neither compressed nor of the announced length any more.
  headers.delete('content-encoding')
  headers.delete('content-length')
  return new Response(readable(text), { status, statusText, headers })
}

function readable(text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return text
  }
  const first: unknown = Array.isArray(body) ? body[0] : body
  const fields = Body.safeParse(first).data
  if (fields === undefined || 'error' in fields) return JSON.stringify(first ?? null)
  const { message = fields.detail, ...rest } = fields
  const said = typeof message === 'string' ? message : JSON.stringify(message ?? '')
  return JSON.stringify({ ...rest, error: { ...rest, message: said } })
}
