/**
 * Calls on the node of a machine, which is started at the first of them where none runs. A
 * connection stays open in between, so that a node that was started in the background knows that it
 * is needed. If the node has ended since, it is started again.
 */
import { CommandError } from '../exit-codes.ts'
import { remoteCalls } from './control-client.ts'
import { ensureNode } from './start-node.ts'
import type { Call } from '../operations/index.ts'
import type { RunningNode } from './running-node.ts'

export interface SharedNodeCalls extends Disposable {
  readonly call: Call
}

export function sharedNodeCalls(dataDir: string): SharedNodeCalls {
  const ended = new AbortController()
  let found: Promise<RunningNode> | undefined
  const forget = (): void => {
    found = undefined
  }
  const connect = async (): Promise<RunningNode> => {
    const { node } = await ensureNode(dataDir, ended.signal)
    const attended = remoteCalls(node.socket)('events', {}, { signal: ended.signal })
    attended.then(forget, forget)
    return node
  }
  const nodeOf = async (): Promise<RunningNode> => {
    found ??= connect()
    try {
      return await found
    } catch (error) {
      forget()
      throw error
    }
  }
  const call: Call = async (name, input, options) => {
    const { socket } = await nodeOf()
    try {
      return await remoteCalls(socket)(name, input, options)
    } catch (error) {
      if (!(error instanceof CommandError && error.code === 'NODE_GONE')) throw error
      forget()
      return remoteCalls((await nodeOf()).socket)(name, input, options)
    }
  }
  return { call, [Symbol.dispose]: () => ended.abort() }
}
