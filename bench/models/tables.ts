/**
 * RouteLLM's tables: prompts, and whether a weak and a strong model answer them right. `folder` is a
 * checkout of `lm-sys/RouteLLM` (Apache-2.0); prompts that its routers may have seen are left out.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const WEAK = 'mistralai/Mixtral-8x7B-Instruct-v0.1'
const STRONG = 'gpt-4-1106-preview'

export interface Answered {
  readonly prompt: string
  readonly weak: boolean
  readonly strong: boolean
}

export function readTables(folder: string): Record<'MMLU' | 'GSM8K', Answered[]> {
  const evals = join(folder, 'routellm', 'evals')
  const responses = join(evals, 'mmlu', 'responses')
  const subjects = readdirSync(responses).filter((name) => name.endsWith('.csv'))
  const mmlu = subjects.toSorted().map((name) => join(responses, name))
  return {
    MMLU: readTable(mmlu, join(evals, 'mmlu')),
    GSM8K: readTable([join(evals, 'gsm8k', 'gsm8k_responses.csv')], join(evals, 'gsm8k'))
  }
}

function readTable(files: readonly string[], benchmark: string): Answered[] {
  const lines = readFileSync(join(benchmark, 'contaminated_prompts.jsonl'), 'utf8').trim()
  const excluded = new Set(
    lines.split('\n').map((line) => {
      const parsed: unknown = JSON.parse(line)
      return parsed !== null && typeof parsed === 'object' && 'eval_prompt' in parsed
        ? parsed.eval_prompt
        : undefined
    })
  )
  return files
    .flatMap((file) => {
      const [header = [], ...rows] = rowsOf(readFileSync(file, 'utf8'))
      const [prompt, weak, strong] = ['prompt', WEAK, STRONG].map((name) => header.indexOf(name))
      return rows.map((row) => ({
        prompt: row[prompt ?? -1] ?? '',
        weak: row[weak ?? -1] === 'True',
        strong: row[strong ?? -1] === 'True'
      }))
    })
    .filter(({ prompt }) => prompt !== '' && !excluded.has(prompt))
}

/** RFC 4180. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy
  while (cell.lastIndex < text.length) {
    const [, quoted, plain = '', end] = cell.exec(text) ?? []
    if (end === undefined) break
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end !== ',') rows.push([])
  }
  return rows.filter((row) => row.length > 1)
}
