/** Tools of the conformance suite that need input, and so another round of the call. */
import {
  acceptedContent,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './fixture-contents.ts'
import type { McpServer, ServerContext } from '@modelcontextprotocol/server'

/** A keyword of MCP, which the type of JSON Schema does not know. */
const REGION: object = { type: 'string', 'x-mcp-header': 'Region' }

export const states = createRequestStateCodec<{ readonly step: number }>({
  key: 'a key of the conformance fixtures, which protects nothing'
})

const Name = z.object({ name: z.string() })

const askName = inputRequired.elicit({ message: 'What is your name?', requestedSchema: Name })
const askCapital = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
  maxTokens: 100
})
const askGreeting = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'Generate a greeting' } }],
  maxTokens: 50
})

/** What the scenarios of a server without sessions call. */
export function addStateless(server: McpServer): void {
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

export function addInputRequired(server: McpServer): void {
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
