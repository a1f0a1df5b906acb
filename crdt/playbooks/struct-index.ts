/**
 * The kinds of a playbook's structs and their lists, by id. It decides what the structs of a new
 * entry may refer to, before Yjs applies that entry.
 */
import type { Id, IdRange, PlaybookStruct, StructKind } from './playbook-update.ts'

export interface IndexedStruct {
  readonly kind: StructKind
  readonly clock: number
  readonly length: number
  /** The list of the item: a root's name, or the name of a text. Empty for a step's texts. */
  readonly list: string
}

export class StructIndex {
  readonly #clients = new Map<number, IndexedStruct[]>()

  /** Clock after the client's last struct. */
  end(client: number): number {
    const last = this.#clients.get(client)?.at(-1)
    return last === undefined ? 0 : last.clock + last.length
  }

  add(client: number, struct: PlaybookStruct, list: string): void {
    const { kind, clock, length } = struct
    const structs = this.#clients.get(client) ?? []
    structs.push({ kind, clock, length, list })
    this.#clients.set(client, structs)
  }

  /** Removes the client's structs from `clock` on. */
  truncate(client: number, clock: number): void {
    const structs = this.#clients.get(client)
    if (structs !== undefined) structs.length = firstEndingAfter(structs, clock)
  }

  /** The struct that contains the unit. */
  find({ client, clock }: Id): IndexedStruct | undefined {
    const structs = this.#clients.get(client) ?? []
    const found = structs[firstEndingAfter(structs, clock)]
    return found !== undefined && found.clock <= clock ? found : undefined
  }

  /** Whether all structs in the range may be deleted: text and order of steps. */
  isDeletable({ client, clock, length }: IdRange): boolean {
    const structs = this.#clients.get(client) ?? []
    for (let i = firstEndingAfter(structs, clock); i < structs.length; i++) {
      const struct = structs[i]
      if (struct === undefined || struct.clock >= clock + length) break
      if (struct.kind === 'step' || struct.kind === 'title' || struct.kind === 'body') return false
    }
    return true
  }
}

/** Index of the first struct that ends after `clock`; they ascend without gaps. */
function firstEndingAfter(structs: readonly IndexedStruct[], clock: number): number {
  let low = 0
  let high = structs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const struct = structs[middle]
    if (struct !== undefined && struct.clock + struct.length <= clock) low = middle + 1
    else high = middle
  }
  return low
}
