/**
 * The tools, prompts and resources that the conformance suite of MCP calls by name, in a server of
 * their own. The suite tests the HTTP stack of the node by them; the node itself has none of them.
 */
import { McpServer } from '@modelcontextprotocol/server'
import { addInputRequired, addStateless, states } from './fixture-rounds.ts'
import { addPrompts, addResources } from './fixture-texts.ts'
import { addContents, addNotifications, addRequests } from './fixture-tools.ts'

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
