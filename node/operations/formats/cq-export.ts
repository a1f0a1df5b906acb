/** Exports lessons as knowledge units of cq, each as it would leave this node. */
import { insightOf, OWN_KEY, tagsOf, unitIdOf, wordsOf } from './cq-mapping.ts'
import { restOfFact } from './unit-rests.ts'
import type { HiveNode, Preview } from '../../../src/index.ts'
import type { CallOptions } from '../call-options.ts'
import type { NodeAccess } from '../operation.ts'
import type { UnitRest } from './cq-mapping.ts'
import type { CqUnit } from './cq-unit.ts'

export interface CqExportReport {
  readonly facts: number
  readonly withheld: readonly { readonly id: string; readonly reason: string }[]
  readonly omitted: number
}

type Insight = NonNullable<Preview['insight']>

const NOT_A_LESSON = 'only lessons are units of cq'
const VARIANT = 'it is a variant of another lesson'
const TOO_LONG = 'a text is longer than cq allows'

export async function exportUnits(
  { db }: NodeAccess,
  { signal, onItem }: CallOptions
): Promise<CqExportReport> {
  const { knowledge, hive } = db.agent.cortex
  const withheld: { id: string; reason: string }[] = []
  const totals = { facts: 0, omitted: 0 }
  for await (const { kind, entity, content, confidence, ...options } of knowledge.export({
    signal
  })) {
    const id = knowledge.identify({ kind, entity, content, confidence, ...options })
    const reason = kind === 'lesson' ? undefined : NOT_A_LESSON
    const preview = reason === undefined ? await hive.preview(id) : undefined
    const insight = preview?.insight && insightOf(preview.insight)
    if (preview?.insight === undefined || insight === undefined) {
      const why = preview?.insight === undefined ? preview?.reason : TOO_LONG
      withheld.push({ id, reason: reason ?? why ?? VARIANT })
      continue
    }
    const published = await hive.get(preview.insight.id)
    const unit = unitOf(insight, preview.insight, published?.corroboration)
    const imported = await restOfFact(knowledge, id)
    if (imported === undefined) await onItem?.(unit)
    else {
      const { rest, omitted } = clearedRest(imported, hive, preview.insight.tags)
      totals.omitted += omitted
      await onItem?.({ ...unit, ...rest, extensions: { ...rest.extensions, ...unit.extensions } })
    }
    totals.facts += 1
  }
  return { ...totals, withheld }
}

/** A unit of a lesson that was learnt here. */
function unitOf(insight: CqUnit['insight'], preview: Insight, voices = 0): CqUnit {
  const { id, tags, confidence, day } = preview
  const { domains, ...context } = wordsOf(tags)
  const observed = `${day}T00:00:00Z`
  return {
    id: unitIdOf(id),
    version: 1,
    domains: [...domains],
    insight,
    context: { ...context, languages: [...context.languages], frameworks: [...context.frameworks] },
    evidence: {
      confidence,
      confirmations: Math.max(1, voices),
      first_observed: observed,
      last_confirmed: observed
    },
    tier: voices > 0 ? 'public' : 'private',
    extensions: { [`${OWN_KEY}id`]: id, [`${OWN_KEY}voices`]: voices },
    flags: []
  }
}

/** What an imported unit had beside its insight, without texts that the anonymiser would change. */
function clearedRest(
  unit: UnitRest,
  hive: Pick<HiveNode['agent']['cortex']['hive'], 'isAnonymous'>,
  clearTags: readonly string[]
): { readonly rest: UnitRest; readonly omitted: number } {
  let omitted = 0
  const isClear = (text: string): boolean => {
    const clear = hive.isAnonymous(text)
    if (!clear) omitted += 1
    return clear
  }
  const { created_by: author, extensions = {}, flags = [], context, domains, ...rest } = unit
  const known = new Set(clearTags)
  const wanted = tagsOf({ domains, context }).filter(
    // Tags of the lesson are anonymised with it.
    (tag) => known.has(tag) || isClear(tag.slice(tag.indexOf(':') + 1))
  )
  const { domains: left, languages, frameworks, pattern } = wordsOf(wanted)
  const words = { languages: [...languages], frameworks: [...frameworks], pattern }
  const cleared: UnitRest = {
    ...rest,
    domains: [...left],
    ...(context === undefined ? {} : { context: words }),
    ...(author === undefined || !isClear(author) ? {} : { created_by: author }),
    extensions: Object.fromEntries(
      Object.entries(extensions).filter((entry) => isClear(JSON.stringify(entry)))
    ),
    flags: flags.map(({ detail, ...flag }) =>
      detail === undefined || !isClear(detail) ? flag : { ...flag, detail }
    )
  }
  return { rest: cleared, omitted }
}
