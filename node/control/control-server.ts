/**
 * The control socket of a running node: HTTP over a Unix socket that only its user can open. A
 * client sends `POST /<operation>` with a JSON body (JSON Lines for `distill`). The response is
 * JSON Lines: zero or more lines `{"progress": ...}` and `{"item": ...}`, then one line
 * `{"result": ...}` or `{"error": {message, exit}}`. Closing the connection cancels the operation.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { exitCodeOf, messageOf } from '../exit-codes.ts'
import { Time } from './json-lines.ts'
import { GoalRequests } from './goal-operations.ts'
import { SkillRequests } from './skill-operations.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { CallOptions } from './call-options.ts'
import type { Operations } from './operations.ts'

/** Bodies other than `distill`'s are small. */
const MAX_BODY_BYTES = 64 * 1024

const Broadcast = z.object({ minConfidence: z.number().optional() })
const Recall = z.object({
  query: z.string(),
  limit: z.number().optional(),
  entity: z.string().optional(),
  tags: z.array(z.string()).optional(),
  asOf: Time.optional(),
  scope: z.enum(['local', 'hive', 'all']).optional(),
  project: z.string().optional(),
  allProjects: z.boolean().optional(),
  includeStale: z.boolean().optional(),
  maxWait: z.number().optional()
})
const Learn = z.object({
  summary: z.string(),
  detail: z.string().optional(),
  action: z.string().optional(),
  versions: z.string().optional(),
  verify: z.string().optional(),
  tags: z.array(z.string()).optional(),
  project: z.string().optional(),
  private: z.boolean().optional(),
  confidence: z.number().optional(),
  source: z.string().optional(),
  force: z.boolean().optional()
})
const History = z.object({
  entity: z.string(),
  attribute: z.string().optional(),
  asOf: Time.optional(),
  limit: z.number().optional(),
  maxWait: z.number().optional()
})
const Backup = z.object({ directory: z.string() })
const Forget = z.object({ id: z.string() })
const Stale = z.object({ id: z.string() })
const Promote = z.object({ id: z.string(), tags: z.array(z.string()).optional() })
const Vote = z.object({
  id: z.string(),
  vote: z.enum(['vouch', 'dispute', 'retract']),
  confidence: z.number().optional()
})
const Context = z.object({
  goal: z.string(),
  budget: z.number().optional(),
  tags: z.array(z.string()).optional(),
  project: z.string().optional(),
  allProjects: z.boolean().optional()
})
const Preview = z.object({ id: z.string() })
const Insights = z.object({
  limit: z.number().optional(),
  tags: z.array(z.string()).optional(),
  state: z.enum(['released', 'quarantined', 'disputed']).optional()
})

export interface ControlServer {
  close(): Promise<void>
}

export async function serveControl(path: string, operations: Operations): Promise<ControlServer> {
  // This process holds the store's lock, so an existing socket belongs to a dead node.
  await rm(path, { force: true })
  const server = createServer((request, response) => void answer(request, response, operations))
  await listen(server, path)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  operations: Operations
): Promise<void> {
  const hangUp = new AbortController()
  response.on('close', () => hangUp.abort(new Error('The command closed the connection.')))
  const send = (line: object): void => {
    if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`)
  }
  try {
    const result = await run(request, operations, {
      signal: hangUp.signal,
      onProgress: (progress) => send({ progress }),
      onItem: async (item) => {
        if (response.destroyed) return
        if (!response.write(`${JSON.stringify({ item })}\n`)) await once(response, 'drain')
      }
    })
    send({ result })
  } catch (error) {
    const message = messageOf(error)
    send({ error: { message, exit: exitCodeOf(error) } })
  }
  response.end()
}

async function run(
  request: IncomingMessage,
  operations: Operations,
  call: CallOptions
): Promise<unknown> {
  const name = (request.url ?? '').slice(1)
  switch (name) {
    case 'distill':
      return operations.distill(request, call)
    case 'learn':
      return operations.learn(Learn.parse(await bodyOf(request)), call)
    case 'stale':
      return operations.stale(Stale.parse(await bodyOf(request)), call)
    case 'broadcast':
      return operations.broadcast(Broadcast.parse(await bodyOf(request)), call)
    case 'insights':
      return operations.insights(Insights.parse(await bodyOf(request)), call)
    case 'preview':
      return operations.preview(Preview.parse(await bodyOf(request)), call)
    case 'recall':
      return operations.recall(Recall.parse(await bodyOf(request)), call)
    case 'history':
      return operations.history(History.parse(await bodyOf(request)), call)
    case 'export':
      return operations.exportFacts(call)
    case 'forget':
      return operations.forget(Forget.parse(await bodyOf(request)), call)
    case 'promote':
      return operations.promote(Promote.parse(await bodyOf(request)), call)
    case 'vote':
      return operations.vote(Vote.parse(await bodyOf(request)), call)
    case 'context':
      return operations.context(Context.parse(await bodyOf(request)), call)
    case 'models':
      return operations.models(call)
    case 'usage':
      return operations.usage(call)
    case 'status':
      return operations.status(call)
    case 'verify':
      return operations.verify(call)
    case 'backup':
      return operations.backup(Backup.parse(await bodyOf(request)), call)
    case 'goals':
      return operations.goals(GoalRequests.list.parse(await bodyOf(request)), call)
    case 'add-goal':
      return operations.addGoal(GoalRequests.add.parse(await bodyOf(request)), call)
    case 'goal-status':
      return operations.goalStatus(GoalRequests.status.parse(await bodyOf(request)), call)
    case 'playbook':
      return operations.playbook(GoalRequests.playbook.parse(await bodyOf(request)), call)
    case 'skills':
      return operations.skills(SkillRequests.list.parse(await bodyOf(request)), call)
    case 'add-skill':
      return operations.addSkill(SkillRequests.add.parse(await bodyOf(request)), call)
    case 'show-skill':
      return operations.showSkill(SkillRequests.one.parse(await bodyOf(request)), call)
    case 'run-skill':
      return operations.runSkill(SkillRequests.run.parse(await bodyOf(request)), call)
    case 'begin-skill':
      return operations.beginSkill(SkillRequests.begin.parse(await bodyOf(request)), call)
    case 'report-skill':
      return operations.reportSkill(SkillRequests.outcome.parse(await bodyOf(request)), call)
    case 'test-skill':
      return operations.testSkill(SkillRequests.one.parse(await bodyOf(request)), call)
    case 'export-skill':
      return operations.exportSkill(SkillRequests.export.parse(await bodyOf(request)), call)
    case 'blacklist-skill':
      return operations.blacklistSkill(SkillRequests.blacklist.parse(await bodyOf(request)), call)
    case 'pardon-skill':
      return operations.pardonSkill(SkillRequests.blacklist.parse(await bodyOf(request)), call)
    case 'remove-skill':
      return operations.removeSkill(SkillRequests.one.parse(await bodyOf(request)), call)
    case 'publish-skill':
      return operations.publishSkill(SkillRequests.one.parse(await bodyOf(request)), call)
    case 'skill-offers':
      return operations.skillOffers(SkillRequests.offers.parse(await bodyOf(request)), call)
    case 'adopt-skill':
      return operations.adoptSkill(SkillRequests.one.parse(await bodyOf(request)), call)
    case 'repair-skills':
      return operations.repairSkills(call)
    default:
      throw new Error(
        `The running node has no operation "${name}". Its version may be older: restart it with this version.`
      )
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > MAX_BODY_BYTES)
      throw new Error(`The request has more than ${MAX_BODY_BYTES} characters.`)
  }
  return JSON.parse(body)
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
