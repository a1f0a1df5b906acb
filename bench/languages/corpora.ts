/** Public labelled sets, read from files that the user fetches (README.md). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { FactInput } from 'noormme-hive'

export interface Question {
  readonly text: string
  /** Places of the facts that answer it. */
  readonly answers: readonly number[]
}

export interface LabelledSet {
  readonly name: string
  readonly facts: readonly FactInput[]
  readonly questions: readonly Question[]
}

const LANGUAGES = ['ar', 'de', 'el', 'en', 'es', 'hi', 'ro', 'ru', 'th', 'tr', 'vi', 'zh']

const PARAGRAPH_FILES: readonly (readonly [name: string, file: string])[] = [
  ['CMRC2018, Chinese', 'cmrc2018_dev.json'],
  ['DRCD, Chinese', 'DRCD_dev.json'],
  ['JSQuAD, Japanese', 'valid-v1.3.json'],
  ['KorQuAD, Korean', 'KorQuAD_v1.0_dev.json'],
  ...LANGUAGES.map((code) => [`XQuAD, ${code}`, `xquad.${code}.json`] as const)
]

const Squad = z.object({
  data: z.array(
    z.object({
      paragraphs: z.array(
        z.object({ context: z.string(), qas: z.array(z.object({ question: z.string() })) })
      )
    })
  )
})

const Turn = z.object({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().optional()
})

const Locomo = z.array(
  z.object({
    sample_id: z.string(),
    conversation: z.record(z.string(), z.union([z.string(), z.array(Turn)])),
    qa: z.array(
      z.object({ question: z.string(), category: z.number(), evidence: z.array(z.string()) })
    )
  })
)

const LOCOMO_TIME = /(\d+):(\d+) (am|pm) on (\d+ \w+, \d+)/

/** Paragraphs and their questions, in the SQuAD format; sets whose file is missing are left out. */
export function* paragraphSets(folder: string): Generator<LabelledSet> {
  for (const [name, file] of PARAGRAPH_FILES) {
    const path = join(folder, file)
    if (!existsSync(path)) continue
    const places = new Map<string, number>()
    const questions: Question[] = []
    for (const { paragraphs } of Squad.parse(JSON.parse(readFileSync(path, 'utf8'))).data) {
      for (const { context, qas } of paragraphs) {
        const place = places.get(context) ?? places.size
        places.set(context, place)
        for (const { question } of qas) questions.push({ text: question, answers: [place] })
      }
    }
    const facts = [...places.keys()].map((content) => factOf('wiki', content))
    yield { name, facts, questions }
  }
}

/** One set for each conversation of LoCoMo; adversarial questions (category 5) are left out. */
export function* locomoSets(folder: string): Generator<LabelledSet> {
  const path = join(folder, 'locomo10.json')
  if (!existsSync(path)) return
  for (const { sample_id: name, conversation, qa } of Locomo.parse(
    JSON.parse(readFileSync(path, 'utf8'))
  )) {
    const places = new Map<string, number>()
    const facts: FactInput[] = []
    for (let session = 1; ; session++) {
      const turns = conversation[`session_${session}`]
      if (!Array.isArray(turns)) break
      const at = locomoTime(conversation[`session_${session}_date_time`])
      let previous: string | undefined
      for (const [turn, { speaker, dia_id: id, text, blip_caption: caption }] of turns.entries()) {
        const content = caption === undefined ? text : `${text} ${caption}`
        const context = { speaker, at, previous, conversation: `${name}/${session}`, turn }
        // Equal turns are one fact; the number keeps them apart.
        places.set(id, facts.length)
        facts.push({ ...factOf(speaker, content), context })
        previous = content
      }
    }
    const questions = qa
      .filter(({ category }) => category !== 5)
      .map(({ question, evidence }) => ({
        text: question,
        answers: [...new Set(evidence.flatMap((each) => each.match(/D\d+:\d+/g) ?? []))].flatMap(
          (id) => places.get(id) ?? []
        )
      }))
      .filter(({ answers }) => answers.length > 0)
    yield { name, facts, questions }
  }
}

/** Cranfield: a fact for each abstract, whose entity is the title. Grades 1 to 4 are relevant. */
export function cranfield(folder: string): LabelledSet | undefined {
  const path = join(folder, 'cran.all.1400')
  if (!existsSync(path)) return undefined
  const places = new Map<string, number>()
  const facts: FactInput[] = []
  for (const document of readFileSync(path, 'latin1').split(/^\.I /m).slice(1)) {
    const title = /^\.T\n([^]*?)^\.A$/m.exec(document)?.[1] ?? ''
    const text = document.split(/^\.W\n/m)[1] ?? ''
    places.set(/\d+/.exec(document)?.[0] ?? '', facts.length)
    facts.push(factOf(title.replaceAll('\n', ' ').trim(), text.trim() === '' ? '-' : text))
  }
  const grades = readFileSync(join(folder, 'cranqrel'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const questions = readFileSync(join(folder, 'cran.qry'), 'latin1')
    .split(/^\.I /m)
    .slice(1)
    .map((query, i) => ({
      text: query.split(/^\.W\s*\n/m)[1] ?? '',
      answers: grades
        .filter(([number, , grade]) => Number(number) === i + 1 && Number(grade) >= 1)
        .flatMap(([, document = '']) => places.get(document) ?? [])
    }))
  return { name: 'Cranfield', facts, questions }
}

/**
 * German compounds and their parts, one fact for every 20th compound of GermaNet. A question is a
 * part; all compounds with this part answer it, and any other is a false hit.
 */
export function compounds(folder: string): LabelledSet | undefined {
  const path = join(folder, 'split_compounds_from_GermaNet18.0.txt')
  if (!existsSync(path)) return undefined
  const parts = new Map<string, readonly string[]>()
  for (const line of readFileSync(path, 'utf8').split('\n').slice(2)) {
    const [compound = '', first = '', last = ''] = line.split('\t')
    if (/^\p{L}+$/u.test(compound)) parts.set(compound, [...first.split('|'), last])
  }
  const allParts = (word: string): string[] =>
    (parts.get(word) ?? []).flatMap((part) => [part, ...allParts(part)])
  const facts: FactInput[] = []
  const answers = new Map<string, number[]>()
  for (const [i, compound] of [...parts.keys()].entries()) {
    if (i % 20 !== 0) continue
    for (const part of new Set(allParts(compound))) {
      if (!/^\p{L}{5,}$/u.test(part)) continue
      answers.set(part, [...(answers.get(part) ?? []), facts.length])
    }
    facts.push(factOf('Wort', `Das Wort ist ${compound}.`))
  }
  const questions = [...answers].map(([text, numbers]) => ({ text, answers: numbers }))
  return { name: 'GermaNet', facts, questions }
}

function factOf(entity: string, content: string): FactInput {
  return { entity, content, confidence: 0.9 }
}

function locomoTime(text: unknown): Date | undefined {
  const [, hour = '', minute = '', half = '', day = ''] = LOCOMO_TIME.exec(String(text)) ?? []
  if (day === '') return undefined
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0)
  return new Date(`${day.replace(',', '')} ${hours}:${minute} UTC`)
}
