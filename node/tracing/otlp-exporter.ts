/**
 * Sends spans in batches to a collector. What cannot be sent is dropped: traces are for diagnosis,
 * and a collector that is away must neither slow the node nor fill its memory.
 */
import { otlpBody } from './span.ts'
import type { Resource, Span } from './span.ts'

export interface ExporterInit extends Resource {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Spans could not be sent; called once until one batch succeeds. */
  readonly onFail: (reason: string) => void
}

const BATCH_INTERVAL = 5_000
const MAX_BATCH = 512

/** Spans that wait; beyond it new ones are dropped. */
const MAX_QUEUE = 2_048

const SEND_TIMEOUT = 10_000

/** Milliseconds for the last batch while the node stops. */
const CLOSE_TIMEOUT = 1_000

export class OtlpExporter {
  readonly #init: ExporterInit
  readonly #timer: NodeJS.Timeout
  #queue: Span[] = []
  #sending: Promise<void> = Promise.resolve()
  #hasFailed = false
  #dropped = 0

  constructor(init: ExporterInit) {
    this.#init = init
    this.#timer = setInterval(() => this.#send(SEND_TIMEOUT), BATCH_INTERVAL).unref()
  }

  /** Spans that were not sent. */
  get dropped(): number {
    return this.#dropped
  }

  add(span: Span): void {
    if (this.#queue.length >= MAX_QUEUE) this.#dropped += 1
    else this.#queue.push(span)
    if (this.#queue.length === MAX_BATCH) this.#send(SEND_TIMEOUT)
  }

  /** Sends what waits, within a second. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#send(CLOSE_TIMEOUT)
    await this.#sending
  }

  #send(timeout: number): void {
    if (this.#queue.length === 0) return
    const spans = this.#queue
    this.#queue = []
    this.#sending = Promise.all([this.#sending, this.#post(spans, timeout)]).then(() => undefined)
  }

  async #post(spans: readonly Span[], timeout: number): Promise<void> {
    const { url, headers, onFail } = this.#init
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(otlpBody(spans, this.#init)),
        signal: AbortSignal.timeout(timeout)
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`the collector answered ${response.status}`)
      this.#hasFailed = false
    } catch (error) {
      this.#dropped += spans.length
      if (!this.#hasFailed) onFail(error instanceof Error ? error.message : 'unknown')
      this.#hasFailed = true
    }
  }
}
