/** The events of the node, as they come. After a break they go on where they ended. */
import { effect, signal } from '@preact/signals'
import { readLines } from '../../client/read-lines.ts'
import { ask, isOnline } from './api.ts'
import { login } from './session.ts'

export interface LiveEvent {
  readonly id: number
  readonly event: string
  readonly at: string
  readonly data: unknown
}

/** Events that the page keeps. */
const MAX_EVENTS = 20_000

/** Milliseconds before the node is asked again. */
const RETRY = 1_000
const LONGEST_RETRY = 15_000

/** The newest last. */
export const events = signal<readonly LiveEvent[]>([])
export const isPaused = signal(false)

type Listener = (event: string) => void
const listeners = new Set<Listener>()
const waiting: LiveEvent[] = []
let last = 0

/** Calls `listener` with the name of each event; returns what ends that. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Follows the node while the page is logged in. */
export function followEvents(): void {
  effect(() => {
    if (login.value !== 'open') return
    const end = new AbortController()
    void follow(end.signal)
    return () => end.abort()
  })
  effect(() => {
    if (!isPaused.value) show()
  })
}

async function follow(end: AbortSignal): Promise<void> {
  let delay = RETRY
  while (!end.aborted) {
    try {
      const response = await ask(`/v1/events?after=${last}`, { signal: end })
      if (response.status === 401) return
      if (response.body !== null && response.ok) {
        delay = RETRY
        await read(response.body)
      }
    } catch {
      // The node has ended, or the page has.
    }
    if (end.aborted) return
    isOnline.value = false
    await new Promise((resolve) => setTimeout(resolve, delay))
    delay = Math.min(LONGEST_RETRY, 2 * delay)
  }
}

/** Server-sent events, as this node writes them: `id`, `event` and `data`, each in one line. */
async function read(body: ReadableStream<Uint8Array>): Promise<void> {
  let id = 0
  let event = ''
  for await (const line of readLines(body)) {
    if (line.startsWith('id: ')) id = Number(line.slice('id: '.length))
    else if (line.startsWith('event: ')) event = line.slice('event: '.length)
    else if (line.startsWith('data: ')) take(id, event, line.slice('data: '.length))
  }
}

function take(id: number, event: string, text: string): void {
  const parsed: unknown = JSON.parse(text)
  const { at = '', data }: { at?: string; data?: unknown } =
    typeof parsed === 'object' && parsed !== null ? parsed : {}
  // A node that started again counts from 1.
  last = id
  waiting.push({ id, event, at, data })
  if (!isPaused.value) schedule()
  for (const listener of listeners) listener(event)
}

let scheduled = false

/** Many events at once draw the page once. */
function schedule(): void {
  if (scheduled) return
  scheduled = true
  requestAnimationFrame(() => {
    scheduled = false
    show()
  })
}

function show(): void {
  if (waiting.length === 0 || isPaused.peek()) return
  events.value = [...events.peek(), ...waiting.splice(0)].slice(-MAX_EVENTS)
}
