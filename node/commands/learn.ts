/** `hive learn SUMMARY`: stores a lesson, unless one about the same is known. */
import { COMMON_OPTIONS, numberOption, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import type { Learned } from '../../src/index.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(
      argv,
      {
        ...COMMON_OPTIONS,
        detail: { type: 'string' },
        action: { type: 'string' },
        versions: { type: 'string' },
        verify: { type: 'string' },
        tag: { type: 'string', multiple: true },
        project: { type: 'string' },
        confidence: { type: 'string', default: '0.9' },
        private: { type: 'boolean' },
        force: { type: 'boolean' }
      },
      true
    )
    const [summary, ...more] = positionals
    if (summary === undefined || more.length > 0) {
      throw new UsageError('learn takes one summary. Quote the text of the summary.')
    }
    const { tag: tags, detail, action, versions, verify, project, force } = values
    const lesson = { summary, detail, action, versions, verify, tags, project, force }
    const confidence = numberOption('confidence', values.confidence, 0, 1)
    const learned = await withOperations(values['data-dir'] ?? defaultDataDir(env), (node) =>
      node.learn({ ...lesson, confidence, private: values.private }, { signal })
    )
    if (values.json === true) printJson(learned)
    else print(describe(learned))
    return learned.status === 'similar' ? EXIT.refused : EXIT.ok
  }
}

function describe({ id, status, similar }: Learned): string {
  if (similar === undefined) return `${id.slice(0, 12)}  ${status}`
  const known = `${similar.id.slice(0, 12)}  ${sanitizeText(similar.summary)}`
  return `Not stored: a lesson about the same is known. --force stores it.\n  ${known}`
}
