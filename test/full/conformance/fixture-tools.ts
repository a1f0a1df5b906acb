/** Tools of the conformance suite that answer at once, notify, or ask the client within a call. */
import { fromJsonSchema } from '@modelcontextprotocol/server'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { PNG, text, WAV } from './fixture-contents.ts'
import type { ContentBlock, McpServer } from '@modelcontextprotocol/server'

/** Milliseconds between the notifications of a tool. */
const STEP = 50

export function addContents(server: McpServer): void {
  const tool = (name: string, ...content: ContentBlock[]): void => {
    server.registerTool(name, { description: `Returns fixed content: ${name}` }, () => ({
      content
    }))
  }
  tool('test_simple_text', { type: 'text', text: 'This is a simple text response for testing.' })
  tool('test_image_content', { type: 'image', data: PNG, mimeType: 'image/png' })
  tool('test_audio_content', { type: 'audio', data: WAV, mimeType: 'audio/wav' })
  tool('test_embedded_resource', {
    type: 'resource',
    resource: {
      uri: 'test://embedded-resource',
      mimeType: 'text/plain',
      text: 'This is an embedded resource content.'
    }
  })
  tool(
    'test_multiple_content_types',
    { type: 'text', text: 'Multiple content types test:' },
    { type: 'image', data: PNG, mimeType: 'image/png' },
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}'
      }
    }
  )
  server.registerTool('test_error_handling', { description: 'Fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'Tool with JSON Schema 2020-12 features',
      inputSchema: fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: {
            $anchor: 'addressDef',
            type: 'object',
            properties: { street: { type: 'string' }, city: { type: 'string' } }
          }
        },
        properties: {
          name: { type: 'string' },
          address: { $ref: '#/$defs/address' },
          contactMethod: { type: 'string', enum: ['phone', 'email'] },
          phone: { type: 'string' },
          email: { type: 'string' }
        },
        allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
        if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { required: ['phone'] },
        else: { required: ['email'] },
        additionalProperties: false
      })
    },
    (input) => text(JSON.stringify(input))
  )
}

export function addNotifications(server: McpServer): void {
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three times' },
    async ({ mcpReq }) => {
      await mcpReq.log('info', 'Tool execution started')
      await wait(STEP)
      await mcpReq.log('info', 'Tool processing data')
      await wait(STEP)
      await mcpReq.log('info', 'Tool execution completed')
      return text('Logged three times.')
    }
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress' },
    async ({ mcpReq }) => {
      const { _meta: meta } = mcpReq
      const progressToken = meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined) {
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 100 }
          })
        }
        if (progress < 100) await wait(STEP)
      }
      return text('Done.')
    }
  )
}

/** Requests to the client: those of 2025-11-25, or by another round on 2026-07-28. */
export function addRequests(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model of the client', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100
      })
      return text(`LLM response: ${'text' in content ? content.text : ''}`)
    }
  )
  const elicit = (name: string, message: string, requestedSchema: object): void => {
    server.registerTool(name, { description: 'Asks the user' }, async ({ mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({
        message,
        requestedSchema: requestedSchema as { type: 'object'; properties: Record<string, never> }
      })
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`)
    })
  }
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({
        message,
        requestedSchema: {
          type: 'object',
          properties: {
            username: { type: 'string', description: "User's response" },
            email: { type: 'string', description: "User's email address" }
          },
          required: ['username', 'email']
        }
      })
      return text(`User response: action: ${action}, content: ${JSON.stringify(content)}`)
    }
  )
  elicit('test_elicitation_sep1034_defaults', 'Please review', {
    type: 'object',
    properties: {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true }
    }
  })
  const titled = (values: readonly string[], titles: readonly string[]): object[] =>
    values.map((value, i) => ({ const: value, title: titles[i] }))
  const options = ['option1', 'option2', 'option3']
  const values = ['value1', 'value2', 'value3']
  elicit('test_elicitation_sep1330_enums', 'Please choose', {
    type: 'object',
    properties: {
      untitledSingle: { type: 'string', enum: options },
      titledSingle: {
        type: 'string',
        oneOf: titled(values, ['First Option', 'Second Option', 'Third Option'])
      },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three']
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
      titledMulti: {
        type: 'array',
        items: { anyOf: titled(values, ['First Choice', 'Second Choice', 'Third Choice']) }
      }
    }
  })
}
