/**
 * Audits: runs again, in the sandbox, a share of what others claim to have run. What a run gives follows
 * from source, input and engine, so a receipt that gives something else here is a lie, and its author's
 * word on skills counts for nothing from then on. Not judged are receipts of another engine, and runs
 * that end at a limit here, or give something else once they have more memory, stack and time: honest
 * authors may have seen these otherwise.
 *
 * An audit finds invented runs, not invented counts: who publishes true receipts beside false counts is
 * held by the pooling of evidence alone.
 */
import { hash } from 'node:crypto'
import { toHex } from '../../../crdt/bytes/index.ts'
import { failureOutcome } from '../running/receipt.ts'
import { DEFAULT_LIMITS } from '../../sandbox/index.ts'
import { receiptsOf } from './published-receipts.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { KnownSkill } from '../store/skill-store.ts'
import type { SkillService } from '../skill-service.ts'
import type { Receipt } from '../running/receipt.ts'
import type { Limits, Sandbox } from '../../sandbox/index.ts'
import type { Clock } from '../../../transport/index.ts'

export interface AuditsComponents {
  readonly replica: Pick<Replica, 'claims' | 'get'>
  readonly skills: Pick<SkillService, 'falseReceipts' | 'store'>
  readonly sandbox: Pick<Sandbox, 'engine' | 'run'>
  /** Of each author's receipts, 0 to 1; of an author that is new here at least one, unless it is 0. */
  readonly share: number
  readonly random: () => number
  readonly clock: Clock
}

/** Runs of one skill, for as long as the node runs: author keys are free, and time is not. */
const MAX_RUNS = 200

/** Milliseconds of one audit: who adopts waits for it. Authors that are left are looked at with the next. */
const MAX_AUDIT_MS = 10_000

/** Authors of skills that are remembered as looked at, and how many receipts of each are. */
const MAX_SEEN = 1_000
const MAX_RECEIPTS_PER_AUTHOR = 64

/** Digits of a digest that stand for a receipt. */
const NAME_LENGTH = 16

/** What is not the same with these depends on where the limits lie. */
const DOUBLED_LIMITS: Partial<Limits> = {
  memoryBytes: 2 * DEFAULT_LIMITS.memoryBytes,
  stackBytes: 2 * DEFAULT_LIMITS.stackBytes,
  cpuMs: 2 * DEFAULT_LIMITS.cpuMs,
  wallMs: 2 * DEFAULT_LIMITS.wallMs
}

export class Audits {
  readonly #components: AuditsComponents
  readonly #runs = new Map<string, number>()
  /** Receipts that were drawn or passed over, by author and skill. */
  readonly #seen = new Map<string, Set<string>>()

  constructor(components: AuditsComponents) {
    this.#components = components
  }

  readonly isDistrusted = (author: Uint8Array): boolean =>
    this.#components.skills.falseReceipts.has(toHex(author))

  /** Whether somebody was caught. Each receipt is drawn, or passed over, once. */
  async audit(known: KnownSkill, signal: AbortSignal): Promise<boolean> {
    const { replica, sandbox, share, skills } = this.#components
    if (known.skill.kind !== 'code' || share === 0) return false
    const claimed = await receiptsOf(known.id, await sandbox.engine(), replica)
    const repeated = new Map<string, string | undefined>()
    let foundFalse = false
    const until = performance.now() + MAX_AUDIT_MS
    for (const author of this.#shuffled([...claimed.keys()])) {
      if (performance.now() > until) break
      if (skills.falseReceipts.has(author)) continue
      for (const receipt of this.#sample(known.id, author, claimed.get(author))) {
        signal.throwIfAborted()
        const { input } = receipt
        if (!repeated.has(input)) repeated.set(input, await this.#rerun(known, receipt, signal))
        const gave = repeated.get(input)
        if (gave === undefined || gave === receipt.gave) continue
        if (!(await this.#isCertain(known, receipt, gave, signal))) {
          repeated.set(input, undefined)
          continue
        }
        await this.#recordFalse(author, known, receipt, gave)
        foundFalse = true
        break
      }
    }
    return foundFalse
  }

  /** The share that is run again, at random; at least one of an author that is new. */
  #sample(id: string, author: string, claimed: readonly Receipt[] = []): readonly Receipt[] {
    const { share, random } = this.#components
    const receipts = claimed.slice(-MAX_RECEIPTS_PER_AUTHOR)
    const key = `${id} ${author}`
    const isNew = !this.#seen.has(key)
    const seen = this.#seen.get(key) ?? new Set()
    const fresh = receipts.filter((receipt) => !seen.has(receiptKey(receipt)))
    for (const receipt of fresh) seen.add(receiptKey(receipt))
    const [oldest] = this.#seen.keys()
    if (isNew && this.#seen.size >= MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest)
    if (receipts.length > 0) this.#seen.set(key, seen)
    const drawn = fresh.filter(() => random() < share)
    const one = fresh[Math.floor(random() * fresh.length)]
    return drawn.length === 0 && isNew && one !== undefined ? [one] : drawn
  }

  /** What the run gives here; undefined where that says nothing of others. */
  async #rerun(
    { id, skill }: KnownSkill,
    { input }: Receipt,
    signal: AbortSignal,
    limits?: Partial<Limits>
  ): Promise<string | undefined> {
    const runs = this.#runs.get(id) ?? 0
    if (runs >= MAX_RUNS) return undefined
    this.#runs.set(id, runs + 1)
    const value = tryParse(input)
    // Text in another form than JSON.stringify gives would be another input.
    if (value === undefined || JSON.stringify(value) !== input) return undefined
    try {
      const { source } = skill
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
      const request = { source, input: value as Parameters<Sandbox['run']>[0]['input'] }
      return (await this.#components.sandbox.run({ ...request, limits, signal })).outputHash
    } catch (error) {
      signal.throwIfAborted()
      return failureOutcome(error)
    }
  }

  async #isCertain(
    known: KnownSkill,
    receipt: Receipt,
    gave: string,
    signal: AbortSignal
  ): Promise<boolean> {
    return (await this.#rerun(known, receipt, signal, DOUBLED_LIMITS)) === gave
  }

  async #recordFalse(
    author: string,
    { id }: KnownSkill,
    { input, gave: claimed }: Receipt,
    gave: string
  ): Promise<void> {
    const { skills, clock } = this.#components
    const falseReceipt = { author, skill: id, input, claimed, gave, at: new Date(clock.now()) }
    await skills.falseReceipts.add(falseReceipt)
    queueMicrotask(() => skills.store.emit('author:distrust', falseReceipt))
  }

  /** Where not all can be audited, nobody knows who is. */
  #shuffled(authors: string[]): string[] {
    const { random } = this.#components
    return authors
      .map((author) => ({ author, at: random() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ author }) => author)
  }
}

function receiptKey({ input, gave }: Receipt): string {
  return hash('sha256', `${gave} ${input}`, 'hex').slice(0, NAME_LENGTH)
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
