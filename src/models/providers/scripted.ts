/** A provider that answers by a script, for tests of code that uses the router. */
import { NO_TOKENS } from '../provider.ts'
import type {
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart
} from '../provider.ts'

/** The reply to a request, or its text; throw `ProviderFailure` to fail. */
export type Script = (
  request: ProviderRequest,
  options: ProviderOptions
) => string | Partial<ProviderReply> | Promise<string | Partial<ProviderReply>>

/**
 * A provider for tests and examples: `script` answers each request.
 *
 * @example
 * ```ts
 * const provider = scriptedProvider('local', ({ messages }) => `${messages.length} messages`)
 * ```
 */
export function scriptedProvider(name: string, script: Script): Provider {
  const generate = async (
    request: ProviderRequest,
    options: ProviderOptions
  ): Promise<ProviderReply> => {
    options.signal.throwIfAborted()
    const answer = await script(request, options)
    return {
      text: '',
      toolCalls: [],
      usage: NO_TOKENS,
      stopReason: 'end',
      model: request.model,
      ...(typeof answer === 'string' ? { text: answer } : answer)
    }
  }
  return {
    name,
    generate,
    async *stream(request, options): AsyncGenerator<ProviderStreamPart> {
      const reply = await generate(request, options)
      for (const [piece] of reply.text.matchAll(/\S+\s*|\s+/g)) yield { type: 'text', text: piece }
      yield { type: 'end', reply }
    }
  }
}
