/**
 * Which interactions of a session are stored: the beginning, and the latest ones. Pure; a session
 * keeps the sizes of what it stores, so that an addition states what it drops.
 */
import {
  FIRST_BYTES,
  FIRST_INTERACTIONS,
  MAX_INTERACTIONS,
  MAX_SESSION_BYTES
} from './constants.ts'

/** Sizes in bytes. Numbers: those of the beginning from 0 on, those of the latest up to `next`. */
export interface StoredSizes {
  readonly first: readonly number[]
  readonly latest: readonly number[]
  /** The number of the next interaction. */
  readonly next: number
}

/** A session without interactions. */
export const NO_INTERACTIONS: StoredSizes = { first: [], latest: [], next: 0 }

/** The sizes after an addition of `bytes`, and the numbers of interactions that it drops. */
export function withInteraction(
  { first, latest, next }: StoredSizes,
  bytes: number
): { readonly sizes: StoredSizes; readonly dropped: readonly number[] } {
  const isFirst =
    latest.length === 0 && first.length < FIRST_INTERACTIONS && sum(first) + bytes <= FIRST_BYTES
  if (isFirst) return { sizes: { first: [...first, bytes], latest, next: next + 1 }, dropped: [] }
  const longer = [...latest, bytes]
  let total = sum(first) + sum(longer)
  let drop = 0
  while (
    drop < latest.length &&
    (first.length + longer.length - drop > MAX_INTERACTIONS || total > MAX_SESSION_BYTES)
  ) {
    total -= longer[drop] ?? 0
    drop += 1
  }
  const oldest = next - latest.length
  return {
    sizes: { first, latest: longer.slice(drop), next: next + 1 },
    dropped: Array.from({ length: drop }, (_, i) => oldest + i)
  }
}

/** The numbers of the stored interactions, in order. */
export function storedNumbers({ first, latest, next }: StoredSizes): number[] {
  const oldest = next - latest.length
  return [...first.keys(), ...latest.map((_, i) => oldest + i)]
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
