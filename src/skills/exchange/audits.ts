/**
 * Audits: runs a share of the receipts of other authors again, in the sandbox. Source, input and
 * engine determine the result of a run, so a receipt with another result is false, and the author's
 * votes on skills no longer count. Receipts of another engine are not judged. Nor are runs that end
 * at a limit here, or that give another result with more memory, stack and time, since honest
 * authors may have seen another result.
 *
 * An audit finds invented runs, not invented counts. Only the pooling of evidence limits an author
 * who publishes true receipts with false counts.
 */
import { hash } from 'node:crypto'
import { displayText } from '../../foreign-text/index.ts'
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
  readonly replica: Pick<Replica, 'claims' | 'get' | 'votes'>
  readonly skills: Pick<SkillService, 'falseReceipts' | 'store'>
  readonly sandbox: Pick<Sandbox, 'engine' | 'run'>
  /**
   * The share of each author's receipts to run, 0 to 1; of a new author at least one, unless it is
   * 0.
   */
  readonly share: number
  readonly random: () => number
  readonly clock: Clock
}

/** Runs of one skill while the node runs: author keys cost nothing, and time does. */
const MAX_RUNS = 200

/**
 * Milliseconds of one audit, since an adoption waits for it. The next audit continues with the
 * remaining authors.
 */
const MAX_AUDIT_MS = 10_000

/** Audited authors that are remembered, and receipts of each. */
const MAX_SEEN = 1_000
const MAX_RECEIPTS_PER_AUTHOR = 64

/** Authors whose votes are left out of a standing: each is a read of a widely used skill. */
const MAX_DISTRUSTED = 256

/** Digits of a digest that identify a receipt. */
const NAME_LENGTH = 16

/** A result that changes with these limits depends on the limits. */
const DOUBLED_LIMITS: Partial<Limits> = {
  memoryBytes: 2 * DEFAULT_LIMITS.memoryBytes,
  stackBytes: 2 * DEFAULT_LIMITS.stackBytes,
  cpuMs: 2 * DEFAULT_LIMITS.cpuMs,
  wallMs: 2 * DEFAULT_LIMITS.wallMs
}

export class Audits {
  readonly #components: AuditsComponents
  readonly #runs = new Map<string, number>()
  /** Receipts that were drawn or skipped, by author and skill. */
  readonly #seen = new Map<string, Set<string>>()

  constructor(components: AuditsComponents) {
    this.#components = components
  }

  /** The authors with a false receipt; of more than 256, those that were found last. */
  distrusted(): readonly Uint8Array[] {
    const authors = this.#components.skills.falseReceipts.latestAuthors(MAX_DISTRUSTED)
    return authors.map((author) => Buffer.from(author, 'hex'))
  }

  /** Returns whether a false receipt was found. Each receipt is drawn, or skipped, once. */
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

  /** The random share to run again; at least one of a new author. */
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

  /** The result of the run here; undefined if it says nothing about other nodes. */
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
    // JSON in another form than JSON.stringify writes would be another input.
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
    const falseReceipt = {
      author,
      skill: id,
      input: displayText(input),
      claimed,
      gave,
      at: new Date(clock.now())
    }
    await skills.falseReceipts.add(falseReceipt)
    queueMicrotask(() => skills.store.emit('author:distrust', falseReceipt))
  }

  /** In random order, so that no author knows who is audited. */
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
