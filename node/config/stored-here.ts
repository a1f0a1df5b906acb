/** Settings that hold wherever facts are stored or published: at a node, and at a command without one. */
import type { Configuration } from './configuration.ts'

/** Options of `createHive`. */
export interface StoredHere {
  readonly quota: { readonly facts?: number; readonly bytes?: number }
  readonly anonymity?: { readonly knownNames: string[] }
}

export function storedHere(settings: Configuration['settings']): StoredHere {
  const facts = settings.get('quota.facts')?.value
  const bytes = settings.get('quota.bytes')?.value
  const names = settings.get('anonymity.known-names')?.value
  return {
    quota: {
      ...(typeof facts === 'number' ? { facts } : {}),
      ...(typeof bytes === 'number' ? { bytes } : {})
    },
    ...(typeof names === 'object' ? { anonymity: { knownNames: [...names] } } : {})
  }
}
