/** The client of the control socket. */
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { EXIT, CommandError } from '../exit-codes.ts'
import type { CallOptions } from './call-options.ts'
import type { Operations } from './operations.ts'

/** Results are typed by `Operations`: both ends of the socket are this program. */
const Answer = z.object({
  progress: z.record(z.string(), z.number()).optional(),
  item: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string(), exit: z.enum(EXIT) }).optional()
})

export function remoteOperations(socketPath: string): Operations {
  const call = <T>(name: string, options: object, callOptions?: CallOptions): Promise<T> =>
    send(socketPath, name, Readable.from([JSON.stringify(options)]), callOptions)
  return {
    distill: (lines, options) => send(socketPath, 'distill', Readable.from(lines), options),
    learn: (options, callOptions) => call('learn', options, callOptions),
    stale: (options, callOptions) => call('stale', options, callOptions),
    broadcast: (options, callOptions) => call('broadcast', options, callOptions),
    insights: (options, callOptions) => call('insights', options, callOptions),
    preview: (options, callOptions) => call('preview', options, callOptions),
    recall: (options, callOptions) => call('recall', options, callOptions),
    history: (options, callOptions) => call('history', options, callOptions),
    exportFacts: (callOptions) => call('export', {}, callOptions),
    forget: (options, callOptions) => call('forget', options, callOptions),
    promote: (options, callOptions) => call('promote', options, callOptions),
    vote: (options, callOptions) => call('vote', options, callOptions),
    context: (options, callOptions) => call('context', options, callOptions),
    models: (callOptions) => call('models', {}, callOptions),
    usage: (callOptions) => call('usage', {}, callOptions),
    status: (callOptions) => call('status', {}, callOptions),
    verify: (callOptions) => call('verify', {}, callOptions),
    backup: (options, callOptions) => call('backup', options, callOptions),
    goals: (options, callOptions) => call('goals', options, callOptions),
    addGoal: (options, callOptions) => call('add-goal', options, callOptions),
    goalStatus: (options, callOptions) => call('goal-status', options, callOptions),
    playbook: (options, callOptions) => call('playbook', options, callOptions),
    skills: (options, callOptions) => call('skills', options, callOptions),
    addSkill: (options, callOptions) => call('add-skill', options, callOptions),
    showSkill: (options, callOptions) => call('show-skill', options, callOptions),
    runSkill: (options, callOptions) => call('run-skill', options, callOptions),
    beginSkill: (options, callOptions) => call('begin-skill', options, callOptions),
    reportSkill: (options, callOptions) => call('report-skill', options, callOptions),
    testSkill: (options, callOptions) => call('test-skill', options, callOptions),
    exportSkill: (options, callOptions) => call('export-skill', options, callOptions),
    blacklistSkill: (options, callOptions) => call('blacklist-skill', options, callOptions),
    pardonSkill: (options, callOptions) => call('pardon-skill', options, callOptions),
    removeSkill: (options, callOptions) => call('remove-skill', options, callOptions),
    publishSkill: (options, callOptions) => call('publish-skill', options, callOptions),
    skillOffers: (options, callOptions) => call('skill-offers', options, callOptions),
    adoptSkill: (options, callOptions) => call('adopt-skill', options, callOptions),
    repairSkills: (callOptions) => call('repair-skills', {}, callOptions)
  }
}

async function send<T>(
  socketPath: string,
  operation: string,
  body: Readable,
  { signal, onProgress, onItem }: CallOptions = {}
): Promise<T> {
  const outgoing = request({ socketPath, path: `/${operation}`, method: 'POST', signal })
  const answered = new Promise<Readable>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
  const sent = pipeline(body, outgoing)
  // A node that answers early with an error may stop reading; the answer has the reason.
  sent.catch(() => undefined)
  for await (const line of createInterface({ input: await answered })) {
    const { progress, item, result, error } = Answer.parse(JSON.parse(line))
    if (progress !== undefined) onProgress?.(progress)
    if (item !== undefined) await onItem?.(item)
    if (error !== undefined) throw new CommandError(error.message, error.exit)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Answer
    if (result !== undefined) return result as T
  }
  throw new Error(
    'The node closed the connection before it sent a result. See the output of "hive start".'
  )
}
