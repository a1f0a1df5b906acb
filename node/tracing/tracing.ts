/**
 * Traces of a running node: its operations, the calls of models that they make, and syncs that
 * brought entries. Spans have names, times and numbers: no content, keys, agents or peers.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { OtlpExporter } from './otlp-exporter.ts'
import type { HiveEvents, HiveNode } from '../../src/index.ts'
import type { OperationObserver } from '../operations/index.ts'
import type { TraceSettings } from './trace-settings.ts'

export interface TracingInit extends TraceSettings {
  readonly version: string
  readonly onFail: (reason: string) => void
}

interface Context {
  readonly traceId: string
  readonly spanId: string
}

const TRACE_BYTES = 16
const SPAN_BYTES = 8

export class Tracing implements OperationObserver {
  readonly #exporter: OtlpExporter
  /** The operation that runs: what it causes is part of its trace. */
  readonly #current = new AsyncLocalStorage<Context>()

  constructor(init: TracingInit) {
    this.#exporter = new OtlpExporter(init)
  }

  /** Spans that were not sent. */
  get dropped(): number {
    return this.#exporter.dropped
  }

  begin(name: string): (error?: unknown) => void {
    const context = { traceId: id(TRACE_BYTES), spanId: id(SPAN_BYTES) }
    const start = now()
    this.#current.enterWith(context)
    return (error) => {
      const isCoded = error instanceof Error && 'code' in error && typeof error.code === 'string'
      this.#exporter.add({
        ...context,
        name: `hive ${name}`,
        kind: 'server',
        start,
        end: now(),
        attributes: {
          'hive.operation': name,
          'error.type': isCoded
            ? String(error.code)
            : error instanceof Error
              ? error.name
              : undefined
        },
        isError: error !== undefined
      })
    }
  }

  /** Returns what ends the tracing. */
  follow(db: HiveNode): () => void {
    const onCall = (call: HiveEvents['model:call'][0]): void => this.#onCall(call)
    const onReceive = ({ entries, milliseconds }: HiveEvents['sync:receive'][0]): void => {
      const end = now()
      this.#exporter.add({
        traceId: id(TRACE_BYTES),
        spanId: id(SPAN_BYTES),
        name: 'hive sync',
        kind: 'internal',
        start: end - milliseconds,
        end,
        attributes: { 'hive.sync.entries': entries },
        isError: false
      })
    }
    db.on('model:call', onCall)
    db.on('sync:receive', onReceive)
    return () => {
      db.off('model:call', onCall)
      db.off('sync:receive', onReceive)
    }
  }

  close(): Promise<void> {
    return this.#exporter.close()
  }

  /** In the names of OpenTelemetry's GenAI conventions. */
  #onCall({
    task,
    tier,
    model,
    offline,
    cached,
    attempts,
    usage
  }: HiveEvents['model:call'][0]): void {
    const parent = this.#current.getStore()
    const end = now()
    const duration = attempts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
    const slash = model.indexOf('/')
    this.#exporter.add({
      traceId: parent?.traceId ?? id(TRACE_BYTES),
      spanId: id(SPAN_BYTES),
      ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
      name: `chat ${model}`,
      kind: 'client',
      start: end - duration,
      end,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': slash === -1 ? undefined : model.slice(0, slash),
        'gen_ai.request.model': model.slice(slash + 1),
        'gen_ai.usage.input_tokens': usage.input + usage.cacheRead + usage.cacheWrite,
        'gen_ai.usage.output_tokens': usage.output,
        'hive.task': task,
        'hive.tier': tier,
        'hive.offline': offline,
        'hive.cached': cached,
        'hive.attempts': attempts.length
      },
      isError: false
    })
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}

function id(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
