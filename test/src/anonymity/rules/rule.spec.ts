import assert from 'node:assert/strict'
import { ACCOUNTS_RULES } from '../../../../src/anonymity/rules/accounts.ts'
import { ADDRESSES_RULES } from '../../../../src/anonymity/rules/addresses.ts'
import { Draft } from '../../../../src/anonymity/reading/draft.ts'
import { NAME_RULES } from '../../../../src/anonymity/rules/names.ts'
import { NETWORK_RULES, URLS_RULES } from '../../../../src/anonymity/rules/network.ts'
import { PACKAGE_RULES } from '../../../../src/anonymity/rules/packages.ts'
import { PATHS_RULES } from '../../../../src/anonymity/rules/paths.ts'
import { PERSONAL_RULES } from '../../../../src/anonymity/rules/personal.ts'
import { CLOUD_IDS_RULES, RESOURCES_RULES } from '../../../../src/anonymity/rules/resources.ts'
import { layerOf } from '../../../../src/anonymity/rules/rule.ts'
import { SCRIPT_NAME_RULES } from '../../../../src/anonymity/rules/script-names.ts'
import { SECRET_RULES } from '../../../../src/anonymity/rules/secrets.ts'
import { UPPER_FIRST } from '../../../../src/anonymity/reading/shapes.ts'
import { canaries } from '../../../fixtures/canaries.ts'
import { compatNotes } from '../../../fixtures/compat-data.ts'
import type { Rule } from '../../../../src/anonymity/rules/rule.ts'

const RULES = [
  ...ACCOUNTS_RULES,
  ...ADDRESSES_RULES,
  ...CLOUD_IDS_RULES,
  ...NAME_RULES,
  ...NETWORK_RULES,
  ...PACKAGE_RULES,
  ...PATHS_RULES,
  ...PERSONAL_RULES,
  ...RESOURCES_RULES,
  ...SCRIPT_NAME_RULES,
  ...SECRET_RULES,
  ...URLS_RULES
]

/** Names are shared by rows of one rule: what any of them finds counts. */
const NAMES = [...new Set(RULES.map(({ name }) => name))]

describe('rules', () => {
  it('find all that their patterns do, where their conditions let them be tried', () => {
    const texts = [
      ...[...canaries(5, 2)].map(({ text }) => text),
      ...compatNotes().filter((_, i) => i % 150 === 0)
    ]
    for (const name of NAMES) {
      const rules = RULES.filter((rule) => rule.name === name)
      const tried = layerOf(rules)
      const everywhere = layerOf(rules.map(unconditional))
      for (const text of texts) {
        assert.equal(marked(tried, text), marked(everywhere, text), `${name} in ${text}`)
      }
    }
  })

  it('replace the part called hit alone, and nothing that they refuse', () => {
    const rule: Rule = {
      name: 'door',
      kind: 'id',
      pattern: /\bdoor (?<hit>\d+)/g,
      accept: (hit) => hit !== '7'
    }
    assert.equal(marked(layerOf([rule]), 'door 7, door 12'), 'door 7, door # | 12')
  })

  it('are tried where a word of their shape begins, and nowhere else', () => {
    const rule: Rule = { name: 'capital', kind: 'name', at: [UPPER_FIRST], pattern: /[A-Za-z]+/g }
    assert.equal(marked(layerOf([rule]), 'an Ada in iOS 7'), 'an # in iOS 7 | Ada')
  })
})

function unconditional({ name, kind, pattern, accept }: Rule): Rule {
  return { name, kind, pattern, ...(accept === undefined ? {} : { accept }) }
}

/** The text with `#` for each finding, and what they are. */
function marked(layer: ReturnType<typeof layerOf>, text: string): string {
  const draft = new Draft(text)
  const hits: string[] = []
  layer(draft, (hit) => {
    hits.push(hit)
    return '\ue000'
  })
  return [draft.text.replaceAll('\ue000', '#'), ...hits.toSorted()].join(' | ')
}
