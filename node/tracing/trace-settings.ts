/** What OpenTelemetry's variables say of traces; a node without them traces nothing. */

export interface TraceSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly service: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` as it is, or `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/traces`.
 * Throws `TypeError` for what is no URL of HTTP.
 */
export function traceSettings(env: Environment): TraceSettings | undefined {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = env
  if (disabled?.toLowerCase() === 'true' || exporter === 'none') return undefined
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? ''
  const common = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? ''
  const text = own === '' && common !== '' ? `${common.replace(/\/$/, '')}/v1/traces` : own
  if (text === '') return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      'OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL, such as http://127.0.0.1:4318.'
    )
  }
  const headers =
    env['OTEL_EXPORTER_OTLP_TRACES_HEADERS'] ?? env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''
  const service = env['OTEL_SERVICE_NAME'] ?? ''
  return {
    url: url.href,
    headers: headersOf(headers),
    service: service === '' ? 'noormme-hive' : service
  }
}

/** `name=value,name=value`, values in percent encoding. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim().split('='))
  return Object.fromEntries(
    pairs.flatMap(([name = '', ...value]) =>
      name === '' ? [] : [[name.trim().toLowerCase(), decodeURIComponent(value.join('=').trim())]]
    )
  )
}
