/** Spans as they are sent: OTLP over HTTP with JSON (https://opentelemetry.io/docs/specs/otlp). */

export type AttributeValue = boolean | number | string

export interface Span {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: 'client' | 'internal' | 'server'
  /** Milliseconds of the Unix epoch. */
  readonly start: number
  readonly end: number
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>
  readonly isError: boolean
}

export interface Resource {
  readonly service: string
  readonly version: string
}

const KINDS = { internal: 1, server: 2, client: 3 } as const
const STATUS = { ok: 0, error: 2 } as const

/** Nanoseconds in a millisecond. */
const NANO = 1_000_000

export function otlpBody(spans: readonly Span[], { service, version }: Resource): unknown {
  const attributes = { 'service.name': service, 'service.version': version }
  const scope = { name: 'noormme-hive', version }
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(attributes) },
        scopeSpans: [{ scope, spans: spans.map(spanOf) }]
      }
    ]
  }
}

function spanOf({ traceId, spanId, parentSpanId, name, ...span }: Span): unknown {
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanoseconds(span.start),
    endTimeUnixNano: nanoseconds(span.end),
    attributes: attributesOf(span.attributes),
    status: { code: span.isError ? STATUS.error : STATUS.ok }
  }
}

/** 64-bit numbers are text in the JSON of protocol buffers. */
function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1_000)) * BigInt(NANO / 1_000))
}

function attributesOf(attributes: Span['attributes']): unknown[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: valueOf(value) }]
  )
}

function valueOf(value: AttributeValue): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
