/** `GET /docs`: the reference of the HTTP API as one page that requests nothing else. */
import { OPERATIONS, operationNames } from '../operations/index.ts'
import type { OperationName } from '../operations/index.ts'

/** The page has no scripts, and loads nothing. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
  pre { overflow-x: auto; padding: .75rem; background: #8882; border-radius: .25rem }
  code { font-size: .9em } h2 { margin-top: 2.5rem } nav ul { columns: 3; padding-left: 1rem }
  .effect { border: 1px solid #8888; border-radius: 1rem; padding: 0 .6rem; font-size: .85em }`

export function referencePage(url: string): string {
  const names = operationNames()
  const links = names.map((name) => `<li><a href="#${name}">${name}</a></li>`).join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>HTTP API of noormme-hive</title>
<style>${STYLE}</style>
</head>
<body>
<h1>HTTP API of noormme-hive</h1>
<p>Each operation is a POST with a JSON object. The token is in the file <code>http-token</code> of the
data directory. <a href="/openapi.json">OpenAPI 3.1</a></p>
<pre>curl -H "Authorization: Bearer $(cat ~/.local/share/noormme-hive/http-token)" \\
  -H "Content-Type: application/json" -d '{"query": "CSS gap"}' ${escape(url)}/v1/recall</pre>
<nav aria-label="Operations"><ul>${links}</ul></nav>
<main>
${names.map(section).join('\n')}
</main>
</body>
</html>
`
}

function section(name: OperationName): string {
  const { summary, detail, effect, example, errors } = OPERATIONS[name]
  const more = detail === undefined ? '' : `<p>${escape(detail)}</p>`
  const codes = ['ARGUMENT_INVALID', ...errors].map((code) => `<code>${code}</code>`).join(', ')
  return `<section aria-labelledby="${name}">
<h2 id="${name}"><code>POST /v1/${name}</code></h2>
<p>${escape(summary)}. <span class="effect">${effect}</span></p>${more}
<pre>${escape(JSON.stringify(example.input, null, 2))}</pre>
<pre>${escape(JSON.stringify(example.output, null, 2))}</pre>
<p>Errors: ${codes}</p>
</section>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
