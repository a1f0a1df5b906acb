/** The text of clients/python/noormme_hive.py: a method for each operation of the table. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { OPERATIONS, operationNames } from '../../node/operations/index.ts'
import type { Operation, OperationName } from '../../node/operations/index.ts'

const MAX_LINE = 99
const INDENT = 8

/** A JSON Schema, as far as arguments need it. */
const Property = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  items: z.unknown().optional()
})
type Property = z.output<typeof Property>

const ObjectSchema = z.looseObject({
  properties: z.record(z.string(), Property).default({}),
  required: z.array(z.string()).default([])
})

const ResultSchema = z.looseObject({
  type: z.string().optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional()
})

interface Argument {
  readonly field: string
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string | undefined
}

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  object: 'Mapping[str, Any]'
}

const RESULTS: Readonly<Record<string, string>> = {
  ...SIMPLE,
  object: 'Dict[str, Any]',
  array: 'List[Dict[str, Any]]'
}

/** Words that are no names in Python. */
const KEYWORDS: ReadonlySet<string> = new Set(['import', 'from', 'global', 'class', 'pass'])

export function pythonClient(): string {
  const methods = operationNames().map((name) => methodOf(name, OPERATIONS[name]))
  return `${part('runtime.py')}${methods.join('\n')}${part('tail.py')}`
}

/** The method of an operation: its name in snake case. */
export function pythonName(name: string): string {
  const snake = name.replaceAll('-', '_').replaceAll(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`)
  return KEYWORDS.has(snake) ? `${snake}_` : snake
}

function part(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

function methodOf(name: OperationName, operation: Operation): string {
  const { summary, detail, lines, item, hasProgress, errors, output } = operation
  const all = argumentsOf(operation)
  const streamed = all.find(({ field }) => field === lines)
  const own = all.filter((argument) => argument !== streamed)
  const required = own.filter(({ isRequired }) => isRequired)
  const optional = own.filter(({ isRequired }) => !isRequired)
  const hasItems = item !== undefined && lines === undefined
  const more = [
    ...(hasProgress === true ? ['on_progress: Optional[Progress] = None'] : []),
    ...(hasItems ? ['on_item: Optional[Item] = None'] : []),
    'cancel: Optional[threading.Event] = None'
  ]
  const signature = [
    'self',
    ...(streamed === undefined ? [] : [`${streamed.name}: Iterable[Mapping[str, Any]]`]),
    ...required.map(({ name: argument, type }) => `${argument}: ${type}`),
    '*',
    ...optional.map(({ name: argument, type }) => `${argument}: Optional[${type}] = None`),
    ...more
  ]
  const fields = own.map(({ field, name: argument }) => `"${field}": ${argument},`)
  const passed = [
    ...(hasProgress === true ? ['on_progress=on_progress,'] : []),
    ...(hasItems ? ['on_item=on_item,'] : []),
    ...(streamed === undefined ? [] : [`lines=${streamed.name},`]),
    'cancel=cancel,'
  ]
  const described = own.filter(({ description }) => description !== undefined)
  const args = described.map(
    ({ name: argument, description }) => `\`\`${argument}\`\`: ${lowered(description ?? '')}.`
  )
  const codes = ['ARGUMENT_INVALID', ...errors]
  const text = [
    ...(detail === undefined ? [] : [detail]),
    ...args,
    ...(hasItems ? ['``on_item`` receives each item.'] : []),
    `Codes of errors: ${codes.join(', ')}.`
  ]
  return [
    `    def ${pythonName(name)}(`,
    ...signature.map((line) => `        ${line},`),
    `    ) -> ${resultOf(output)}:`,
    `        """${summary}.`,
    '',
    ...text.flatMap((paragraph) => wrapped(paragraph)),
    '        """',
    '        return self._call(',
    `            "${name}",`,
    ...(fields.length === 0
      ? ['            {},']
      : ['            {', ...fields.map((field) => `                ${field}`), '            },']),
    ...passed.map((line) => `            ${line}`),
    '        )',
    ''
  ].join('\n')
}

function argumentsOf({ input }: Operation): Argument[] {
  const { properties, required } = ObjectSchema.parse(
    z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  )
  return Object.entries(properties).map(([field, property]) => ({
    field,
    name: pythonName(field),
    type: typeOf(property),
    isRequired: required.includes(field),
    description: property.description
  }))
}

function typeOf({ type, enum: values, items }: Property): string {
  if (values !== undefined)
    return `Literal[${values.map((value) => JSON.stringify(value)).join(', ')}]`
  if (Array.isArray(type)) {
    return `Union[${type.map((each) => SIMPLE[each] ?? 'Any').join(', ')}]`
  }
  if (type === 'array') {
    const item = Property.safeParse(items)
    return `Sequence[${item.success ? typeOf(item.data) : 'Any'}]`
  }
  return SIMPLE[type ?? ''] ?? 'Any'
}

function resultOf(output: z.ZodType): string {
  const { type, anyOf } = ResultSchema.parse(
    z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' })
  )
  if (type !== undefined) return RESULTS[type] ?? 'Any'
  const [first] = anyOf?.filter((each) => each.type !== 'null') ?? []
  return first === undefined ? 'Any' : `Optional[${RESULTS[first.type ?? ''] ?? 'Any'}]`
}

function lowered(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text
}

/** Lines of a docstring. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  let line = ' '.repeat(INDENT - 1)
  for (const word of text.replaceAll('\\', '\\\\').split(/\s+/)) {
    if (line.length + 1 + word.length > MAX_LINE) {
      lines.push(line)
      line = ' '.repeat(INDENT - 1)
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
