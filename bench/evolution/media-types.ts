/** Media types of extensions, and extensions of media types. Data and answers: mime-db. */
import { z } from 'zod'
import database from 'mime-db/db.json' with { type: 'json' }
import { pick } from './family.ts'
import type { Choices, Family, Task } from './family.ts'

const Entries = z.record(
  z.string(),
  z.object({ source: z.string().default('none'), extensions: z.array(z.string()).default([]) })
)

const TYPES = Object.entries(Entries.parse(database))
  .filter(([, { extensions }]) => extensions.length > 0)
  .map(([type, entry]) => ({ type, ...entry }))

export const mediaTypes: Family = {
  name: 'media types',
  options: {
    type: ['application-x', 'application', 'registered-by-IANA', 'known-to-any-server'],
    extension: ['the-subtype', 'the-subtype-without-prefix', 'the-first-known', 'none']
  },
  draw(random): Task {
    const { type, source, extensions } = pick(TYPES, random)
    const extension = pick(extensions, random)
    return random() < 0.5
      ? { kind: 'type', isSolved: ({ type: how }) => typeOf(type, source, extension, how) === type }
      : {
          kind: 'extension',
          isSolved: (choices) => extensions.includes(extensionOf(type, extensions, choices))
        }
  }
}

function typeOf(type: string, source: string, extension: string, how = ''): string {
  if (how === 'known-to-any-server') return type
  if (how === 'registered-by-IANA') return source === 'iana' ? type : 'application/octet-stream'
  return `application/${how === 'application-x' ? 'x-' : ''}${extension}`
}

function extensionOf(type: string, extensions: readonly string[], { extension }: Choices): string {
  const subtype = type.split('/')[1] ?? ''
  switch (extension) {
    case 'the-subtype':
      return subtype
    case 'the-subtype-without-prefix':
      return subtype.replace(/^(x-|vnd\.)/, '').replace(/\+.*$/, '')
    case 'the-first-known':
      return extensions[0] ?? ''
    default:
      return ''
  }
}
