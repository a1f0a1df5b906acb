/** Prompts and resources of the conformance suite. */
import {
  acceptedContent,
  completable,
  inputRequired,
  ResourceTemplate
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { PNG } from './fixture-contents.ts'
import type { McpServer } from '@modelcontextprotocol/server'

export function addPrompts(server: McpServer): void {
  const user = 'user' as const
  server.registerPrompt('test_simple_prompt', { description: 'A simple prompt' }, () => ({
    messages: [
      { role: user, content: { type: 'text', text: 'This is a simple prompt for testing.' } }
    ]
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A prompt with arguments',
      argsSchema: z.object({
        arg1: completable(z.string().describe('First'), (value) =>
          ['paris', 'park', 'party'].filter((each) => each.startsWith(value))
        ),
        arg2: z.string().describe('Second')
      })
    },
    ({ arg1, arg2 }) => ({
      messages: [
        {
          role: user,
          content: { type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }
        }
      ]
    })
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'A prompt with a resource',
      argsSchema: z.object({ resourceUri: z.string().describe('URI') })
    },
    ({ resourceUri }) => ({
      messages: [
        {
          role: user,
          content: {
            type: 'resource',
            resource: {
              uri: resourceUri,
              mimeType: 'text/plain',
              text: 'Embedded resource content for testing.'
            }
          }
        },
        {
          role: user,
          content: { type: 'text', text: 'Please process the embedded resource above.' }
        }
      ]
    })
  )
  server.registerPrompt(
    'test_prompt_with_image',
    { description: 'A prompt with an image' },
    () => ({
      messages: [
        { role: user, content: { type: 'image', data: PNG, mimeType: 'image/png' } },
        { role: user, content: { type: 'text', text: 'Please analyze the image above.' } }
      ]
    })
  )
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that needs input' },
    ({ mcpReq }) => {
      const schema = z.object({ context: z.string() })
      const given = acceptedContent(mcpReq.inputResponses, 'user_context', schema)
      if (given === undefined) {
        const message = 'What context should the prompt use?'
        const ask = inputRequired.elicit({ message, requestedSchema: schema })
        return inputRequired({ inputRequests: { user_context: ask } })
      }
      return { messages: [{ role: user, content: { type: 'text', text: given.context } }] }
    }
  )
}

export function addResources(server: McpServer): void {
  const fixed = { description: 'A fixed resource' }
  server.registerResource(
    'static-text',
    'test://static-text',
    { ...fixed, mimeType: 'text/plain' },
    ({ href }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'text/plain',
          text: 'This is the content of the static text resource.'
        }
      ]
    })
  )
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { ...fixed, mimeType: 'image/png' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: PNG }] })
  )
  server.registerResource(
    'watched-resource',
    'test://watched-resource',
    { ...fixed, mimeType: 'text/plain' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'text/plain', text: 'Watched.' }] })
  )
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'A template', mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` })
        }
      ]
    })
  )
  server.server.setRequestHandler('resources/subscribe', () => ({}))
  server.server.setRequestHandler('resources/unsubscribe', () => ({}))
}
