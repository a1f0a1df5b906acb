/**
 * An agent with a persona answers through the SDKs of OpenAI and Anthropic. A mutation changes what
 * both of them are given. It runs offline: the requests are made, and not sent.
 */
import { createHive } from 'noormme-hive'
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'

await using db = await createHive({ swarm: false })

const auditor = await db.agents.create('auditor', {
  persona: {
    role: 'You audit pull requests.',
    goal: 'Find defects before they are merged.',
    policies: {
      'no-approval': {
        text: 'Never approve a change.',
        attribute: 'approval',
        direction: 'forbid'
      }
    },
    models: { review: { model: 'claude-sonnet-5' } },
    traits: {
      length: {
        kind: 'choice',
        value: 'full',
        options: { full: 'Explain each finding.', brief: 'One sentence a finding.' }
      }
    }
  }
})

const question = 'Review: if (user = admin) grant()'
const session = await auditor.session()
await session.recordInteraction({ role: 'user', content: question })

/** `await new OpenAI().chat.completions.create(request)` sends it. */
async function openaiRequest(): Promise<ChatCompletionCreateParamsNonStreaming> {
  const { text } = await auditor.persona.prompt({ budget: 1_000 })
  const messages = [
    { role: 'system' as const, content: text },
    { role: 'user' as const, content: question }
  ]
  return { model: 'gpt-5', messages }
}

/** `await new Anthropic().messages.create(request)` sends it. */
async function anthropicRequest(): Promise<MessageCreateParamsNonStreaming> {
  const { text: system } = await auditor.persona.prompt({ budget: 1_000 })
  const messages = [{ role: 'user' as const, content: question }]
  return { model: 'claude-sonnet-5', max_tokens: 500, system, messages }
}

async function show(): Promise<void> {
  const [{ messages }, { system }] = [await openaiRequest(), await anthropicRequest()]
  const manner = typeof system === 'string' ? system.split('\n').at(-1) : ''
  console.log(`${manner} (both alike: ${messages[0]?.content === system})`)
}

await show()
const { number } = await auditor.persona.apply(
  { do: 'choose-option', trait: 'length', option: 'brief' },
  { why: 'answers were too long' }
)
await show()
await auditor.persona.edit({ goal: 'Find security defects.' })
console.log((await auditor.persona.invert(number, { why: 'findings were missed' })).status)
await show()
console.log((await auditor.persona.get())?.goal)

await session.recordInteraction({ role: 'assistant', content: 'It assigns, and grants always.' })
console.log((await session.end({ outcome: 'success' })).outcome)
