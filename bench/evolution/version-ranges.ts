/** Whether a version satisfies a range. Ranges: those of the packages installed here; answers: semver. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { inc, minVersion, parse, satisfies, valid } from 'semver'
import { z } from 'zod'
import { pick } from './family.ts'
import type { Choices, Family, Task } from './family.ts'
import type { Random } from '../../test/fixtures/random.ts'

const MODULES = new URL('../../node_modules/', import.meta.url)

const Ranges = z.record(z.string(), z.string()).default({})
const Manifest = z.object({ dependencies: Ranges, peerDependencies: Ranges })

const RANGES = rangesOfPackages()

const STEPS = ['patch', 'minor', 'major', 'prerelease'] as const

export const versionRanges: Family = {
  name: 'version ranges',
  options: {
    compare: ['same-text', 'same-major', 'at-least', 'operators'],
    prerelease: ['any', 'none']
  },
  draw(random): Task {
    const range = pick(RANGES, random)
    const version = versionNear(range, random)
    const right = satisfies(version, range)
    return {
      kind: range.includes('||') || range.includes(' ') ? 'sets' : 'simple',
      isSolved: (choices) => answer(range, version, choices) === right
    }
  }
}

function answer(range: string, version: string, { compare, prerelease }: Choices): boolean {
  const given = parse(version)
  if (prerelease === 'none' && (given?.prerelease.length ?? 0) > 0) return false
  const least = minVersion(range)
  switch (compare) {
    case 'same-text':
      return range.replace(/^\D+/, '') === version
    case 'same-major':
      return given?.major === least?.major
    case 'at-least':
      return least !== null && given !== null && given.compare(least) >= 0
    default:
      return satisfies(version, range, { includePrerelease: true })
  }
}

function versionNear(range: string, random: Random): string {
  let version = minVersion(range)?.version ?? '1.0.0'
  const steps = Math.floor(random() * 3)
  for (let i = 0; i < steps; i++) version = inc(version, pick(STEPS, random)) ?? version
  return version
}

function rangesOfPackages(): string[] {
  const found = new Set<string>()
  const folders = readdirSync(MODULES).flatMap((name) =>
    name.startsWith('@') ? readdirSync(new URL(name, MODULES)).map((of) => `${name}/${of}`) : [name]
  )
  for (const folder of folders) {
    for (const range of rangesIn(new URL(`${folder}/package.json`, MODULES))) {
      if (valid(range) === null && minVersion(range, { loose: false }) !== null) found.add(range)
    }
  }
  return [...found].toSorted()
}

function rangesIn(file: URL): string[] {
  if (!existsSync(file)) return []
  const manifest = Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  if (manifest === undefined) return []
  return [manifest.dependencies, manifest.peerDependencies]
    .flatMap((ranges) => Object.values(ranges))
    .filter((range) => /^[\d^~<>=|. *x-]+$/.test(range))
}
