/** Asks the premium tier which side of a case holds, and checks what it answers. */
import { ModelError } from '../models/index.ts'
import { Answer, INSTRUCTIONS, readAnswer } from './question.ts'
import type { Models, ModelErrorCode } from '../models/index.ts'
import type { CaseQuestion } from './question.ts'
import type { CaseProposal } from './case.ts'

/** USD as text, and tokens. */
export interface ProposalBudget {
  readonly usd?: string
  readonly tokens?: number
}

/** Why there is no proposal. The case stays as it was. */
export interface NoProposal {
  /** `refused`: the answer of the model does not count. */
  readonly status: 'refused' | 'unanswered'
  readonly code:
    | ModelErrorCode
    /** The answer cites what the case does not have, or what does not support its choice. */
    | 'CITATION_INVALID'
    /** A side stands on private facts alone, which no model may read. */
    | 'PRIVATE'
  readonly text: string
}

export type AskedProposal =
  | NoProposal
  | ({ readonly status: 'proposed'; readonly why: string } & Pick<
      CaseProposal,
      'choose' | 'citations' | 'costUsd' | 'model'
    >)

const TASK = 'resolve'
const ANSWER_TOKENS = 1_000

/** Throws what aborts the call, and nothing else of a model. */
export async function askModel(
  models: Pick<Models, 'generate'>,
  question: CaseQuestion,
  budget: ProposalBudget,
  signal?: AbortSignal
): Promise<AskedProposal> {
  try {
    const { value, offline, cost, model } = await models.generate({
      task: TASK,
      tier: 'premium',
      messages: [
        { role: 'system', content: INSTRUCTIONS },
        { role: 'user', content: JSON.stringify(question.data) }
      ],
      schema: Answer,
      maxOutputTokens: ANSWER_TOKENS,
      budget,
      signal
    })
    if (offline) return unanswered('NO_MODEL', 'No model answers on this node.')
    const read = readAnswer(value, question)
    if (typeof read === 'string') {
      const text = `The answer of ${model} was refused: ${read}.`
      return { status: 'refused', code: 'CITATION_INVALID', text }
    }
    return {
      status: 'proposed',
      ...read,
      model,
      ...(cost === undefined ? {} : { costUsd: cost })
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof ModelError)) throw error
    const { code, message } = error
    if (code === 'OUTPUT_INVALID') return { status: 'refused', code, text: message }
    return unanswered(code, message)
  }
}

export function unanswered(code: NoProposal['code'], text: string): NoProposal {
  return { status: 'unanswered', code, text }
}
