/** The text of docs/PARITY.md: how each operation is reached by each door. */
import { OPERATIONS, operationNames } from '../../node/operations/index.ts'
import type { Door } from '../../node/operations/index.ts'

const HEADING = `# Parity

Each operation of a node, and how each door reaches it. The table of operations (\`node/operations\`) is the source; \`npm run parity\` writes this page, and the tests compare both with the doors.

- **HTTP**: \`POST /v1/<operation>\` with a JSON object; the clients in TypeScript and Python have a method of that name.
- **Effect**: \`reads\` changes nothing; \`changes\` this node alone; \`publishes\` what peers can read; \`deletes\` what this node stores.
- Beside operations, HTTP has \`GET /v1/events\`, \`/metrics\`, \`/healthz\`, \`/readyz\`, \`/openapi.json\`, \`/docs\`, the dashboard (\`/\`, \`/login\`, \`/logout\`), \`/mcp\` and cq's \`/api/v1\`. Commands that need no node (\`keygen\`, \`start\`, \`restore\`, \`repair\`, \`mcp\`, \`install\`) are in \`hive --help\`.
`

export function parityDocument(): string {
  const rows = operationNames().map((name) => {
    const { summary, effect, cli, mcp } = OPERATIONS[name]
    return [`\`${name}\``, summary, effect, `\`hive ${cli.by}\``, mcpText(mcp)]
  })
  const notes = [...reasons()].map(
    ([reason, names]) => `- ${reason}: ${names.map((name) => `\`${name}\``).join(', ')}.`
  )
  return `${HEADING}
${tableOf([['Operation (HTTP, clients)', 'What it does', 'Effect', 'Command', 'MCP tool'], ...rows])}

## Why there is no tool

${notes.join('\n')}
`
}

function mcpText(mcp: Door): string {
  return 'by' in mcp ? `\`${mcp.by}\`` : '-'
}

function reasons(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const name of operationNames()) {
    const { mcp }: { readonly mcp: Door } = OPERATIONS[name]
    if ('none' in mcp) found.set(mcp.none, [...(found.get(mcp.none) ?? []), name])
  }
  return found
}

/** A table as the formatter writes it. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const lines = rows.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
