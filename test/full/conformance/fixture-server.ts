/**
 * The tools, prompts and resources that the conformance suite of MCP calls by name, in a server of
 * their own. The suite tests the HTTP stack of the node by them; the node itself has none of them.
 */
import {
  acceptedContent,
  completable,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
  ResourceTemplate
} from '@modelcontextprotocol/server'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { CallToolResult, ContentBlock, ServerContext } from '@modelcontextprotocol/server'

/** A red point as PNG, and a sound of no length as WAV. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=='

/** A keyword of MCP, which the type of JSON Schema does not know. */
const REGION: object = { type: 'string', 'x-mcp-header': 'Region' }

/** Milliseconds between the notifications of a tool. */
const STEP = 50

const states = createRequestStateCodec<{ readonly step: number }>({
  key: 'a key of the conformance fixtures, which protects nothing'
})

const Name = z.object({ name: z.string() })

export function createFixtureServer(): McpServer {
  const server = new McpServer(
    { name: 'conformance-fixtures', version: '1' },
    {
      capabilities: {
        completions: {},
        logging: {},
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        tools: { listChanged: true }
      },
      requestState: { verify: states.verify }
    }
  )
  addContents(server)
  addNotifications(server)
  addRequests(server)
  addInputRequired(server)
  addStateless(server)
  addPrompts(server)
  addResources(server)
  return server
}

function text(content: string): CallToolResult {
  return { content: [{ type: 'text', text: content }] }
}

function addContents(server: McpServer): void {
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

function addNotifications(server: McpServer): void {
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

/** What the scenarios of a server without sessions call. */
function addStateless(server: McpServer): void {
  server.registerTool('test_missing_capability', { description: 'Needs a model' }, () =>
    inputRequired({ inputRequests: { greeting: askGreeting } })
  )
  server.registerTool('test_streaming_elicitation', { description: 'Asks the user' }, () =>
    inputRequired({ inputRequests: { user_name: askName } })
  )
  server.registerTool('test_logging_tool', { description: 'Logs' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'The tool has run.')
    return text('Logged.')
  })
  server.registerTool(
    'test_headers',
    {
      description: 'Has a parameter that clients repeat in a header',
      inputSchema: fromJsonSchema({
        type: 'object',
        properties: { region: REGION, query: { type: 'string' } }
      })
    },
    (input) => text(JSON.stringify(input))
  )
}

/** Requests to the client: those of 2025-11-25, or by another round on 2026-07-28. */
function addRequests(server: McpServer): void {
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

const askName = inputRequired.elicit({ message: 'What is your name?', requestedSchema: Name })
const askCapital = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
  maxTokens: 100
})
const askGreeting = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'Generate a greeting' } }],
  maxTokens: 50
})

function addInputRequired(server: McpServer): void {
  type Run = Parameters<typeof server.registerTool>[2]
  const tool = (name: string, run: (context: ServerContext) => ReturnType<Run>): void => {
    server.registerTool(name, { description: `Needs input: ${name}` }, run)
  }
  tool('test_input_required_result_elicitation', ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', Name)
    return given === undefined
      ? inputRequired({ inputRequests: { user_name: askName } })
      : text(`Hello, ${given.name}!`)
  })
  tool('test_input_required_result_sampling', ({ mcpReq }) => {
    const given = mcpReq.inputResponses?.['capital_question']
    return given === undefined
      ? inputRequired({ inputRequests: { capital_question: askCapital } })
      : text(JSON.stringify(given))
  })
  tool('test_input_required_result_list_roots', ({ mcpReq }) => {
    const given = mcpReq.inputResponses?.['client_roots']
    return given === undefined
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : text(JSON.stringify(given))
  })
  tool('test_input_required_result_request_state', async (context) => {
    const { mcpReq } = context
    const confirm = inputRequired.elicit({
      message: 'Please confirm',
      requestedSchema: z.object({ ok: z.boolean() })
    })
    return mcpReq.requestState() === undefined
      ? inputRequired({
          inputRequests: { confirm },
          requestState: await states.mint({ step: 1 }, context)
        })
      : text('state-ok')
  })
  tool('test_input_required_result_tampered_state', async (context) => {
    const { mcpReq } = context
    return mcpReq.requestState() === undefined
      ? inputRequired({
          inputRequests: { user_name: askName },
          requestState: await states.mint({ step: 1 }, context)
        })
      : text('state-ok')
  })
  tool('test_input_required_result_multiple_inputs', async (context) => {
    const { inputResponses: given = {} } = context.mcpReq
    const requests = {
      user_name: askName,
      greeting: askGreeting,
      client_roots: inputRequired.listRoots()
    }
    return Object.keys(requests).every((key) => key in given)
      ? text(JSON.stringify(given))
      : inputRequired({
          inputRequests: requests,
          requestState: await states.mint({ step: 1 }, context)
        })
  })
  tool('test_input_required_result_multi_round', async (context) => {
    const state = context.mcpReq.requestState<{ readonly step: number }>()
    if (state?.step === 2) return text('All rounds are done.')
    const step = (state?.step ?? 0) + 1
    const ask =
      step === 1
        ? inputRequired.elicit({ message: 'Step 1: What is your name?', requestedSchema: Name })
        : inputRequired.elicit({
            message: 'Step 2: What is your favorite color?',
            requestedSchema: z.object({ color: z.string() })
          })
    return inputRequired({
      inputRequests: { [`step${step}`]: ask },
      requestState: await states.mint({ step }, context)
    })
  })
  tool('test_input_required_result_capabilities', ({ mcpReq }) => {
    const { capabilities } = capabilitiesOf(mcpReq.envelope)
    if (mcpReq.inputResponses !== undefined) return text(JSON.stringify(mcpReq.inputResponses))
    return inputRequired({
      inputRequests: {
        ...('elicitation' in capabilities ? { user_name: askName } : {}),
        ...('sampling' in capabilities ? { greeting: askGreeting } : {})
      }
    })
  })
}

const Envelope = z.record(z.string(), z.unknown())

function capabilitiesOf(envelope: unknown): { readonly capabilities: Record<string, unknown> } {
  const parsed = Envelope.safeParse(envelope)
  const found = parsed.success
    ? Envelope.safeParse(parsed.data['io.modelcontextprotocol/clientCapabilities'])
    : undefined
  return { capabilities: found?.success === true ? found.data : {} }
}

function addPrompts(server: McpServer): void {
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

function addResources(server: McpServer): void {
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
