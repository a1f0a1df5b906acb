/**
 * An agent whose sessions are measured, around the SDKs of Anthropic and OpenAI, and whose persona
 * evolves. With ANTHROPIC_API_KEY or OPENAI_API_KEY it asks a model; without a key it runs offline.
 */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { createHive } from 'noormme-hive'

const { ANTHROPIC_API_KEY, OPENAI_API_KEY } = process.env
const MAX_TOKENS = 100

await using db = await createHive({ swarm: false })
const agent = await db.agents.create('adder', {
  persona: {
    role: 'You add numbers.',
    goal: 'Answer with the sum alone.',
    traits: { steps: { kind: 'flag', value: false, on: 'Add from right to left, digit by digit.' } }
  }
})
await agent.cortex.evolution.enable()

async function ask(system: string, question: string): Promise<string> {
  if (ANTHROPIC_API_KEY !== undefined) {
    const message = await new Anthropic().messages.create({
      model: 'claude-sonnet-5',
      max_tokens: MAX_TOKENS,
      system,
      messages: [{ role: 'user', content: question }]
    })
    return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  }
  if (OPENAI_API_KEY !== undefined) {
    const { choices } = await new OpenAI().chat.completions.create({
      model: 'gpt-5-mini',
      max_completion_tokens: MAX_TOKENS,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: question }
      ]
    })
    return choices[0]?.message.content ?? ''
  }
  return offline(system, question)
}

/** Adds; wrong for large numbers unless it takes steps. */
function offline(system: string, question: string): string {
  const [a = 0, b = 0] = question.split(' + ').map(Number)
  return String(a < 50 || system.includes('digit by digit') ? a + b : a)
}

const sessions = Number(process.argv[2] ?? 120)
for (let i = 0; i < sessions; i++) {
  const [a, b] = [(i * 37) % 100, (i * 53) % 100]
  await agent.session({ task: 'add' }, async (session) => {
    const { text } = await agent.persona.prompt()
    const answer = await session.act('ask', () => ask(text, `${a} + ${b}`))
    if (answer.trim() !== String(a + b))
      await session.end({ outcome: 'failure', error: 'wrong-sum' })
  })
  await agent.cortex.selfIterate()
}

const { sessions: all } = await agent.journal.summary()
console.log(`${all.successes} of ${all.total} sessions succeeded`)
for (const { status, mutation, probability } of await agent.cortex.evolution.getMutationHistory()) {
  console.log(status, JSON.stringify(mutation), probability?.toFixed(2))
}
console.log((await agent.persona.get())?.traits['steps']?.value)
