/**
 * The process of one program: inserts facts (`source`), receives them from the source (`sink`), or
 * starts again with what a source has stored (`restart`). Each program gives these three; this file is
 * what they share.
 *
 * A role resolves to `{ address?, stop() }` once it is done: facts stored as durably as the program can, or all
 * received, or all read.
 */
import { readFileSync } from 'node:fs'

/** `roles`: `source`, `sink` and `restart`, each with the settings that `bench/peers.ts` gives. */
export async function run(roles) {
  const settings = JSON.parse(process.argv[2] ?? '{}')
  const facts = JSON.parse(readFileSync(settings.facts, 'utf8'))
  const started = performance.now()
  const { address, stop } = await roles[settings.role]({ ...settings, facts })
  process.on('message', (message) => {
    if (message === 'memory') {
      globalThis.gc?.()
      process.send({ memory: process.memoryUsage.rss() })
    } else {
      // A program that does not stop is ended by its parent.
      stop().then(
        () => process.exit(0),
        () => process.exit(1)
      )
    }
  })
  process.send({ ms: performance.now() - started, address })
}

/** Resolves when `check` is true; looks again after each of `pause` milliseconds. */
export async function until(check, pause = 20) {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, pause))
}

/** Facts in groups, where a program writes several at once. */
export function* groupsOf(facts, size = 1_000) {
  for (let from = 0; from < facts.length; from += size) yield facts.slice(from, from + size)
}

export function expectCount(found, facts) {
  if (found !== facts.length) throw new Error(`${found} of ${facts.length} facts are there.`)
}
