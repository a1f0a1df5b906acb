/** `hive models`: lists the catalogue, and which models can be called. */
import { askNode } from '../ask-node.ts'
import { MODELS } from '../command-line/specs/skills.ts'
import { EXIT } from '../exit-codes.ts'
import { sanitizeText, print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer: models, isJson } = await askNode(argv, MODELS, context, (call, options) =>
      call('models', {}, options)
    )
    if (isJson) {
      for (const model of models) printJson(model)
      return EXIT.ok
    }
    const rows = models.map((model) => [
      sanitizeText(model.model),
      model.roles.join(' ') || '-',
      model.state === 'active' ? 'active' : `${model.state} ${model.shutdown ?? ''}`.trim(),
      model.replacement ?? '-',
      model.input === null ? 'unknown' : `${model.input} / ${model.output}`,
      model.usable ? model.health : 'no key'
    ])
    print(table([['MODEL', 'ROLES', 'STATE', 'REPLACEMENT', 'USD/MTOK', 'HERE'], ...rows]))
    if (!models.some(({ usable }) => usable)) {
      print(
        'No provider can be called, so the offline tier answers with fixed rules. Set the key of a provider.'
      )
    }
    return EXIT.ok
  }
}
