/** Puts the chunks of a streamed chat completion together. */
import { chatReply, inputOf } from './chat-wire.ts'
import { ThinkFilter } from './think-filter.ts'
import { chatUsage } from './usage-wire.ts'
import type { ProviderReply } from '../provider.ts'
import type { WireCall, WireChunk } from './chat-wire.ts'

interface OpenCall {
  readonly index: number | undefined
  id: string
  name: string
  input: string
}

export class ChatStream {
  readonly #thinking = new ThinkFilter()
  readonly #calls: OpenCall[] = []
  #text = ''
  #refusal = ''
  #reason: string | undefined
  #usage: unknown
  #model: string

  constructor(model: string) {
    this.#model = model
  }

  /** Whether the server has said why the reply ends. */
  get ended(): boolean {
    return this.#reason !== undefined
  }

  /** Whether the server has said anything. */
  get hasBegun(): boolean {
    return this.#text !== '' || this.#refusal !== '' || this.#calls.length > 0
  }

  /** Takes a chunk; returns its text. */
  add({ choices, usage, x_groq: groq, model }: WireChunk): string {
    for (const reported of [usage, groq?.usage]) {
      if (chatUsage(reported) !== undefined) this.#usage = reported
    }
    if ((model ?? '') !== '') this.#model = model ?? ''
    const choice = choices?.[0]
    // Ollama sent '' before the end.
    if ((choice?.finish_reason ?? '') !== '') this.#reason = choice?.finish_reason ?? undefined
    const delta = choice?.delta
    if (delta === undefined || delta === null) return ''
    for (const call of delta.tool_calls ?? []) this.#addCall(call)
    this.#refusal += delta.refusal ?? ''
    return this.#said(this.#thinking.push(delta.content))
  }

  /** Text that was held back. */
  end(): string {
    return this.#said(this.#thinking.end())
  }

  /** Undefined if the chunks do not make a reply. */
  reply(): ProviderReply | undefined {
    return chatReply({
      text: this.#text,
      refusal: this.#refusal,
      calls: this.#calls,
      reason: this.#reason,
      usage: this.#usage,
      model: this.#model
    })
  }

  #said(text: string): string {
    this.#text += text
    return text
  }

  #addCall(part: WireCall): void {
    const call = this.#openCall(part) ?? this.#begin(part)
    if (call.id === '') call.id = part.id ?? ''
    if (call.name === '') call.name = part.function?.name ?? ''
    call.input += inputOf(part)
  }

  /**
   * The call that a part continues. Servers repeat an index for parallel calls, or send none: then
   * another id, or a name after a whole input, begins a new call.
   */
  #openCall({ id, index, function: called }: WireCall): OpenCall | undefined {
    const named = (id ?? '') === '' ? undefined : this.#calls.find((call) => call.id === id)
    if (named !== undefined) return named
    const last = this.#calls.findLast(
      (call) => index === undefined || index === null || call.index === index
    )
    if (last === undefined) return undefined
    if ((id ?? '') !== '' && last.id !== '') return undefined
    return (called?.name ?? '') !== '' && isWhole(last.input) ? undefined : last
  }

  #begin({ index }: WireCall): OpenCall {
    const call = { index: index ?? undefined, id: '', name: '', input: '' }
    this.#calls.push(call)
    return call
  }
}

function isWhole(input: string): boolean {
  try {
    JSON.parse(input)
    return true
  } catch {
    return false
  }
}
