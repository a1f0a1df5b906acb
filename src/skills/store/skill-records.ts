/**
 * The keys and JSON values of skills in the store: the skill `s/<id>`, its state `e/<id>`, its
 * documentation `d/<id>`, its transitions `t/<id>/<number>`, its failures `f/<id>/<slot>`,
 * unpublished receipts of its runs `r/<id>/<slot>`, the last change of its status that the swarm has
 * not heard of `o/<id>`, the last state of a removed skill `x/<id>`, false receipts `l/<author>`, and ids of reported runs `u/<slot>`.
 */
import { StoredReceiptValue } from '../running/receipt.ts'
import { readSkill } from '../skill-identity.ts'
import {
  DocumentationValue,
  FailureValue,
  FalseReceiptValue,
  RemovedValue,
  RunValue,
  SkillValue,
  StateValue,
  TransitionValue,
  storedRemoved,
  storedState
} from './skill-values.ts'
import type { Operation, Section } from '../../../crdt/index.ts'
import type { StoredReceipt } from '../running/receipt.ts'
import type {
  Documentation,
  StoredSkillContent,
  FalseReceipt,
  StoredRemoval,
  SkillFailure,
  SkillState,
  StoredRun,
  StoredSkill,
  Transition
} from './skill-values.ts'

const ID_LENGTH = 64
const WIDTH = 10

/** Reads and writes the values; a value that does not parse is skipped. */
export class SkillRecords {
  readonly #section: Section

  constructor(section: Section) {
    this.#section = section
  }

  async *skills(): AsyncGenerator<StoredSkill> {
    for await (const [key, value] of this.#section.entries(prefixRange('s/'))) {
      const parsed = SkillValue.safeParse(jsonOf(value))
      const skill = parsed.success ? readSkill(parsed.data.content) : undefined
      if (!parsed.success || skill === undefined) continue
      const { provenance, addedAt, agents = [] } = parsed.data
      yield { id: idOf(key), skill, provenance, addedAt, agents }
    }
  }

  async *states(): AsyncGenerator<readonly [id: string, state: SkillState]> {
    for await (const [key, value] of this.#section.entries(prefixRange('e/'))) {
      const parsed = StateValue.safeParse(jsonOf(value))
      if (parsed.success) yield [idOf(key), parsed.data]
    }
  }

  async *transitions(id: string): AsyncGenerator<Transition> {
    for await (const [, value] of this.#section.entries(prefixRange(`t/${id}/`))) {
      const parsed = TransitionValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  /** Changes that the swarm has not heard of, of skills that are here or were removed. */
  async *notices(): AsyncGenerator<Transition> {
    for await (const [, value] of this.#section.entries(prefixRange('o/'))) {
      const parsed = TransitionValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  async *failures(id: string): AsyncGenerator<SkillFailure> {
    for await (const [, value] of this.#section.entries(prefixRange(`f/${id}/`))) {
      const parsed = FailureValue.safeParse(jsonOf(value))
      if (parsed.success) yield { ...parsed.data, input: parsed.data.input }
    }
  }

  async *receipts(id: string): AsyncGenerator<StoredReceipt> {
    for await (const [, value] of this.#section.entries(prefixRange(`r/${id}/`))) {
      const parsed = StoredReceiptValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  async *falseReceipts(): AsyncGenerator<FalseReceipt> {
    for await (const [, value] of this.#section.entries(prefixRange('l/'))) {
      const parsed = FalseReceiptValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  async *removed(): AsyncGenerator<StoredRemoval> {
    for await (const [, value] of this.#section.entries(prefixRange('x/'))) {
      const parsed = RemovedValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  async *runs(): AsyncGenerator<StoredRun> {
    for await (const [, value] of this.#section.entries(prefixRange('u/'))) {
      const parsed = RunValue.safeParse(jsonOf(value))
      if (parsed.success) yield parsed.data
    }
  }

  /** Deletes all values of a skill. */
  async removals(id: string): Promise<Operation[]> {
    const operations = ['s', 'e', 'd', 'o'].map((kind) => this.#section.del(keyOf(`${kind}/${id}`)))
    for (const kind of ['t', 'f', 'r']) {
      for await (const [key] of this.#section.entries(prefixRange(`${kind}/${id}/`))) {
        operations.push(this.#section.del(key))
      }
    }
    return operations
  }

  async documentation(id: string): Promise<Documentation | undefined> {
    const value = await this.#section.get(keyOf(`d/${id}`))
    return value === undefined ? undefined : DocumentationValue.safeParse(jsonOf(value)).data
  }

  async *documentations(): AsyncGenerator<readonly [id: string, documentation: Documentation]> {
    for await (const [key, value] of this.#section.entries(prefixRange('d/'))) {
      const parsed = DocumentationValue.safeParse(jsonOf(value))
      if (parsed.success) yield [idOf(key), parsed.data]
    }
  }

  putSkill(id: string, value: StoredSkillContent): Operation {
    return this.#put(`s/${id}`, value)
  }

  putState(id: string, state: SkillState): Operation {
    return this.#put(`e/${id}`, storedState(state))
  }

  putDocumentation(id: string, documentation: Documentation): Operation {
    return this.#put(`d/${id}`, documentation)
  }

  putTransition(number: number, transition: Transition): Operation {
    return this.#put(numbered('t', transition.id, number), transition)
  }

  removeTransition(number: number, id: string): Operation {
    return this.#section.del(keyOf(numbered('t', id, number)))
  }

  putNotice(transition: Transition): Operation {
    return this.#put(`o/${transition.id}`, transition)
  }

  removeNotice(id: string): Operation {
    return this.#section.del(keyOf(`o/${id}`))
  }

  putFailure(slot: number, failure: SkillFailure): Operation {
    return this.#put(numbered('f', failure.skill, slot), failure)
  }

  putReceipt(slot: number, id: string, receipt: StoredReceipt): Operation {
    return this.#put(numbered('r', id, slot), receipt)
  }

  removeReceipt(slot: number, id: string): Operation {
    return this.#section.del(keyOf(numbered('r', id, slot)))
  }

  putRemoved(removed: StoredRemoval): Operation {
    return this.#put(`x/${removed.id}`, storedRemoved(removed))
  }

  removeRemoved(id: string): Operation {
    return this.#section.del(keyOf(`x/${id}`))
  }

  putFalseReceipt(receipt: FalseReceipt): Operation {
    return this.#put(`l/${receipt.author}`, receipt)
  }

  removeFalseReceipt(author: string): Operation {
    return this.#section.del(keyOf(`l/${author}`))
  }

  putRun(slot: number, run: StoredRun): Operation {
    return this.#put(`u/${String(slot).padStart(WIDTH, '0')}`, run)
  }

  #put(key: string, value: object): Operation {
    return this.#section.put(keyOf(key), Buffer.from(JSON.stringify(value)))
  }
}

function numbered(kind: string, id: string, number: number): string {
  return `${kind}/${id}/${String(number).padStart(WIDTH, '0')}`
}

function keyOf(text: string): Uint8Array {
  return Buffer.from(text)
}

function prefixRange(text: string): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: keyOf(text), lt: keyOf(`${text}\u007f`) }
}

function idOf(key: Uint8Array): string {
  return Buffer.from(key.subarray(2, 2 + ID_LENGTH)).toString()
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}
