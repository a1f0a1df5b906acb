/** The licences of the packages whose code a bundle contains: they ask to be named with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const PackageFile = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional()
})

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)/i

/** `inputs` are paths below `root`. Throws for a package without a licence. */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[1] ?? []))
  const parts = [...folders].toSorted().map((folder) => licenceOf(join(root, folder)))
  return `The binary contains code of these packages, each under its own licence.\n\n${[...new Set(parts)].join('\n')}`
}

function licenceOf(folder: string): string {
  const { name, version, license } = PackageFile.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  )
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  if (license === undefined && texts.length === 0) throw new Error(`"${name}" has no licence.`)
  return [`${name} ${version} (${license ?? 'see below'})`, ...texts, ''].join('\n\n')
}
